import { domainToASCII, domainToUnicode } from 'node:url';

/** An address as it is stored and sent: the domain in lower case and punycode (RFC 5890). */
export type Address = { readonly email: string; readonly name: string | null };

/** One address with its name has at most so many characters. */
export const maxAddressLength = 320;

/** A list is parsed up to so many addresses; there may be repeated ones among them. */
export const maxListedAddresses = 200;

export type AddressResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'bad'; readonly reason: string };

const bad = (reason: string) => ({ kind: 'bad', reason }) as const;

// RFC 5322 atext, joined by single dots (dot-atom). Quoted local parts are refused: SES mangles them.
const localPartPattern = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const labelPattern = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const punycodePattern = /(?:^|\.)xn--/;
const controlPattern = /\p{Cc}/u;

/** The longest label of a domain, in punycode (RFC 1035 section 2.3.4). */
const maxLabel = 63;

/**
 * Whether a domain is too long before it is turned into punycode, which is never shorter than the composed letters that it
 * stands for, and takes the square of their number to make.
 */
function isTooLong(domain: string): boolean {
  const composed = domain.normalize('NFC');
  return (
    composed.length > 253 || composed.split(/[.\u3002\uff0e\uff61]/).some(({ length }) => length > maxLabel)
  );
}

/** Whether a label that says that it is punycode stands for nothing. Node from 24 on looks at none that come in ASCII. */
const hasBrokenPunycode = (ascii: string): boolean =>
  punycodePattern.test(ascii) && punycodePattern.test(domainToUnicode(ascii));

/** Lower case and punycode; null when it is not a public DNS name (RFC 1035 lengths, two labels or more). */
export function normalizeDomain(domain: string): string | null {
  if (isTooLong(domain)) return null;
  if (domain === '' || /[\s%/\\:?#@[\]]/.test(domain)) return null;
  const ascii = domainToASCII(domain.toLowerCase());
  if (ascii === '' || ascii.length > 253) return null;
  const labels = ascii.split('.');
  if (labels.length < 2) return null;
  if (!labels.every((label) => label.length <= maxLabel && labelPattern.test(label))) return null;
  if (hasBrokenPunycode(ascii)) return null;
  return /^[0-9]+$/.test(labels.at(-1) ?? '') ? null : ascii;
}

/** Parses a bare `a@b.co`: 64 characters of local part, 254 in all (RFC 5321 section 4.5.3.1). */
export function parseEmail(input: string): AddressResult<string> {
  const text = input.trim();
  if (controlPattern.test(input)) return bad('holds a control character');
  const at = text.lastIndexOf('@');
  if (at < 1) return bad('is not an email address such as jane@example.com');
  const local = text.slice(0, at);
  if (!/^[\x20-\x7e]*$/.test(local))
    return bad('has a non-ASCII part before the @, which SES cannot deliver');
  if (local.length > 64) return bad('has more than 64 characters before the @');
  if (!localPartPattern.test(local)) return bad('is not an email address such as jane@example.com');
  const domain = normalizeDomain(text.slice(at + 1));
  if (domain === null) return bad('has no valid domain after the @');
  const email = `${local}@${domain}`;
  return email.length > 254 ? bad('is longer than 254 characters') : { kind: 'ok', value: email };
}

/** The form in which two addresses are compared: all of it in lower case. Takes a parsed address. */
export const addressKey = (email: string): string => email.toLowerCase();

/** The domain of a parsed address, as it is stored. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

/** Cuts an address list at the commas that stand outside quotes and angle brackets. */
export function splitAddressList(input: string): string[] {
  const parts: string[] = [];
  let current = '';
  let isQuoted = false;
  let isInAngles = false;
  for (let at = 0; at < input.length; at += 1) {
    const char = input.charAt(at);
    if (isQuoted && char === '\\') {
      current += char + input.charAt(at + 1);
      at += 1;
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    if (!isQuoted && char === '<') isInAngles = true;
    if (!isQuoted && char === '>') isInAngles = false;
    if (char === ',' && !isQuoted && !isInAngles) {
      parts.push(current);
      current = '';
    } else {
      current += char;
    }
  }
  parts.push(current);
  return parts;
}

function parseDisplayName(text: string): AddressResult<string | null> {
  if (text === '') return { kind: 'ok', value: null };
  if (text.startsWith('"')) {
    const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
    if (quoted?.[1] === undefined) return bad('has an unclosed quote in its name');
    const name = quoted[1].replace(/\\(.)/g, '$1').trim();
    return { kind: 'ok', value: name === '' ? null : name };
  }
  if (/[<>@,;:"\\]/.test(text)) {
    return bad('has punctuation in its name: put the name in double quotes, as in "Acme, Inc." <a@b.co>');
  }
  return { kind: 'ok', value: text };
}

/**
 * Parses one address, `a@b.co` or `Name <a@b.co>` (RFC 5322 section 3.4, without comments, groups and
 * routes). Only what stands in the angle brackets is the address; a name never becomes one.
 */
export function parseAddress(input: string): AddressResult<Address> {
  if (controlPattern.test(input)) return bad('holds a control character');
  const text = input.trim();
  if (text === '') return bad('is empty');
  if (text.length > maxAddressLength) return bad(`is longer than ${maxAddressLength} characters`);
  if (!text.endsWith('>')) {
    const email = parseEmail(text);
    return email.kind === 'bad' ? email : { kind: 'ok', value: { email: email.value, name: null } };
  }
  const open = text.lastIndexOf('<');
  if (open < 0) return bad('has a > without a <');
  const name = parseDisplayName(text.slice(0, open).trim());
  if (name.kind === 'bad') return name;
  const email = parseEmail(text.slice(open + 1, -1));
  if (email.kind === 'bad') return email;
  return { kind: 'ok', value: { email: email.value, name: name.value } };
}

/** Parses a comma-separated list; the first bad one refuses the list. */
export function parseAddressList(input: string): AddressResult<Address[]> {
  const addresses: Address[] = [];
  const parts = splitAddressList(input);
  if (parts.length > maxListedAddresses) return bad(`has more than ${maxListedAddresses} addresses`);
  for (const part of parts) {
    const address = parseAddress(part);
    if (address.kind === 'bad')
      return bad(`${addresses.length > 0 ? `address ${addresses.length + 1} ` : ''}${address.reason}`);
    addresses.push(address.value);
  }
  return { kind: 'ok', value: addresses };
}

/** An address with its name, quoted where it has to be (RFC 5322 section 3.4). */
export function formatAddress({ email, name }: Address): string {
  if (name === null) return email;
  const shown = /[()<>[\]:;@\\,."]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
  return `${shown} <${email}>`;
}
