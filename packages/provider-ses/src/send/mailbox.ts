import { domainToASCII } from 'node:url';
import type { Mailbox } from '@postroom/core';
import { encodeWords, flattenHeaderText, isPrintableAscii } from './header-text.ts';

/** A mailbox as one RFC 5322 string, or why it has none. */
export type FormattedMailbox =
  | { readonly kind: 'formatted'; readonly value: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** RFC 5322 section 3.2.3, `atext`, and the dot; a quoted local part is refused. */
const localPartPattern = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]{1,64}$/;
/** RFC 1035 section 2.3.4 bounds a label at 63 octets; RFC 5321 section 4.5.3.1 a path at 254. */
const domainPattern = /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/;
/** A last label of digits makes an IPv4 address of a domain. */
const numericTail = /\.(?:\d+|0x[0-9a-f]*)$/i;
/** RFC 5322 section 3.2.3: atoms and spaces need no quotes. */
const plainPhrase = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+$/;
const maxAddressLength = 254;

/**
 * Writes `Name <local@domain>` so that it is read back as that one address: the name quoted
 * (RFC 5322 section 3.4) or in encoded words (RFC 2047 section 5), control characters removed, the
 * domain in punycode (RFC 5891). An address that cannot be written so is refused, never repaired.
 */
export function formatMailbox(mailbox: Mailbox): FormattedMailbox {
  const address = toAsciiAddress(mailbox.email);
  if (address.kind === 'refused') return address;
  const name = formatName(mailbox.name ?? '');
  return { kind: 'formatted', value: name === '' ? address.value : `${name} <${address.value}>` };
}

function toAsciiAddress(email: string): FormattedMailbox {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, Math.max(at, 0));
  if (!localPartPattern.test(local)) return refuse('The local part of an address is not plain ASCII.');
  const domain = toAsciiDomain(email.slice(at + 1));
  if (domain === null) return refuse('The domain of an address is not valid.');
  const value = `${local}@${domain}`;
  return value.length > maxAddressLength ? refuse('An address is too long.') : { kind: 'formatted', value };
}

/**
 * Only a domain that needs it goes through node:url, and only with characters that stay what they
 * are there: it decodes percent signs and turns numbers into IPv4 addresses, so that `1.2.3` would
 * become another recipient.
 */
function toAsciiDomain(domain: string): string | null {
  if (!/^[A-Za-z0-9.\-\u0080-\u{10ffff}]+$/u.test(domain)) return null;
  const ascii = isPrintableAscii(domain) ? domain : domainToASCII(domain);
  return domainPattern.test(ascii) && !numericTail.test(ascii) ? ascii : null;
}

function formatName(raw: string): string {
  const name = flattenHeaderText(raw);
  // What looks like an encoded word would be decoded by the reader into a name that nobody gave.
  if (!isPrintableAscii(name) || name.includes('=?')) return encodeWords(name);
  if (name === '' || plainPhrase.test(name)) return name;
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function refuse(reason: string): FormattedMailbox {
  return { kind: 'refused', reason };
}
