import { type Address, type AddressResult, parseEmail, splitAddressList } from '../fields/address.ts';
import { withoutComments } from './comments.ts';
import { decodeWords } from './decode-words.ts';

const maxAddresses = 500;

/** Opens groups (RFC 5322 section 3.4): their members stand among the others, and their names are gone. */
function withoutGroups(text: string): string {
  let kept = '';
  /** Since the last comma: the name of a group, if a colon follows. */
  let last = '';
  let isQuoted = false;
  let isInAngles = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\' && isQuoted) {
      last += char + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '<' || char === '>')) isInAngles = char === '<';
    const isSyntax = !isQuoted && !isInAngles;
    if (isSyntax && char === ':') last = '';
    else if (isSyntax && (char === ';' || char === ',')) {
      kept += `${last},`;
      last = '';
    } else last += char;
  }
  return kept + last;
}

function nameOf(text: string): string | null {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text)?.[1];
  const name = decodeWords(quoted === undefined ? text : quoted.replace(/\\(.)/g, '$1'));
  return name.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim() || null;
}

function readMailbox(text: string): AddressResult<Address> {
  const open = text.endsWith('>') ? text.lastIndexOf('<') : -1;
  const email = parseEmail(open < 0 ? text : text.slice(open + 1, -1));
  if (email.kind === 'bad') return email;
  return {
    kind: 'ok',
    value: { email: email.value, name: open < 0 ? null : nameOf(text.slice(0, open).trim()) },
  };
}

/** Reads the addresses of a header such as `To`, which may be none; the first bad one refuses all. */
export function readAddresses(value: string): AddressResult<readonly Address[]> {
  const parts = splitAddressList(withoutGroups(withoutComments(value)))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > maxAddresses) return { kind: 'bad', reason: `has more than ${maxAddresses} addresses` };
  const addresses: Address[] = [];
  for (const part of parts) {
    const address = readMailbox(part);
    if (address.kind === 'bad') return address;
    addresses.push(address.value);
  }
  return { kind: 'ok', value: addresses };
}
