import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, redisPrefix, startTcpProxy, type TcpProxy, testRedisUrl } from '@postroom/testkit';
import fc from 'fast-check';
import type { RedisConnection } from '../../src/connection/redis.ts';
import { closeRedis, createPacer, openImpatientRedis, type Pacer } from '../../src/index.ts';
import {
  type GivenMoment,
  type MomentWish,
  reserveMoments,
  slowDown,
} from '../../src/pace/reserve-moments.ts';
import { share } from './share.ts';

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

const far = Number.MAX_SAFE_INTEGER;
const message = (recipients: number, more: Partial<MomentWish> = {}): MomentWish => ({
  recipients,
  horizonMs: far,
  lateMs: 8,
  ...more,
});

/** The moments of one group after another at one rate, as far ahead as they lie. */
async function momentsOf(
  rate: number,
  groups: readonly (readonly MomentWish[])[],
  { nowMs = 1_700_000_000_000, key = aKey() } = {},
): Promise<readonly GivenMoment[]> {
  const moments: GivenMoment[] = [];
  for (const messages of groups) {
    // Moments that lie much further ahead were given by another clock.
    const laterMs = Math.max(nowMs, (moments.at(-1)?.atMs ?? 0) - 5_000);
    const wish = { rate, givenUntilMs: 0, messages, nowMs: laterMs };
    moments.push(...(await reserveMoments(redis, key, wish)).moments);
  }
  return moments;
}

const single = (recipients: readonly number[]) => [recipients.map((count) => message(count))];
const timesOf = (moments: readonly GivenMoment[]) => moments.map(({ atMs }) => atMs);

/** The most recipients in a sliding second, of which each moment may be met as late as it may, and 10 ms are lost on the way. */
function peakOf(moments: readonly GivenMoment[]): number {
  const within = (endMs: number) =>
    moments.filter(({ atMs, lateMs }) => atMs <= endMs && atMs + lateMs > endMs - 1_009.99);
  const sumOf = (some: readonly GivenMoment[]) => some.reduce((sum, { recipients }) => sum + recipients, 0);
  return Math.max(...moments.map(({ atMs }) => sumOf(within(atMs))));
}

describe('the moments handed out', () => {
  const rate = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0.1, max: 600, noNaN: true }));
  const wish = fc.record({
    recipients: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 })),
    horizonMs: fc.constant(far),
    lateMs: fc.constantFrom(8, 8, 8, 20, 80),
  });
  const groups = fc.array(fc.array(wish, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 6 });

  test('hold no more recipients in any sliding second than the rate, or than the largest message', async () => {
    const isKept = async (perSecond: number, some: readonly (readonly MomentWish[])[]) => {
      const moments = await momentsOf(perSecond, some);
      const recipients = some.flat().map((one) => one.recipients);
      expect(moments.map((one) => one.recipients)).toEqual(recipients);
      expect(timesOf(moments)).toEqual(timesOf(moments).toSorted((a, b) => a - b));
      expect(peakOf(moments)).toBeLessThanOrEqual(Math.max(perSecond, ...recipients));
    };
    await fc.assert(fc.asyncProperty(rate, groups, isKept), { numRuns: 200 });
  });

  test('leave room for a message of many recipients in the second before it', async () => {
    const recipients = [...Array.from({ length: 13 }, () => 1), 14];
    expect(peakOf(await momentsOf(14, single(recipients)))).toBe(14);
  });

  test('keep what follows a message larger than the rate away for as long as its recipients take', async () => {
    const [first = 0, second = 0, third = 0] = timesOf(
      await momentsOf(10, [[message(1), message(30)], [message(1)]]),
    );
    expect(second - first).toBeGreaterThan(1_000);
    expect(third - second).toBeGreaterThan(2_000);
    expect(third - first).toBeCloseTo((31 * 1_018.2) / 10, 0);
  });

  test.each([1, 5, 14, 50, 500])(
    // But for the first, which may be met later, and counts for so much longer.
    'are evenly spread for single recipients at a rate of %s',
    async (perSecond) => {
      const group = Array.from({ length: perSecond * 3 }, () => message(1));
      const moments = timesOf(await momentsOf(perSecond, [group, group]));
      const intervalMs = 1_018.2 / perSecond;
      for (const [at, ms] of moments.entries()) {
        expect(Math.abs(ms - (moments[0] ?? 0) - at * intervalMs)).toBeLessThanOrEqual(42 + 4);
      }
    },
  );

  test('do not follow too soon when Redis has forgotten what was given before them', async () => {
    const key = aKey();
    const wish = { rate: 10, givenUntilMs: 0, messages: [message(5), message(5)] };
    const before = await reserveMoments(redis, key, wish);
    await redis.del(key);
    const { givenUntilMs } = before;
    const after = await reserveMoments(redis, key, { ...wish, givenUntilMs, messages: [message(10)] });
    expect(peakOf([...before.moments, ...after.moments])).toBe(10);
  });

  test('go on after the clock of Redis was set back', async () => {
    const key = aKey();
    const nowMs = 1_700_000_000_000;
    await momentsOf(10, [[message(1), message(1)]], { key, nowMs });
    const wish = { rate: 10, givenUntilMs: nowMs + 100, messages: [message(1)], nowMs: nowMs - 3_600_000 };
    expect(timesOf((await reserveMoments(redis, key, wish)).moments)).toEqual([wish.nowMs]);
  });

  test('are slowed down also when the last time lies ahead, after the clock of Redis was set back', async () => {
    const key = aKey();
    await slowDown(redis, key);
    await slowDown(redis, key);
    expect(Number(await redis.hget(key, 'factor'))).toBe(0.5);
    const [seconds = 0] = await redis.time();
    await redis.hset(key, 'slowed', (Number(seconds) + 3_600) * 1_000);
    await slowDown(redis, key);
    expect(Number(await redis.hget(key, 'factor'))).toBeLessThan(0.3);
  });

  test('end with the first message that would have to go further ahead than its horizon', async () => {
    const messages = Array.from({ length: 4 }, () => message(1, { horizonMs: 1_500 }));
    expect(await momentsOf(1, [messages])).toHaveLength(2);
    const many = [message(1, { horizonMs: 50 }), message(3, { horizonMs: 50 })];
    expect(await momentsOf(14, [many])).toHaveLength(2);
  });

  test('are given to others when nothing is sent at them', async () => {
    const key = aKey();
    const [nowMs, rate, givenUntilMs] = [1_700_000_000_000, 10, 0];
    const messages = Array.from({ length: 10 }, () => message(1));
    const { moments } = await reserveMoments(redis, key, { rate, givenUntilMs, messages, nowMs });
    const returned = moments.slice(0, 3);
    const wish = { rate, givenUntilMs, messages: messages.slice(0, 3), nowMs: nowMs + 1_000, returned };
    const again = (await reserveMoments(redis, key, wish)).moments;
    expect(timesOf(again).map((ms) => Math.round((ms - nowMs) / 100))).toEqual([10, 10, 11]);
    expect(peakOf([...moments.slice(3), ...again])).toBeLessThanOrEqual(10);
  });

  test('may be met late where there is room for that', async () => {
    const [first, ...more] = await momentsOf(4, single([1, 1, 1, 1]));
    expect([first, ...more].map((one) => one?.lateMs)).toEqual([50, 8, 8, 8]);
  });
});

describe('the rate, shared by workers in simulated time,', () => {
  test.each([
    [14, 1, 1],
    [14, 8, 1],
    [200, 1, 1],
    [200, 4, 1],
    [200, 8, 3],
  ])(
    'of %i is used by 97 %% and never passed, with %i workers and %i recipients a mail',
    async (rate, workers, recipients) => {
      const { used, peak } = await share({ redis, key: aKey(), rate, workers, recipients, seconds: 6 });
      expect(peak).toBeLessThanOrEqual(rate);
      expect(used).toBeGreaterThanOrEqual(0.97);
    },
  );

  test.each([
    [14, 1],
    [14, 8],
    [200, 4],
  ])('of %i lets what is transactional go next, with %i workers', async (rate, workers) => {
    const result = await share({
      redis,
      key: aKey(),
      rate,
      workers,
      recipients: 1,
      seconds: 8,
      urgentEveryMs: 330,
    });
    expect(result.peak).toBeLessThanOrEqual(rate);
    expect(result.used).toBeGreaterThanOrEqual(0.97);
    expect(result.urgentMs.length).toBeGreaterThan(15);
    expect(Math.max(...result.urgentMs)).toBeLessThan(150 + 2_000 / rate);
    expect(result.mostAheadMs).toBeLessThanOrEqual(300);
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
    const own: RedisConnection = connect(`redis://127.0.0.1:${proxy.port}`);
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

  const acquire = (pacer: Pacer, recipients: number, signal = never) =>
    pacer.acquire({ recipients, lane: 'transactional', signal, lapsed: 0, onGiven: () => undefined });

  test('sends a permit back, and what it answers later is handed to nobody and asked for once', async () => {
    await withProxy(5_000, async ({ pacer, proxy, key }) => {
      proxy.pause();
      const permits = [await acquire(pacer, 3), await acquire(pacer, 3)];
      expect(permits.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
      await proxy.resume();
      const given = await eventually(async () => {
        const [next, since] = await redis.hmget(key, 'next', 'since');
        return next !== null && since !== null && Number(next) - Number(since);
      });
      expect(given).toBeCloseTo(3 * 1.0182, 2);
      await eventually(async () => (await acquire(pacer, 1)).kind === 'granted');
    });
  });

  test('lets a permit that is waited for be stopped at once', async () => {
    await withProxy(5_000, async ({ pacer, proxy }) => {
      proxy.pause();
      const stopping = new AbortController();
      const permit = acquire(pacer, 1, stopping.signal);
      stopping.abort();
      expect(await permit).toEqual({ kind: 'refused', waitMs: 0 });
      expect(await acquire(pacer, 1, stopping.signal)).toEqual({ kind: 'refused', waitMs: 0 });
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
      proxy.setLatency(110);
      expect(await acquire(pacer, 1)).toEqual({ kind: 'refused', waitMs: 0 });
    });
  });
});
