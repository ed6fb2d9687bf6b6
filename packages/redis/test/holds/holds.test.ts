import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { HeldBy, Hold } from '@postroom/core';
import { eventually, redisPrefix, startTcpProxy, testRedisUrl } from '@postroom/testkit';
import { closeRedis, createHolds, type Holds, openImpatientRedis } from '../../src/index.ts';

type Redis = ReturnType<typeof openImpatientRedis>;

const prefix = redisPrefix();
const longMs = 600_000;
let redis: Redis;
let key: string;
let count = 0;

const open = (url: string) => openImpatientRedis({ url, onError: () => undefined });

beforeAll(async () => {
  redis = open(testRedisUrl());
  await eventually(() => redis.status === 'ready');
});

afterAll(async () => {
  await closeRedis(redis);
});

beforeEach(() => {
  count += 1;
  key = `${prefix}:holds-${count}`;
});

const replica = (options: { readonly trialMs?: number } = {}) => createHolds({ redis, key, ...options });

const holdOf = (scope: Hold['scope'], more: Partial<Hold> = {}): Hold => ({
  scope,
  reason: 'sending_paused',
  forMs: longMs,
  maxMs: longMs,
  ...more,
});

const account = { kind: 'account' } as const;
const news = { kind: 'configuration_set', name: 'news' } as const;
const profile = { kind: 'sender_profile', id: '0190a1b2-0000-7000-8000-000000000001' } as const;
const sendOf = (more: Partial<HeldBy> = {}): HeldBy => ({
  id: 'send',
  configurationSet: null,
  senderProfileId: null,
  ...more,
});

const stored = async (scope: string): Promise<Record<string, number>> =>
  JSON.parse((await redis.hget(key, scope)) ?? '{}');

/** Moves what Redis knows of a hold back in time, as if it had been placed so long ago. */
async function age(scope: string, byMs: number): Promise<void> {
  const hold = await stored(scope);
  const { sinceMs = 0, untilMs = 0 } = hold;
  const older = { ...hold, sinceMs: sinceMs - byMs, untilMs: untilMs - byMs };
  await redis.hset(key, scope, JSON.stringify(older));
}

describe('a hold', () => {
  test('is known to every replica, and reaches only what it is about', async () => {
    const [one, other] = [replica(), replica()];
    await one.place(holdOf(news));
    await one.place(holdOf(profile, { reason: 'sender_unverified' }));
    await other.refresh();
    expect(other.isHeld(sendOf({ configurationSet: 'news' }))).toBe(true);
    expect(other.isHeld(sendOf({ senderProfileId: profile.id }))).toBe(true);
    expect(other.isHeld(sendOf({ configurationSet: 'other', senderProfileId: 'p-2' }))).toBe(false);
    expect(other.accountWaitMs()).toBe(0);
    await one.place(holdOf(account));
    await other.refresh();
    expect(other.isHeld(sendOf())).toBe(true);
    expect(other.accountWaitMs()).toBeGreaterThan(longMs - 60_000);
    expect(
      other
        .heldSends()
        .map(({ scope }) => scope)
        .toSorted(),
    ).toEqual(['configuration_set:news', `sender_profile:${profile.id}`]);
  });

  test('says whether it is new, and how long its reason has stood', async () => {
    const [one, other] = [replica(), replica()];
    expect(await one.place(holdOf(account))).toBe(true);
    expect(await other.place(holdOf(account))).toBe(false);
    await age('account', 3_600_000);
    await other.place(holdOf(account));
    expect(other.find('account')?.heldForMs).toBeGreaterThanOrEqual(3_600_000);
    expect(await one.place(holdOf(account, { reason: 'account_suspended' }))).toBe(true);
    expect(one.find('account')?.heldForMs).toBeLessThan(3_600_000);
  });

  test('lasts as long again as it has lasted, between its first length and its longest', async () => {
    const holds = replica();
    const bounds = { forMs: 30_000, maxMs: 600_000 };
    const waits: number[] = [];
    for (const lastedMs of [0, 30_000, 100_000, 3_600_000]) {
      await redis.del(key);
      await holds.place(holdOf(account, bounds));
      await age('account', lastedMs);
      await holds.place(holdOf(account, bounds));
      waits.push(Math.round(holds.accountWaitMs() / 10_000) * 10_000);
    }
    expect(waits).toEqual([30_000, 30_000, 100_000, 600_000]);
  });

  test('lasts no longer than it may when the clock was set back, nor does a trial of it', async () => {
    const [one, other] = [replica(), replica()];
    await one.place(holdOf(account, { forMs: 30_000, maxMs: 60_000 }));
    await age('account', -3_600_000);
    await other.refresh();
    expect(other.accountWaitMs()).toBeLessThanOrEqual(60_000);
    expect(other.find('account')?.heldForMs).toBeLessThan(60_000);
    const bounded = await stored('account');
    // Once: it comes nearer from now on.
    await other.refresh();
    expect(await stored('account')).toEqual(bounded);
    await one.endWait('account');
    expect(await one.enter('account', 'dies')).toBe(true);
    const { trialUntilMs = 0, ...hold } = await stored('account');
    await redis.hset(key, 'account', JSON.stringify({ ...hold, trialUntilMs: trialUntilMs + 3_600_000 }));
    await other.refresh();
    expect((await stored('account')).trialUntilMs).toBeLessThanOrEqual(trialUntilMs + 30_000);
  });

  test('that a version before has written, without its longest, stands as it is', async () => {
    const holds = replica();
    await holds.place(holdOf(account));
    const { maxMs: _, ...hold } = await stored('account');
    const untilMs = (hold.untilMs ?? 0) + 3_600_000;
    await redis.hset(key, 'account', JSON.stringify({ ...hold, untilMs }));
    await holds.refresh();
    expect((await stored('account')).untilMs).toBe(untilMs);
  });

  test('that nobody tried to end for more than an hour is forgotten', async () => {
    const holds = replica();
    await holds.place(holdOf(news));
    await age('configuration_set:news', longMs + 3_500_000);
    expect(await holds.refresh()).toHaveLength(1);
    await age('configuration_set:news', 200_000);
    expect(await holds.refresh()).toEqual([]);
    expect(await redis.hlen(key)).toBe(0);
  });
});

describe('the end of a hold', () => {
  const over = async (...replicas: readonly Holds[]) => {
    await replicas[0]?.place(holdOf(account));
    await replicas[0]?.endWait('account');
    for (const one of replicas) await one.refresh();
  };

  test('is tried by one send alone, whichever replica has it; the others go on waiting', async () => {
    const [one, other] = [replica(), replica()];
    await over(one, other);
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : other).enter('account', `send-${at}`)),
    );
    expect(asked.filter((isIn) => isIn)).toHaveLength(1);
    const winner = `send-${asked.indexOf(true)}`;
    const [its, theirs] = asked.indexOf(true) % 2 === 0 ? [one, other] : [other, one];
    expect(its.isHeld(sendOf({ id: winner }))).toBe(false);
    expect(its.isHeld(sendOf({ id: 'another' }))).toBe(true);
    expect(await theirs.enter('account', 'another')).toBe(false);
  });

  test('comes when the trial is accepted, for every replica', async () => {
    const [one, other] = [replica(), replica()];
    await over(one, other);
    expect(await one.enter('account', 'trial')).toBe(true);
    one.accepted('trial');
    await one.leave('trial');
    expect(await one.enter('account', 'next')).toBe(true);
    await other.refresh();
    expect(other.isHeld(sendOf())).toBe(false);
    expect(await redis.hlen(key)).toBe(0);
  });

  test('does not come when a send is accepted that was called before the hold', async () => {
    const holds = replica();
    await over(holds);
    holds.accepted('earlier');
    await holds.leave('earlier');
    expect(holds.isHeld(sendOf())).toBe(true);
    expect(await redis.hlen(key)).toBe(1);
  });

  test('is put off when the trial meets the same answer, and open to the next when it learned nothing', async () => {
    const holds = replica();
    await over(holds);
    expect(await holds.enter('account', 'learns nothing')).toBe(true);
    await holds.leave('learns nothing');
    expect(await holds.enter('account', 'refused')).toBe(true);
    await holds.place(holdOf(account));
    await holds.leave('refused');
    expect(await holds.enter('account', 'next')).toBe(false);
    expect(holds.accountWaitMs()).toBeGreaterThan(longMs - 60_000);
  });

  test('may be tried by another when the one that tried is gone', async () => {
    const [gone, other] = [replica({ trialMs: 300 }), replica({ trialMs: 300 })];
    await over(gone, other);
    expect(await gone.enter('account', 'dies')).toBe(true);
    await other.refresh();
    await eventually(() => other.enter('account', 'next'));
  });
});

describe('Redis', () => {
  test('that is flushed lifts every hold, and the next answer of SES places it again', async () => {
    const [one, other] = [replica(), replica()];
    await one.place(holdOf(account));
    await redis.del(key);
    await one.refresh();
    expect(one.accountWaitMs()).toBe(0);
    expect(await one.enter('account', 'next')).toBe(true);
    expect(await one.place(holdOf(account))).toBe(true);
    await other.refresh();
    expect(other.accountWaitMs()).toBeGreaterThan(0);
  });

  test('that is away does not lift a hold, and hears of it when it is back', async () => {
    const target = new URL(testRedisUrl());
    const proxy = await startTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
    const cut = open(`redis://127.0.0.1:${proxy.port}`);
    await eventually(() => cut.status === 'ready');
    const holds = createHolds({ redis: cut, key });
    try {
      proxy.pause();
      await holds.place(holdOf(account));
      await holds.refresh();
      expect(holds.accountWaitMs()).toBeGreaterThan(0);
      expect(await holds.enter('account', 'next')).toBe(false);
      expect(await redis.hlen(key)).toBe(0);
      await proxy.resume();
      await eventually(async () => {
        await holds.refresh();
        return (await redis.hlen(key)) === 1;
      });
      expect(holds.accountWaitMs()).toBeGreaterThan(0);
    } finally {
      await closeRedis(cut);
      await proxy.stop();
    }
  });
});
