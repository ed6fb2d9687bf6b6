import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newId } from '../new-id.ts';
import { isSignedBy, makeUnsubscribeToken, readUnsubscribeToken } from './unsubscribe-token.ts';

const secret = randomBytes(32);
const sendId = newId();
const token = makeUnsubscribeToken(secret, sendId);

const isGenuine = (text: string, by: Uint8Array = secret): boolean => {
  const read = readUnsubscribeToken(text);
  return read !== null && isSignedBy(by, read);
};

describe('a token', () => {
  test('is read back as the send that it was made for, and found genuine', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(readUnsubscribeToken(token)?.sendId).toBe(sendId);
    expect(isGenuine(token)).toBe(true);
  });

  test('is the same whenever it is made, so that every attempt of a send has the same link', () => {
    expect(makeUnsubscribeToken(secret, sendId)).toBe(token);
  });

  test('of another secret is not genuine, nor is one whose send was changed', () => {
    expect(isGenuine(token, randomBytes(32))).toBe(false);
    const other = makeUnsubscribeToken(secret, newId());
    expect(isGenuine(other.slice(0, 21) + token.slice(21))).toBe(false);
  });

  test('is not genuine with any one bit of it changed', () => {
    const bytes = Buffer.from(token, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(isGenuine(changed.toString('base64url'))).toBe(false);
    }
  });

  test.each([
    ['for nothing', ''],
    ['for links to other addresses', 'postroom/click/1\0'],
    ['for a longer purpose', 'postroom/unsubscribe/10\0'],
  ])('is not genuine when the same secret signed the same send %s', (_what, purpose) => {
    const id = Buffer.from(sendId.replaceAll('-', ''), 'hex');
    const signature = createHmac('sha256', secret).update(purpose).update(id).digest().subarray(0, 16);
    expect(isGenuine(Buffer.concat([id, signature]).toString('base64url'))).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['one that was cut off', token.slice(0, -1)],
    ['one with more at its end', `${token}A`],
    ['one with padding', `${token}=`],
    ['a line end after it', `${token}\n`],
    ['the other alphabet of base64', `${token.slice(0, 41)}+/`],
    ['bits that no byte has', `${token.slice(0, 42)}B`],
    ['a UUID', newId()],
    ['something long', 'A'.repeat(100_000)],
  ])('is not %s', (_what, text) => {
    expect(readUnsubscribeToken(text)).toBeNull();
  });
});
