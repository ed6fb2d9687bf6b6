import { createHmac, timingSafeEqual } from 'node:crypto';

const idBytes = 16;
const signatureBytes = 16;

/** 32 bytes in base64url without padding: the last character stands for 4 bits, so two of its bits are 0. */
const tokenPattern = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Keeps a signature of one kind of link from being one of another, or of anything else. Ends in NUL: no prefix of another. */
const purpose = Buffer.from('postroom/unsubscribe/1\0');

/** What a token says, before anyone knows whether it is true. */
export type UnsubscribeToken = { readonly sendId: string; readonly signature: Uint8Array };

/** The first 128 bits of HMAC-SHA256 (RFC 2104, section 5, on truncation). */
function sign(secret: Uint8Array, id: Uint8Array): Uint8Array {
  return createHmac('sha256', secret).update(purpose).update(id).digest().subarray(0, signatureBytes);
}

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The token that lets the recipient of one send leave its group: 43 characters, fit for a path, without an address. */
export function makeUnsubscribeToken(secret: Uint8Array, sendId: string): string {
  const id = bytesOf(sendId);
  return Buffer.concat([id, sign(secret, id)]).toString('base64url');
}

/** Reads a token; null when it is not one in form. Only `isSignedBy` says whether it is genuine. */
export function readUnsubscribeToken(text: string): UnsubscribeToken | null {
  if (!tokenPattern.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  return { sendId: uuidOf(bytes.subarray(0, idBytes)), signature: bytes.subarray(idBytes) };
}

/** Whether the owner of the secret made the token. Compares in constant time. */
export function isSignedBy(secret: Uint8Array, { sendId, signature }: UnsubscribeToken): boolean {
  return timingSafeEqual(sign(secret, bytesOf(sendId)), signature);
}
