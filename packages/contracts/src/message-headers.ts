import { z } from 'zod';
import { expected } from './fields.ts';
import { textProblem } from './json-value.ts';

/** One custom header of a message. */
export type CustomHeader = { readonly name: string; readonly value: string };

/** A message may carry so many custom headers. */
const maxHeaders = 30;
/** SES API v2, `MessageHeader`: a name has printable ASCII but the colon. */
const namePattern = /^[!-9;-~]{1,126}$/;
const maxValueLength = 995;
/** SES API v2, `MessageHeader`: name and value together, as they go over the wire. */
const maxHeaderLength = 996;

/** Headers that the pipeline, SES or the mail transport writes. */
const ownNames = new Set([
  'bcc',
  'cc',
  'date',
  'dkim-signature',
  'feedback-id',
  'from',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'message-id',
  'mime-version',
  'received',
  'reply-to',
  'return-path',
  'sender',
  'subject',
  'to',
]);
const ownPrefixes = ['content-', 'resent-', 'arc-', 'x-ses-', 'x-postroom-'];

const isOwn = (name: string) => ownNames.has(name) || ownPrefixes.some((prefix) => name.startsWith(prefix));

/** RFC 2047: text outside ASCII goes out in words of at most 45 octets, 75 characters each, with a space between. */
const lengthOnWire = (value: string) =>
  /^[ -~]*$/.test(value) ? value.length : Math.ceil(Buffer.byteLength(value) / 42) * 76;

function problemOf(name: string, value: unknown): string | null {
  if (!namePattern.test(name)) {
    return 'has a name that is not 1 to 126 printable ASCII characters without a colon';
  }
  if (isOwn(name.toLowerCase())) return 'is a header that is set for you: leave it out';
  if (typeof value !== 'string') return 'must be a string';
  // SES API v2, `MessageHeader`: a value has at least one character, and spaces around it are left out.
  if (value.trim() === '') return 'must not be empty';
  if (value.length > maxValueLength) return `must have at most ${maxValueLength} characters`;
  if (/\p{Cc}|[\u2028\u2029]/u.test(value)) return 'must be a single line without control characters';
  if (name.length + lengthOnWire(value) > maxHeaderLength) return 'is too long once it is encoded';
  return textProblem(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Custom headers as an object of name and value; they come out as a list in the order given. */
export const headersSchema = z
  .custom<Record<string, unknown>>(isObject, {
    ...expected('an object of header names and values'),
    abort: true,
  })
  .transform((headers, context): readonly CustomHeader[] => {
    const entries = Object.entries(headers);
    if (entries.length > maxHeaders) {
      context.addIssue({ code: 'custom', message: `must hold at most ${maxHeaders} headers` });
      return z.NEVER;
    }
    const seen = new Set<string>();
    for (const [name, value] of entries) {
      const key = name.toLowerCase();
      const problem = seen.has(key) ? 'is there twice' : problemOf(name, value);
      if (problem !== null)
        context.addIssue({ code: 'custom', path: [name.slice(0, 126)], message: problem });
      seen.add(key);
    }
    return entries.map(([name, value]) => ({ name, value: String(value) }));
  });
