import { domainToUnicode } from 'node:url';
import { Prisma } from '../generated/client.ts';

const escaped = (text: string): string => text.replace(/[^A-Za-z0-9\u0080-\uffff]/g, '\\$&');

/** Letters outside ASCII in both of their cases: PostgreSQL is asked for those of ASCII alone. */
const inEitherCase = (text: string): string =>
  text.replace(/\P{ASCII}/gu, (letter) => `(?:${letter}|${letter.toUpperCase()})`);

/** What cannot stand directly before or after an address: it would be part of another one. */
const before = String.raw`(?:(?<![A-Za-z0-9!#$%&'*+/=?^_{|}~.-])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4})|(?<=%[0-9a-f]{2})|(?<=[=/'&{|]))`;
const after = String.raw`(?![A-Za-z0-9-]|\.[A-Za-z0-9])`;
const at = '(?:@|%40|&#0*64;|&#x0*40;|&commat;)';

/** Matches nothing. */
const never = String.raw`[^\w\W]`;

function patternOf(emailKey: string | null): string {
  if (emailKey === null) return never;
  const local = escaped(emailKey.slice(0, emailKey.lastIndexOf('@'))).replaceAll(
    String.raw`\+`,
    String.raw`(?:\+|%2B)`,
  );
  const domain = emailKey.slice(emailKey.lastIndexOf('@') + 1);
  const domains = [...new Set([domain, domainToUnicode(domain)])].map(escaped).map(inEitherCase).join('|');
  return `${before}${local}${at}(?:${domains})${after}`;
}

/**
 * A regular expression of PostgreSQL, to be used without regard to case, for the places of a text that name an address:
 * as it is, in a URL or in html, with its domain in punycode or as people write it, and in JSON after an escape. The cases
 * of its letters are those of ASCII, whatever the language of the database.
 */
export const mentionOf = (emailKey: string | null): Prisma.Sql =>
  Prisma.sql`${patternOf(emailKey)}::text COLLATE "C"`;

/** What stands where an address was. */
export const erasedMark = '[erased]';

/** What stands for an erased recipient in the column that addresses are compared by, where it is none. */
export const erasedKey = 'erased';
