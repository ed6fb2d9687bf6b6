import { createHmac, timingSafeEqual } from 'node:crypto';
import { keyIdBytes, type LinkKeys, linkKeyIdOf } from './link-key.ts';

const purpose = 'postroom/host/1\0';
const nonceBytes = 24;
const challengePattern = /^[A-Za-z0-9_-]{43}$/;

const prove = (secret: Uint8Array, challenge: string): string =>
  createHmac('sha256', secret).update(purpose).update(challenge).digest('base64url');

/** What a host is asked that is to prove that it leads to us; `nonce` is 24 random bytes. */
export function hostChallenge(secret: Uint8Array, nonce: Uint8Array): string {
  if (nonce.length !== nonceBytes) throw new Error(`a nonce has ${nonceBytes} bytes`);
  return Buffer.concat([linkKeyIdOf(secret), nonce]).toString('base64url');
}

/** Whether an answer to a challenge is one that only we can give. */
export function isHostProof(secret: Uint8Array, challenge: string, answer: string): boolean {
  const given = Buffer.from(answer.trim());
  const expected = Buffer.from(prove(secret, challenge));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Our answer to a challenge; null: it is none of ours. It proves where a host leads, and can be used for nothing else. */
export async function proveHost(
  { keys }: { readonly keys: Pick<LinkKeys, 'find'> },
  challenge: string,
): Promise<string | null> {
  if (!challengePattern.test(challenge)) return null;
  const key = await keys.find(Buffer.from(challenge, 'base64url').subarray(0, keyIdBytes));
  return key === null ? null : prove(key.secret, challenge);
}
