import * as z from 'zod';
import { formatPath, type ValidationIssue } from '../error.ts';
import { expected } from './fields.ts';
import { textProblem } from './json-value.ts';

/** One header of a message beside those that are written from its other fields. */
export type MessageHeader = { readonly name: string; readonly value: string };

/** The header that names the send, set by us alone. */
export const sendIdHeader = 'X-Postroom-Send-Id';

/** A message may carry so many custom headers. */
const maxHeaders = 30;
/** SES API v2, `MessageHeader`: a name has printable ASCII but the colon. */
export const maxHeaderName = 126;
const namePattern = new RegExp(`^[!-9;-~]{1,${maxHeaderName}}$`);
const maxValueLength = 995;
/** SES API v2, `MessageHeader`: name and value together, as they go over the wire. */
export const maxHeaderLength = 996;

/** Headers that nobody may set, and why: each is in the message already, or would make SES read it otherwise. */
const refusedNames: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:bcc|cc|from|reply-to|subject|to)$/,
    'is a header that is written from the field of that name: set that field',
  ],
  [
    /^(?:date|feedback-id|message-id|mime-version|received|return-path)$/,
    'is a header that SES sets: leave it out',
  ],
  [/^(?:dkim-signature|arc-.*)$/, 'is a header that whoever signs the message sets: leave it out'],
  [/^(?:sender|resent-.*)$/, 'is a header that names another sender, which SES refuses: use from'],
  [
    /^(?:apparently-to|authentication-results|delivered-to|envelope-to|errors-to|received-spf|x-original-to)$/,
    'is a header that mail servers write or act upon: leave it out',
  ],
  [/^content-.*$/, 'is a header that says how the message is put together, and is set for you: leave it out'],
  [/^x-ses-.*$/, 'is a header that gives orders to SES: leave it out'],
  [/^x-postroom-.*$/, 'is a header that names the send, and is set for you: leave it out'],
];

/** Why nobody may set a header of this name; null: anybody may. */
export function headerNameProblem(name: string): string | null {
  if (!namePattern.test(name)) {
    return 'has a name that is not 1 to 126 printable ASCII characters without a colon';
  }
  return refusedNames.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1] ?? null;
}

/** Headers that mail libraries write into every message, and that go out anew: what they say of this one is nothing to keep. */
const writtenAnew = /^(?:content-.*|date|message-id|mime-version|received|return-path)$/;

/** Whether a header of another product's request is left out, where one of our own is refused. */
export const isWrittenAnew = (name: string): boolean => writtenAnew.test(name.toLowerCase());

/** RFC 2047: text outside ASCII goes out in words of at most 45 octets, 75 characters each, with a space between. */
const lengthOnWire = (value: string) =>
  /^[ -~]*$/.test(value) ? value.length : Math.ceil(Buffer.byteLength(value) / 42) * 76;

function problemOf(name: string, value: unknown): string | null {
  const refusal = headerNameProblem(name);
  if (refusal !== null) return refusal;
  if (typeof value !== 'string') return 'must be a string';
  // SES API v2, `MessageHeader`: a value has at least one character.
  if (value.trim() === '') return 'must not be empty';
  // They would not arrive (RFC 5322 section 2.2).
  if (value !== value.trim()) return 'must not begin or end with a space';
  if (value.length > maxValueLength) return `must have at most ${maxValueLength} characters`;
  if (/\p{Cc}|[\u2028\u2029]/u.test(value)) return 'must be a single line without control characters';
  if (name.length + lengthOnWire(value) > maxHeaderLength) return 'is too long once it is encoded';
  return textProblem(value) ?? listHeaderProblem(name, value);
}

const listUnsubscribe = 'list-unsubscribe';
const listUnsubscribePost = 'list-unsubscribe-post';

/** RFC 2369 section 2: addresses in angle brackets with commas between them; RFC 3986 characters in each. */
const listOfUris = /^<[a-z][a-z0-9+.-]*:[^\s<>"\\^`{|}]+>(?: *, *<[a-z][a-z0-9+.-]*:[^\s<>"\\^`{|}]+>)*$/i;
const uriSchemes = /<(?!https?:\/\/[^/]|mailto:.)/i;

function listHeaderProblem(name: string, value: string): string | null {
  switch (name.toLowerCase()) {
    case listUnsubscribe:
      if (/^[!-~ ]*$/.test(value) && listOfUris.test(value) && !uriSchemes.test(value)) return null;
      return 'must be https:, http: or mailto: addresses such as <https://example.com/u?id=1>, with commas between them (RFC 2369)';
    case listUnsubscribePost:
      return value === 'List-Unsubscribe=One-Click' ? null : 'must be List-Unsubscribe=One-Click (RFC 8058)';
    default:
      return null;
  }
}

/** The addresses that a `List-Unsubscribe` lets its recipient leave by: RFC 2369 section 2, where spaces within brackets count for nothing. */
export const unsubscribeUrlsIn = (value: string): readonly string[] =>
  // No bracket within: from each that opens, what has no end would be read to the end.
  [...value.matchAll(/<([^<>]*)>/g)].map(([, url = '']) => url.replace(/\s+/g, ''));

/** RFC 8058 section 3.1: what may be posted to is an https address in `List-Unsubscribe`. */
function isPostWithoutAddress(headers: readonly MessageHeader[]): boolean {
  const given = (wanted: string) => headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
  if (given(listUnsubscribePost) === undefined) return false;
  return !/<https:/i.test(given(listUnsubscribe) ?? '');
}

/** Headers that the link of a send sets, where it has one to leave its group by. */
const ofGroups = new Set([listUnsubscribe, listUnsubscribePost]);

/** What is wrong with headers of its own on a send that has a link to leave by; `why` says what gives it one. Pure. */
export const groupHeaderIssues = (headers: readonly MessageHeader[], why: string): ValidationIssue[] =>
  headers
    .filter(({ name }) => ofGroups.has(name.toLowerCase()))
    .map(({ name }) => ({
      path: formatPath(['headers', name]),
      message: `is set to the unsubscribe link of this send, since ${why}: leave it out`,
    }));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Custom headers as an object of name and value; they come out as a list in the order given. */
export const headersSchema = z
  .custom<Record<string, unknown>>(isObject, {
    ...expected('an object of header names and values'),
    abort: true,
  })
  .transform((headers, context): readonly MessageHeader[] => {
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
        context.addIssue({ code: 'custom', path: [name.slice(0, maxHeaderName)], message: problem });
      seen.add(key);
    }
    const given = entries.map(([name, value]) => ({ name, value: String(value) }));
    if (context.issues.length === 0 && isPostWithoutAddress(given)) {
      const name = given.find((header) => header.name.toLowerCase() === listUnsubscribePost)?.name ?? '';
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'needs an https: address in List-Unsubscribe beside it (RFC 8058)',
      });
    }
    return given;
  });
