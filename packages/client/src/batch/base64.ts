/** Divisible by three, so that the pieces can be joined, and small enough to be arguments of one call. */
const pieceBytes = 3 * 8_192;

/** Base64 (RFC 4648 section 4, padded) of bytes, with what every runtime has. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + pieceBytes)));
  }
  return text;
}
