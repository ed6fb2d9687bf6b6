/** Crockford's base32 alphabet in lower case, as TypeID uses it: without i, l, o and u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const prefix = 'em_';
const suffixLength = 26;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const typeIdPattern = /^em_[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$/;

/** The emails dialect's form of a send's UUID: `em_` and its 128 bits in 26 base32 characters (TypeID 0.3). */
export function toTypeId(uuid: string): string {
  let bits = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let suffix = '';
  for (let at = 0; at < suffixLength; at += 1) {
    suffix = alphabet.charAt(Number(bits & 31n)) + suffix;
    bits >>= 5n;
  }
  return prefix + suffix;
}

/** The UUID of a send by either form of its id, in lower case; null for anything else. */
export function parseSendId(id: string): string | null {
  const text = id.toLowerCase();
  if (uuidPattern.test(text)) return text;
  if (!typeIdPattern.test(text)) return null;
  let bits = 0n;
  for (const char of text.slice(prefix.length)) bits = (bits << 5n) | BigInt(alphabet.indexOf(char));
  const hex = bits.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
