import * as z from 'zod';
import { expected } from './fields.ts';

const example = 'https://links.example.com';

/** Longer than any: 253 characters of a name, the scheme and a port. */
const maxCharacters = 300;

/** Names of two labels or more, the last of which is none of an address's numbers (RFC 3696 section 2). */
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function problemOf(text: string): string | null {
  if (!/^https:\/\//i.test(text) || !URL.canParse(text))
    return `must be an https: address such as ${example}`;
  const { pathname, search, hash, username, password, hostname } = new URL(text);
  if (pathname !== '/' || search + hash + username + password !== '' || /[?#@]/.test(text)) {
    return `must be a host and nothing else, such as ${example}`;
  }
  if (hostname.length > 253 || !domainName.test(hostname)) return 'must name a host by its domain';
  return null;
}

/** Where the links of tracked mail lead to instead of `PUBLIC_URL`: a host over https, and nothing behind it. */
export const trackingHostSchema = z
  .string(expected('a string'))
  .max(maxCharacters, `must be at most ${maxCharacters} characters`)
  .transform((text, context) => {
    const problem = problemOf(text);
    if (problem === null) return new URL(text).origin;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
