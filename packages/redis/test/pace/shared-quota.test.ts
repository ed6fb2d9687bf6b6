import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ProviderQuota } from '@postroom/core';
import { eventually, redisPrefix, startTcpProxy, testRedisUrl } from '@postroom/testkit';
import { closeRedis, createSharedQuota, openImpatientRedis, quotaKey } from '../../src/index.ts';

const prefix = redisPrefix();
const connect = (url = testRedisUrl()) => openImpatientRedis({ url, onError: () => undefined });
const redis = connect();
const minuteMs = 60_000;
const askMs = minuteMs;

beforeAll(() => eventually(() => redis.status === 'ready'));
afterAll(() => closeRedis(redis));

const quotaOf = (maxSendRatePerSecond: number): ProviderQuota => ({
  maxSendRatePerSecond,
  max24HourSend: 50_000,
  sentLast24Hours: 7,
  isSendingEnabled: true,
});

/** Workers that share one account; each answer of its provider names another rate. */
function startWorkers(name: string, count: number, connection = redis) {
  const asked: number[] = [];
  const ask = async () => {
    asked.push(asked.length + 1);
    return quotaOf(asked.length);
  };
  const key = `${prefix}:${name}`;
  const workers = Array.from({ length: count }, () =>
    createSharedQuota({ redis: connection, key, ask, askMs }),
  );
  const findAll = async (withinMs: number) =>
    (await Promise.all(workers.map((worker) => worker.find(withinMs)))).map((told) => told?.quota);
  return { key, asked, findAll };
}

test('many workers that start together ask the provider once, and all are told', async () => {
  const { key, asked, findAll } = startWorkers('together', 8);
  expect(await findAll(minuteMs)).toEqual(Array.from({ length: 8 }, () => quotaOf(1)));
  expect(await findAll(minuteMs)).toEqual(Array.from({ length: 8 }, () => quotaOf(1)));
  expect(asked).toEqual([1]);
  // It goes by itself once its account has gone.
  expect(await redis.pttl(key)).toBeGreaterThan(minuteMs);
});

test('what was told too long ago is asked for anew, by one, and its age is told', async () => {
  const { key, asked, findAll } = startWorkers('anew', 3);
  await findAll(minuteMs);
  await redis.hincrby(key, 'at', -minuteMs - 1);
  expect(await findAll(minuteMs)).toEqual([2, 2, 2].map(quotaOf));
  expect(asked).toEqual([1, 2]);
  await redis.hincrby(key, 'at', -5_000);
  const late = createSharedQuota({ redis, key, ask: () => Promise.reject(new Error('asked')), askMs });
  expect((await late.find(minuteMs))?.ageMs).toBeGreaterThanOrEqual(5_000);
});

test('a question in vain is told to who asked, and asked again by another only when its turn is over', async () => {
  const key = `${prefix}:vain`;
  const failing = createSharedQuota({
    redis,
    key,
    ask: () => Promise.reject(new Error('SES is away')),
    askMs,
  });
  let looks = 0;
  const counting = new Proxy(redis, {
    get: (target, name): unknown => {
      if (name === 'eval') looks += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const other = createSharedQuota({ redis: counting, key, ask: async () => quotaOf(3), askMs });
  await expect(failing.find(minuteMs)).rejects.toThrow('SES is away');
  expect(await other.find(minuteMs)).toBeNull();
  expect(looks).toBeGreaterThan(1);
  looks = 0;
  expect(await other.find(minuteMs)).toBeNull();
  expect(looks).toBe(1);
  // Longer than a question may take.
  expect(await redis.pttl(`${key}:turn`)).toBeGreaterThan(askMs / 2);
  expect(await redis.pexpire(`${key}:turn`, 1)).toBe(1);
  await eventually(async () => (await other.find(minuteMs))?.quota.maxSendRatePerSecond === 3);
});

test('while Redis does not answer nothing is told and nobody is asked: what was known goes on', async () => {
  const { hostname, port } = new URL(testRedisUrl());
  const proxy = await startTcpProxy({ target: { host: hostname, port: Number(port) } });
  const connection = connect(`redis://127.0.0.1:${proxy.port}`);
  try {
    await eventually(() => connection.status === 'ready');
    const { asked, findAll } = startWorkers('away', 2, connection);
    proxy.pause();
    expect(await findAll(minuteMs)).toEqual([undefined, undefined]);
    expect(asked).toEqual([]);
  } finally {
    await proxy.resume();
    await closeRedis(connection);
    await proxy.stop();
  }
});

test('an account that is asked elsewhere from now on has a key of its own', () => {
  const source = { region: 'us-east-1', profile: null, endpoint: undefined };
  const others = [
    { ...source, region: 'eu-west-1' },
    { ...source, profile: 'other' },
    { ...source, endpoint: 'http://127.0.0.1:1' },
  ];
  const keys = [source, ...others].map((one) => quotaKey(prefix, one));
  expect(new Set(keys).size).toBe(4);
  expect(quotaKey(prefix, { ...source })).toBe(keys[0]);
});
