import { type Address, type AddressResult, parseEmail } from '../fields/address.ts';
import { asOneLine } from '../fields/fields.ts';
import { decodeWords } from './decode-words.ts';

const maxAddresses = 500;

/** One address of a list as it is written, and its last comment. */
type Written = { readonly text: string; readonly comment: string | null };

/** Where the quoted string that begins here ends, or the text (RFC 5322 section 3.2.4). */
function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (char === '\\') at += 1;
  }
  return text.length;
}

/** The comment that begins here, in which others may stand (RFC 5322 section 3.2.2), and where it ends. */
function readComment(text: string, start: number): { readonly words: string; readonly end: number } {
  let words = '';
  let depth = 1;
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth === 0) return { words, end: at + 1 };
    if (char === '\\') at += 1;
    words += text.charAt(at);
  }
  return { words, end: text.length };
}

/** Cuts a list at its commas. Groups are opened (RFC 5322 section 3.4): their members stand among the others, and their names are gone. */
function cut(list: string): readonly Written[] {
  const all: Written[] = [];
  let text = '';
  let comment: string | null = null;
  let isInAngles = false;
  for (let at = 0; at < list.length; ) {
    const char = list.charAt(at);
    const start = at;
    if (char === '(') {
      const { words, end } = readComment(list, start);
      comment = words;
      text += ' ';
      at = end;
      continue;
    }
    at = char === '"' ? endOfQuoted(list, start) : start + 1;
    if (char === '<' || char === '>') isInAngles = char === '<';
    if (isInAngles || !/[,;:]/.test(char)) {
      text += list.slice(start, at);
      continue;
    }
    if (char !== ':') all.push({ text: text.trim(), comment });
    text = '';
    comment = null;
  }
  return [...all, { text: text.trim(), comment }].filter((one) => one.text !== '');
}

const decoded = (text: string): string | null => asOneLine(decodeWords(text)) || null;

/** A phrase without the quotes of its pieces. Each ends in any case: what did not would be looked for from every other quote. */
const unquoted = (phrase: string): string =>
  phrase.replace(/"((?:[^"\\]|\\.)*)(?:"|\\?$)/g, (_, quoted: string) => quoted.replace(/\\(.)/g, '$1'));

/** Many programs write the name of an address that has no other into a comment behind it, as RFC 822 did. */
function readMailbox({ text, comment }: Written): AddressResult<Address> {
  const open = text.endsWith('>') ? text.lastIndexOf('<') : -1;
  const email = parseEmail(open < 0 ? text : text.slice(open + 1, -1));
  if (email.kind === 'bad') return email;
  const phrase = open < 0 ? '' : unquoted(text.slice(0, open).trim());
  return { kind: 'ok', value: { email: email.value, name: decoded(phrase) ?? decoded(comment ?? '') } };
}

/** Reads the addresses of a header such as `To`, which may be none; the first bad one refuses all. */
export function readAddresses(value: string): AddressResult<readonly Address[]> {
  const parts = cut(value);
  if (parts.length > maxAddresses) return { kind: 'bad', reason: `has more than ${maxAddresses} addresses` };
  const addresses: Address[] = [];
  for (const part of parts) {
    const address = readMailbox(part);
    if (address.kind === 'bad') return address;
    addresses.push(address.value);
  }
  return { kind: 'ok', value: addresses };
}
