import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, redisPrefix, startTcpProxy, type TcpProxy, testRedisUrl } from '@postroom/testkit';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { closeRedis, createPacer, openImpatientRedis, type Pacer } from '../../src/index.ts';
import { reserveMoments } from '../../src/pace/pacer.ts';

const prefix = redisPrefix();
const connect = (url = testRedisUrl()) => openImpatientRedis({ url, onError: () => undefined });
const redis = connect();
const never = new AbortController().signal;

beforeAll(() => eventually(() => redis.status === 'ready'));
afterAll(() => closeRedis(redis));

let keys = 0;
const aKey = () => {
  keys += 1;
  return `${prefix}:pace-${keys}`;
};

/** The moments of one group after another at one rate, as far ahead as they lie. */
async function momentsOf(rate: number, groups: readonly (readonly number[])[]): Promise<number[]> {
  const key = aKey();
  const moments: number[] = [];
  for (const recipients of groups) {
    const wish = { rate, maxWaitMs: Number.MAX_SAFE_INTEGER, givenUntilMs: 0, recipients };
    moments.push(...(await reserveMoments(redis, key, wish)).momentsMs);
  }
  return moments;
}

/** The most recipients in a sliding second, of which each moment may be met up to 50 ms late. */
function peakOf(moments: readonly number[], recipients: readonly number[]): number {
  const within = (endMs: number) =>
    recipients.filter((_, at) => {
      const ms = moments[at] ?? Number.NaN;
      return ms <= endMs && ms > endMs - 1_049.99;
    });
  return Math.max(...moments.map((endMs) => within(endMs).reduce((sum, count) => sum + count, 0)));
}

describe('the moments handed out', () => {
  const rate = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0.1, max: 600, noNaN: true }));
  const group = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    maxLength: 30,
  });
  const groups = fc.array(group, { minLength: 1, maxLength: 6 });

  test('hold no more recipients in any sliding second than the rate, or than the largest message', async () => {
    const isKept = async (perSecond: number, some: readonly (readonly number[])[]) => {
      const recipients = some.flat();
      const moments = await momentsOf(perSecond, some);
      expect(moments).toHaveLength(recipients.length);
      expect(moments).toEqual(moments.toSorted((a, b) => a - b));
      expect(peakOf(moments, recipients)).toBeLessThanOrEqual(Math.max(perSecond, ...recipients));
    };
    await fc.assert(fc.asyncProperty(rate, groups, isKept), { numRuns: 200 });
  });

  test('leave room for a message of many recipients in the second before it', async () => {
    const recipients = [...Array.from({ length: 13 }, () => 1), 14];
    expect(peakOf(await momentsOf(14, [recipients]), recipients)).toBe(14);
  });

  test('keep what follows a message larger than the rate away for as long as its recipients take', async () => {
    const [first = 0, second = 0, third = 0] = await momentsOf(10, [[1, 30], [1]]);
    expect(second - first).toBeGreaterThan(1_000);
    expect(third - second).toBeCloseTo((30 * 1_000) / (10 * 0.93), 1);
  });

  test.each([1, 5, 14, 50, 500])(
    'are evenly spread for single recipients at a rate of %s',
    async (perSecond) => {
      const group = Array.from({ length: perSecond * 3 }, () => 1);
      const moments = await momentsOf(perSecond, [group, group]);
      const intervalMs = 1_000 / (perSecond * 0.93);
      moments.forEach((ms, at) => {
        expect(ms - (moments[0] ?? 0)).toBeCloseTo(at * intervalMs, 0);
      });
    },
  );

  test('do not follow too soon when Redis has forgotten what was given before them', async () => {
    const key = aKey();
    const wish = { rate: 10, maxWaitMs: 60_000, givenUntilMs: 0, recipients: [5, 5] };
    const before = await reserveMoments(redis, key, wish);
    await redis.del(key);
    const after = await reserveMoments(redis, key, {
      ...wish,
      givenUntilMs: before.freeMs,
      recipients: [10],
    });
    expect(peakOf([...before.momentsMs, ...after.momentsMs], [5, 5, 10])).toBe(10);
  });

  test('end with the first message that would have to wait too long', async () => {
    const wish = { rate: 1, maxWaitMs: 1_500, givenUntilMs: 0, recipients: [1, 1, 1, 1] };
    expect((await reserveMoments(redis, aKey(), wish)).momentsMs).toHaveLength(2);
  });
});

describe('a Redis that does not answer', () => {
  /** Lends a pacer whose connection goes through a proxy. */
  async function withProxy(
    maxWaitMs: number,
    use: (own: { readonly pacer: Pacer; readonly proxy: TcpProxy; readonly key: string }) => Promise<void>,
  ): Promise<void> {
    const target = new URL(testRedisUrl());
    const proxy = await startTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
    const own: Redis = connect(`redis://127.0.0.1:${proxy.port}`);
    const key = aKey();
    try {
      await eventually(() => own.status === 'ready');
      await use({ pacer: createPacer({ redis: own, key, currentRate: () => 1_000, maxWaitMs }), proxy, key });
    } finally {
      await proxy.resume();
      await closeRedis(own);
      await proxy.stop();
    }
  }

  test('sends a permit back, and what it answers later is handed to nobody and asked for once', async () => {
    await withProxy(5_000, async ({ pacer, proxy, key }) => {
      proxy.pause();
      const permits = [await pacer.acquire(3, never), await pacer.acquire(3, never)];
      expect(permits.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
      await proxy.resume();
      const recent = await eventually(async () => (await redis.hget(key, 'recent')) ?? false);
      expect(recent).toMatch(/^\d+:3$/);
      await eventually(async () => (await pacer.acquire(1, never)).kind === 'granted');
    });
  });

  test('lets a permit that is waited for be stopped at once', async () => {
    await withProxy(5_000, async ({ pacer, proxy }) => {
      proxy.pause();
      const stopping = new AbortController();
      const permit = pacer.acquire(1, stopping.signal);
      stopping.abort();
      expect(await permit).toEqual({ kind: 'refused', waitMs: 0 });
      expect(await pacer.acquire(1, stopping.signal)).toEqual({ kind: 'refused', waitMs: 0 });
    });
  });

  test('does not hold up what is done after a throttled send', async () => {
    await withProxy(5_000, async ({ pacer, proxy }) => {
      proxy.pause();
      expect(await pacer.slowDown()).toBeUndefined();
    });
  });

  test('for so long that every moment is missed has a permit refused in the end', async () => {
    await withProxy(300, async ({ pacer, proxy }) => {
      proxy.setLatency(60);
      expect(await pacer.acquire(1, never)).toEqual({ kind: 'refused', waitMs: 0 });
    });
  });
});
