/** What each byte says in base64 (RFC 2045 section 6.8): six bits, or what stands for none. */
const space = -1;
const padding = -2;
const other = -3;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const meanings = new Int8Array(256).fill(other);
for (const [value, char] of Buffer.from(alphabet).entries()) meanings[char] = value;
for (const char of Buffer.from('\t\n\r ')) meanings[char] = space;
meanings[61] = padding;

/**
 * The bytes of base64 in lines, of which each padded piece is decoded by itself; null: it is not whole, or holds what is no base64.
 * Node would stop at the first padding, and pass over the rest. One plain loop, since it may be a million pieces.
 */
export function decodeBase64(body: Buffer): Buffer | null {
  const out = Buffer.allocUnsafe(Math.ceil(body.length / 4) * 3);
  let length = 0;
  let bits = 0;
  let count = 0;
  let padded = 0;
  for (let at = 0; at < body.length; at += 1) {
    const meaning = meanings[body[at] ?? 0] ?? other;
    if (meaning === space) continue;
    if (meaning === padding ? count < 2 : meaning === other || padded > 0) return null;
    if (meaning === padding) padded += 1;
    bits = (bits << 6) | (meaning === padding ? 0 : meaning);
    count += 1;
    if (count < 4) continue;
    out[length] = bits >> 16;
    out[length + 1] = bits >> 8;
    out[length + 2] = bits;
    length += 3 - padded;
    bits = 0;
    count = 0;
    padded = 0;
  }
  return count === 0 ? out.subarray(0, length) : null;
}
