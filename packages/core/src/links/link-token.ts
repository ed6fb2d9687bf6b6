import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** What a link of a mail is for. */
export type LinkKind = 'unsubscribe' | 'confirm' | 'click' | 'open';

/** Keeps a signature of one kind from being one of another, or of anything else. Each ends in NUL: none is another's prefix. */
const purposes: Readonly<Record<LinkKind, Buffer>> = {
  unsubscribe: Buffer.from('postroom/unsubscribe/1\0'),
  confirm: Buffer.from('postroom/confirm/1\0'),
  click: Buffer.from('postroom/click/1\0'),
  open: Buffer.from('postroom/open/1\0'),
};

const idBytes = 16;
const signatureBytes = 16;
const payloadAt = idBytes + signatureBytes;

/** base64url without padding, from a token without a payload to the longest that fits a request. */
const tokenPattern = /^[A-Za-z0-9_-]{43,12288}$/;

const noPayload = new Uint8Array();

/** What a token says, before anyone knows whether it is true. */
export type LinkToken = {
  readonly sendId: string;
  readonly signature: Uint8Array;
  /** What its kind needs beside the send: nothing, or where a click leads. */
  readonly payload: Uint8Array;
};

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');

/** The first 128 bits of HMAC-SHA256 (RFC 2104, section 5, on truncation). */
const sign = (key: KeyObject, signed: readonly Uint8Array[]): Uint8Array =>
  createHmac('sha256', key).update(Buffer.concat(signed)).digest().subarray(0, signatureBytes);

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Makes the tokens of the links of one send, fit for a path and without an address: 43 characters, and more for a
 * payload.
 */
export function createLinkSigner(
  secret: Uint8Array,
  sendId: string,
): (kind: LinkKind, payload?: Uint8Array) => string {
  const id = bytesOf(sendId);
  const key = createSecretKey(secret);
  return (kind, payload = noPayload) => {
    const token = Buffer.allocUnsafe(payloadAt + payload.length);
    token.set(id);
    token.set(sign(key, [purposes[kind], id, payload]), idBytes);
    token.set(payload, payloadAt);
    return token.toString('base64url');
  };
}

/** The token of one link of a send: see `createLinkSigner`. */
export const makeLinkToken = (
  kind: LinkKind,
  secret: Uint8Array,
  sendId: string,
  payload: Uint8Array = noPayload,
): string => createLinkSigner(secret, sendId)(kind, payload);

/** Reads a token; null when it is not one in form. Only `isSignedBy` says whether it is genuine. */
export function readLinkToken(text: string): LinkToken | null {
  if (!tokenPattern.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  // Bits that no byte has would make several texts of one token.
  if (bytes.toString('base64url') !== text) return null;
  return {
    sendId: uuidOf(bytes.subarray(0, idBytes)),
    signature: bytes.subarray(idBytes, payloadAt),
    payload: bytes.subarray(payloadAt),
  };
}

/** Whether the owner of the secret made the token, for this kind of link. Compares in constant time. */
export function isSignedBy(
  kind: LinkKind,
  secret: Uint8Array,
  { sendId, signature, payload }: LinkToken,
): boolean {
  const signed = [purposes[kind], bytesOf(sendId), payload];
  return timingSafeEqual(sign(createSecretKey(secret), signed), signature);
}
