/** Crockford's base32 in the lower case that TypeIDs use (TypeID specification 0.3.0, "UUID Suffix"). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const prefix = 'em_';
const typeIdPattern = /^em_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of a send in the emails dialect: `em_` and its UUID in 26 characters of base32. Takes a UUID. */
export function toTypeId(uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let suffix = '';
  for (let at = 0; at < 26; at += 1) {
    suffix = alphabet.charAt(Number(rest & 31n)) + suffix;
    rest >>= 5n;
  }
  return `${prefix}${suffix}`;
}

function fromTypeId(typeId: string): string {
  let value = 0n;
  for (const char of typeId.slice(prefix.length)) value = (value << 5n) | BigInt(alphabet.indexOf(char));
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A send's id in whichever form a client gave it; `dialect` is the one whose form it has. */
export type SendId = { readonly uuid: string; readonly dialect: 'items' | 'emails' };

/** Reads a send's id in either form, a UUID or `em_...`; null when it is neither. */
export function parseSendId(text: string): SendId | null {
  if (typeIdPattern.test(text)) return { uuid: fromTypeId(text), dialect: 'emails' };
  if (uuidPattern.test(text)) return { uuid: text.toLowerCase(), dialect: 'items' };
  return null;
}
