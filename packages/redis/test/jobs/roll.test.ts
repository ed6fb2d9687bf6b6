import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import { closeRedis, createWorkerRoll, openImpatientRedis } from '../../src/index.ts';

const prefix = redisPrefix();
const redis = openImpatientRedis({ url: testRedisUrl(), onError: () => undefined });

beforeAll(() => eventually(() => redis.status === 'ready'));
afterAll(() => closeRedis(redis));

test('a worker that was entered before the clock of Redis was set back, and ended since, is struck off', async () => {
  const roll = createWorkerRoll({ redis, prefix });
  const entry = { version: '1', startedAt: '2026-01-01T00:00:00Z', concurrency: 1, sent: 0 };
  await roll.enter({ ...entry, name: 'ended' });
  const [seconds = 0] = await redis.time();
  await redis.zadd(`${prefix}:workers:seen`, (Number(seconds) + 3_600) * 1_000, 'ended');
  const names = async () => (await roll.list()).map(({ name }) => name);
  expect(await names()).toEqual([]);
  await roll.enter({ ...entry, name: 'alive' });
  expect(await names()).toEqual(['alive']);
  expect(await redis.hkeys(`${prefix}:workers`)).toEqual(['alive']);
});
