import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newId } from '../new-id.ts';
import { hostChallenge, isHostProof, proveHost } from './host-proof.ts';
import { createLinkKeys, type LinkKey, linkKeyIdOf } from './link-key.ts';
import { makeLinkToken } from './link-token.ts';
import { linkTrackingOf, type TrackedSend } from './link-tracking.ts';
import { readClickLink, readOpenLink } from './tracked-link.ts';

const publicUrl = 'https://mail.example.com';
const secret = randomBytes(32);

const aSend = (overrides: Partial<TrackedSend> = {}): TrackedSend => ({
  id: newId(),
  linkSecret: secret,
  trackClicks: true,
  trackOpens: true,
  trackText: false,
  trackingHost: null,
  headers: [],
  attachments: [],
  ...overrides,
});

const trackingOf = (send: TrackedSend, unsubscribeUrl: string | null = null) =>
  linkTrackingOf(send, { publicUrl, unsubscribeUrl });

/** Keys that are read from a list, as often as told. */
function keysOf(
  list: LinkKey[],
  {
    at = () => 0,
    wallAt = at,
    fails = () => false,
  }: { at?: () => number; wallAt?: () => number; fails?: () => boolean } = {},
) {
  const seen = { loads: 0, troubles: 0 };
  const keys = createLinkKeys({
    load: async () => {
      seen.loads += 1;
      if (fails()) throw new Error('away');
      return [...list];
    },
    now: () => new Date(wallAt()),
    monotonicMs: at,
    onTrouble: () => {
      seen.troubles += 1;
    },
  });
  return { keys, seen };
}

const workspaceId = 'workspace';
const current: LinkKey = { workspaceId, secret, clicksUntil: null };
const tokenIn = (url: string | null | undefined) => url?.split('/').at(-1) ?? '';

describe('links of a send', () => {
  test('lead back to what they led to, of this send and by this key', async () => {
    const send = aSend();
    const tracking = trackingOf(send);
    const url = 'https://shop.example/a?b=1&c=ü';
    const tracked = tracking?.urlOf?.(url, 7);
    expect(tracked).toMatch(/^https:\/\/mail\.example\.com\/t\/c\/[A-Za-z0-9_-]+$/);
    const { keys } = keysOf([current]);
    expect(await readClickLink({ keys }, tokenIn(tracked))).toEqual({
      sendId: send.id,
      workspaceId,
      link: 7,
      url,
    });
    expect(tracking?.pixelUrl).toMatch(/^https:\/\/mail\.example\.com\/t\/o\/[A-Za-z0-9_-]+$/);
    expect(await readOpenLink({ keys }, tokenIn(tracking?.pixelUrl))).toEqual({
      sendId: send.id,
      workspaceId,
    });
  });

  test('of one kind are none of another', async () => {
    const send = aSend();
    const tracking = trackingOf(send);
    const { keys } = keysOf([current]);
    expect(await readOpenLink({ keys }, tokenIn(tracking?.urlOf?.('https://a.example', 0)))).toBeNull();
    expect(await readClickLink({ keys }, tokenIn(tracking?.pixelUrl))).toBeNull();
    expect(await readClickLink({ keys }, makeLinkToken('unsubscribe', secret, send.id))).toBeNull();
  });

  test('lead to the tracking host where there is one', () => {
    const tracking = trackingOf(aSend({ trackingHost: 'https://links.example.com' }));
    expect(tracking?.urlOf?.('https://a.example', 0)).toMatch(/^https:\/\/links\.example\.com\/t\/c\//);
    expect(tracking?.pixelUrl).toMatch(/^https:\/\/links\.example\.com\/t\/o\//);
  });

  test('are tracked as far as is asked for, and not at all otherwise', () => {
    expect(trackingOf(aSend({ trackClicks: false, trackOpens: false, trackText: true }))).toBeNull();
    expect(trackingOf(aSend({ linkSecret: null }))).toBeNull();
    expect(trackingOf(aSend({ trackOpens: false }))).toMatchObject({ pixelUrl: null, isInText: false });
    expect(trackingOf(aSend({ trackOpens: false, trackText: true }))).toMatchObject({ isInText: true });
    expect(trackingOf(aSend({ trackClicks: false, trackText: true }))).toMatchObject({
      urlOf: null,
      isInText: false,
    });
  });

  test.each([
    `${publicUrl}/u/token`,
    'https://MAIL.example.com/u/token?x=1#y',
    'https://mail.example.com/x/../u/token',
    `${publicUrl}/t/c/token`,
    'https://links.example.com/t/c/token',
    'https://elsewhere.example/leave?me=1',
    'https://own.example/leave',
  ])('to leave, or that are tracked already, stay: %s', (target) => {
    const send = aSend({
      trackingHost: 'https://links.example.com',
      headers: [{ name: 'list-unsubscribe', value: '<mailto:x@own.example>, <https://own.example/leave>' }],
    });
    expect(trackingOf(send, 'https://elsewhere.example/leave?me=1')?.urlOf?.(target, 0)).toBeNull();
  });
});

describe('keys', () => {
  const tokenBy = (by: Uint8Array) =>
    tokenIn(trackingOf(aSend({ linkSecret: by }))?.urlOf?.('https://a.example', 0));

  test('of another secret, and tokens that name a key without being signed by it, lead nowhere', async () => {
    const { keys } = keysOf([current]);
    expect(await readClickLink({ keys }, tokenBy(randomBytes(32)))).toBeNull();
    const id = newId();
    const forged = makeLinkToken(
      'click',
      randomBytes(32),
      id,
      Buffer.concat([linkKeyIdOf(secret), Buffer.from([0, 0]), Buffer.from('https://evil.example')]),
    );
    expect(await readClickLink({ keys }, forged)).toBeNull();
  });

  test('that were replaced lead on until their time is over', async () => {
    let now = 0;
    const former = randomBytes(32);
    const { keys } = keysOf([current, { workspaceId, secret: former, clicksUntil: new Date(10_000) }], {
      at: () => now,
    });
    const token = tokenBy(former);
    expect(await readClickLink({ keys }, token)).not.toBeNull();
    now = 10_000;
    expect(await readClickLink({ keys }, token)).toBeNull();
  });

  test('that are not known are looked for, a few times a second', async () => {
    let now = 0;
    const list = [current];
    const { keys, seen } = keysOf(list, { at: () => now });
    await keys.warm();
    const later = randomBytes(32);
    now = 2_000;
    for (let at = 0; at < 50; at += 1)
      expect(await readClickLink({ keys }, tokenBy(randomBytes(32)))).toBeNull();
    expect(seen.loads).toBe(2);
    list.push({ workspaceId, secret: later, clicksUntil: null });
    now = 4_000;
    expect(await readClickLink({ keys }, tokenBy(later))).not.toBeNull();
    expect(seen.loads).toBe(3);
  });

  test('that are new are found after the clock was set back', async () => {
    let now = 0;
    let wall = 3_600_000;
    const list = [current];
    const { keys, seen } = keysOf(list, { at: () => now, wallAt: () => wall });
    await keys.warm();
    const later = randomBytes(32);
    list.push({ workspaceId, secret: later, clicksUntil: null });
    now = 2_000;
    wall = 0;
    expect(await readClickLink({ keys }, tokenBy(later))).not.toBeNull();
    now = 120_000;
    expect(await readClickLink({ keys }, tokenBy(later))).not.toBeNull();
    expect(seen.loads).toBe(3);
  });

  test('go on without the database, and what is not known then is neither right nor wrong', async () => {
    let now = 0;
    let isAway = false;
    const { keys, seen } = keysOf([current], { at: () => now, fails: () => isAway });
    await keys.warm();
    isAway = true;
    now = 120_000;
    expect(await readClickLink({ keys }, tokenBy(secret))).not.toBeNull();
    now = 240_000;
    await expect(readClickLink({ keys }, tokenBy(randomBytes(32)))).rejects.toThrow('away');
    expect(seen.troubles).toBe(1);
    // Nor in the moment after that, in which it is not tried again.
    await expect(readClickLink({ keys }, tokenBy(randomBytes(32)))).rejects.toThrow('away');
    expect(seen.loads).toBe(3);
    isAway = false;
    now = 360_000;
    expect(await readClickLink({ keys }, tokenBy(randomBytes(32)))).toBeNull();
  });
});

test('a host proves that it leads to us by an answer that nobody else can give', async () => {
  const { keys } = keysOf([current]);
  const challenge = hostChallenge(secret, randomBytes(24));
  const proof = (await proveHost({ keys }, challenge)) ?? '';
  expect(isHostProof(secret, challenge, `${proof}\n`)).toBe(true);
  expect(isHostProof(secret, hostChallenge(secret, randomBytes(24)), proof)).toBe(false);
  expect(isHostProof(randomBytes(32), challenge, proof)).toBe(false);
  expect(isHostProof(secret, challenge, '')).toBe(false);
  expect(await proveHost({ keys }, hostChallenge(randomBytes(32), randomBytes(24)))).toBeNull();
  expect(await proveHost({ keys }, 'x'.repeat(10_000))).toBeNull();
});
