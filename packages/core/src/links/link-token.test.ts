import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newId } from '../new-id.ts';
import { clickPayload, readClickTarget } from './click-target.ts';
import { keyIdBytes, linkKeyIdOf } from './link-key.ts';
import { isSignedBy, makeLinkToken, readLinkToken } from './link-token.ts';

const secret = randomBytes(32);
const sendId = newId();
const token = makeLinkToken('unsubscribe', secret, sendId);

const isGenuine = (text: string, by: Uint8Array = secret): boolean => {
  const read = readLinkToken(text);
  return read !== null && isSignedBy('unsubscribe', by, read);
};

describe('a token', () => {
  test('is read back as the send that it was made for, and found genuine', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(readLinkToken(token)?.sendId).toBe(sendId);
    expect(isGenuine(token)).toBe(true);
  });

  test('is the same whenever it is made, so that every attempt of a send has the same link', () => {
    expect(makeLinkToken('unsubscribe', secret, sendId)).toBe(token);
  });

  test('of another secret is not genuine, nor is one whose send was changed', () => {
    expect(isGenuine(token, randomBytes(32))).toBe(false);
    const other = makeLinkToken('unsubscribe', secret, newId());
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

  test('is not genuine with some of its characters left out, put in or changed: ten thousand of them', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < 10_000; at += 1) {
      const [from, to] = [randomInt(token.length), randomInt(token.length)].toSorted((a, b) => a - b);
      const inside = Array.from({ length: randomInt(4) }, () => alphabet[randomInt(64)]).join('');
      const altered = token.slice(0, from) + inside + token.slice(to);
      expect([altered, isGenuine(altered)]).toEqual([altered, altered === token]);
    }
  });

  test.each([
    ['for nothing', ''],
    ['for links to other addresses', 'postroom/click/1\0'],
    ['for its pixel', 'postroom/open/1\0'],
    ['for a longer purpose', 'postroom/unsubscribe/10\0'],
  ])('is not genuine when the same secret signed the same send %s', (_what, purpose) => {
    const id = Buffer.from(sendId.replaceAll('-', ''), 'hex');
    const signature = createHmac('sha256', secret).update(purpose).update(id).digest().subarray(0, 16);
    expect(isGenuine(Buffer.concat([id, signature]).toString('base64url'))).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['one that was cut off', token.slice(0, -1)],
    ['one with padding', `${token}=`],
    ['a line end after it', `${token}\n`],
    ['the other alphabet of base64', `${token.slice(0, 41)}+/`],
    ['bits that no byte has', `${token.slice(0, 42)}B`],
    ['a UUID', newId()],
    ['something long', 'A'.repeat(100_000)],
  ])('is not %s', (_what, text) => {
    expect(readLinkToken(text)).toBeNull();
  });
});

describe('the token of a click', () => {
  const url = 'https://münchen.example/straße?a=1&b=2#c';
  const click = makeLinkToken('click', secret, sendId, clickPayload(linkKeyIdOf(secret), { link: 7, url }));
  const targetOf = (text: string) => {
    const read = readLinkToken(text);
    return read !== null && isSignedBy('click', secret, read)
      ? readClickTarget(read.payload.subarray(keyIdBytes))
      : null;
  };

  test('says where it leads, and which link it is', () => {
    expect(targetOf(click)).toEqual({ link: 7, url });
    expect(click).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  test('leads nowhere with any one bit of it changed, and is none of another kind', () => {
    const bytes = Buffer.from(click, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(targetOf(changed.toString('base64url'))).toBeNull();
    }
    expect(isGenuine(click)).toBe(false);
  });

  test.each([0, 1, 2, 8, 10])('that says only %s bytes leads nowhere', (length) => {
    expect(targetOf(makeLinkToken('click', secret, sendId, Buffer.alloc(length)))).toBeNull();
  });
});
