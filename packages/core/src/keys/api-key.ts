import { createHash, randomBytes } from 'node:crypto';
import type { SendOwner } from '../send/send.ts';

export type KeyMode = 'live' | 'test';

/** Who a request is made by: what a key allows, and whose it is. */
export type Caller = {
  readonly keyId: string;
  readonly workspaceId: string;
  readonly scopes: readonly string[];
  readonly mode: KeyMode;
  /** The sender profiles that it is limited to; null: it is not. */
  readonly senderProfileIds: readonly string[] | null;
};

/** Whose sends a caller may make, see and change. */
export const sendOwnerOf = ({ workspaceId, mode, senderProfileIds }: Caller): SendOwner => ({
  workspaceId,
  isSimulated: mode === 'test',
  senderProfileIds,
});

const keyPattern = /^sk_(live|test)_[A-Za-z0-9_-]{27,200}$/;

/** Makes a key with 192 random bits. It is shown once: only its hash and prefix are stored. */
export function generateApiKey(mode: KeyMode): string {
  return `sk_${mode}_${randomBytes(24).toString('base64url')}`;
}

/** Whether a text could be a key at all. */
export const looksLikeApiKey = (text: string): boolean => keyPattern.test(text);

/** SHA-256 of a key. A key is random, so a plain hash cannot be reversed by guessing. */
export const hashApiKey = (key: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(key).digest());

/** The first characters of a key, to tell keys apart in lists. */
export const prefixOfApiKey = (key: string): string => key.slice(0, 'sk_live_'.length + 6);

/** The mode that a key's own text states. */
export const modeOfApiKey = (key: string): KeyMode => (key.startsWith('sk_test_') ? 'test' : 'live');
