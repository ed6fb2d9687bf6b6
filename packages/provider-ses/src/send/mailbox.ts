import { type Address, asOneLine, decodeWords, parseEmail } from '@postroom/contracts';
import { encodeWords, isPrintableAscii, isTooLongToFold } from './header-text.ts';

/** A mailbox as one RFC 5322 string, or why it has none. */
export type FormattedMailbox =
  | { readonly kind: 'formatted'; readonly value: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** RFC 5322 section 3.2.3: atoms and spaces need no quotes. */
const plainPhrase = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+$/;

/**
 * Writes `Name <local@domain>` so that it is read back as that one address: the name quoted
 * (RFC 5322 section 3.4) or in encoded words (RFC 2047 section 5), control characters removed, the
 * domain in punycode (RFC 5891). An address that cannot be written so is refused, never repaired.
 */
export const formatMailbox = (address: Address): FormattedMailbox => formatWith(address, formatName);

/** The same of an address whose name came in a header: encoded words that were not decoded there go out as they came. */
export const formatReadMailbox = (address: Address): FormattedMailbox => formatWith(address, formatReadName);

function formatWith({ email, name: given }: Address, nameOf: (raw: string) => string): FormattedMailbox {
  const address = toAsciiAddress(email);
  if (address.kind === 'refused') return address;
  const name = nameOf(given ?? '');
  return { kind: 'formatted', value: name === '' ? address.value : `${name} <${address.value}>` };
}

function toAsciiAddress(email: string): FormattedMailbox {
  const parsed = parseEmail(email);
  if (parsed.kind === 'bad' || email !== email.trim()) {
    return { kind: 'refused', reason: 'An address of the message is not valid.' };
  }
  return { kind: 'formatted', value: isPrintableAscii(email) ? email : parsed.value };
}

function formatName(raw: string): string {
  const name = asOneLine(raw);
  // What looks like an encoded word would be decoded by the reader into a name that nobody gave.
  if (!isPrintableAscii(name) || name.includes('=?')) return encodeWords(name);
  const isPlain = name === '' || plainPhrase.test(name);
  const written = isPlain ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
  return isTooLongToFold(written) ? encodeWords(name) : written;
}

/** RFC 2047 section 5 (3): an encoded word as it may stand in a name. */
const wordPattern = /(=\?[A-Za-z0-9_.:+*-]{1,60}\?[BbQq]\?[A-Za-z0-9!*+\-/=_]*\?=)/;

function formatReadName(raw: string): string {
  const pieces = raw.split(wordPattern).filter((piece) => piece.trim() !== '');
  const isUnread = (piece: string) => wordPattern.test(piece) && decodeWords(piece) === piece;
  if (!pieces.some(isUnread)) return formatName(raw);
  return pieces.map((piece) => (isUnread(piece) ? piece : formatName(piece))).join(' ');
}
