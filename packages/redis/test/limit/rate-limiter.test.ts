import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import { eventually, redisPrefix, startTcpProxy, testRedisUrl } from '@postroom/testkit';
import { closeRedis, createRateLimiter, openImpatientRedis, type RateLimiter } from '../../src/index.ts';

const keyPrefix = `${redisPrefix()}:requests`;
const connect = (url = testRedisUrl()) => openImpatientRedis({ url, onError: () => undefined });
const redis = connect();
const otherRedis = connect();

beforeAll(async () => {
  for (const connection of [redis, otherRedis]) await eventually(() => connection.status === 'ready');
});
afterAll(async () => {
  for (const connection of [redis, otherRedis]) await closeRedis(connection);
});

const hour = 3_600;
const limiterOf = (requests: number, { windowSeconds = hour, connection = redis, budgetMs = 5_000 } = {}) =>
  createRateLimiter({ redis: connection, keyPrefix, limit: { requests, windowSeconds }, budgetMs });

async function kindsOf(times: number, limiter: RateLimiter, id: string): Promise<readonly string[]> {
  const kinds: string[] = [];
  for (let at = 0; at < times; at += 1) kinds.push((await limiter.count(id)).kind);
  return kinds;
}

describe('a limit', () => {
  test('is one for all processes, also for requests at the same moment', async () => {
    const limiters = [limiterOf(10), limiterOf(10, { connection: otherRedis })];
    const verdicts = await Promise.all(
      limiters.flatMap((limiter) => Array.from({ length: 15 }, () => limiter.count('shared'))),
    );
    expect(verdicts.filter(({ kind }) => kind === 'allowed')).toHaveLength(10);
    expect(verdicts.filter(({ kind }) => kind === 'refused')).toHaveLength(20);
  });

  test('says what remains and when the window ends', async () => {
    const limiter = limiterOf(2);
    const verdicts = [await limiter.count('told'), await limiter.count('told'), await limiter.count('told')];
    expect(verdicts).toMatchObject([
      { kind: 'allowed', remaining: 1 },
      { kind: 'allowed', remaining: 0 },
      { kind: 'refused' },
    ]);
    for (const verdict of verdicts) {
      const resetMs = verdict.kind === 'unknown' ? 0 : verdict.resetMs;
      expect(resetMs).toBeGreaterThan(0);
      expect(resetMs).toBeLessThanOrEqual(hour * 1_000);
    }
  });

  test('of one does not touch another’s', async () => {
    const limiter = limiterOf(1);
    expect(await kindsOf(2, limiter, 'mine')).toEqual(['allowed', 'refused']);
    expect(await kindsOf(1, limiter, 'yours')).toEqual(['allowed']);
  });

  test('begins anew with the next window', async () => {
    const limiter = limiterOf(1, { windowSeconds: 1 });
    await eventually(async () => (await limiter.count('again')).kind === 'refused');
    await eventually(async () => (await limiter.count('again')).kind === 'allowed');
  });

  test('that was reached is remembered by Redis alone, whose windows no clock of this machine prolongs', async () => {
    const limiter = limiterOf(1);
    expect(await kindsOf(3, limiter, 'over')).toEqual(['allowed', 'refused', 'refused']);
    await redis.del(`${keyPrefix}:over`);
    expect(await kindsOf(1, limiter, 'over')).toEqual(['allowed']);
  });

  test('lives in Redis under its prefix for one window, and is forgotten with it', async () => {
    const limiter = limiterOf(5);
    await kindsOf(5, limiter, 'kept');
    const ttl = await redis.ttl(`${keyPrefix}:kept`);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(hour);
    await redis.del(`${keyPrefix}:kept`);
    expect(await limiter.count('kept')).toMatchObject({ kind: 'allowed', remaining: 4 });
  });
});

describe('nobody knows, and nothing is refused,', () => {
  test('when nothing listens', async () => {
    const away = connect(`redis://127.0.0.1:${await freePort()}`);
    const kinds = await kindsOf(3, limiterOf(1, { connection: away }), 'a');
    await closeRedis(away);
    expect(kinds).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('when Redis is a black hole; then no more is asked until it has answered', async () => {
    const target = new URL(testRedisUrl());
    const proxy = await startTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
    const slow = connect(`redis://127.0.0.1:${proxy.port}`);
    try {
      await eventually(() => slow.status === 'ready');
      const limiter = limiterOf(100, { connection: slow, budgetMs: 200 });
      proxy.pause();
      expect(new Set(await kindsOf(50, limiter, 'hole'))).toEqual(new Set(['unknown']));
      await proxy.resume();
      let late = 0;
      const verdict = await eventually(async () => {
        const next = await limiter.count('hole');
        if (next.kind === 'allowed') return next;
        late += 1;
        return false;
      });
      // The one that was overdue, this one, and those that a busy machine answered late: the others were never asked.
      expect(verdict.remaining).toBeLessThanOrEqual(98);
      expect(verdict.remaining).toBeGreaterThanOrEqual(98 - late);
    } finally {
      await proxy.stop();
      await closeRedis(slow);
    }
  });

  test('when Redis answers with an error', async () => {
    await redis.set(`${keyPrefix}:broken`, 'no number');
    expect(await kindsOf(2, limiterOf(1), 'broken')).toEqual(['unknown', 'unknown']);
  });
});

test('a process that is too busy to read the answer in time does not take Redis for slow', async () => {
  await limiterOf(1).count('warm');
  const counted = limiterOf(1, { budgetMs: 1 }).count('busy');
  // Keeps this process for much longer than that, until Redis has answered somebody who asked later.
  const { hostname, port } = new URL(testRedisUrl());
  const asking = `const socket = require('node:net').connect(${port}, '${hostname}', () => socket.write('PING\\r\\n'));
    socket.once('data', () => socket.destroy());`;
  expect(spawnSync(process.execPath, ['-e', asking]).status).toBe(0);
  expect(await counted).toMatchObject({ kind: 'allowed' });
});
