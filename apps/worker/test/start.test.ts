import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSendQueue } from '@postroom/redis';
import { type RunningServer, startRedis, temporaryFolder } from '@postroom/servers';
import { createTestDatabase, eventually, spawnNode, type TestDatabase } from '@postroom/testkit';

let database: TestDatabase;
let dir: string;
let redis: RunningServer;

beforeAll(async () => {
  dir = await temporaryFolder('start');
  [database, redis] = await Promise.all([createTestDatabase(), startRedis({ dir })]);
});

afterAll(async () => {
  await redis?.stop();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

test('a worker does not start on a Redis that evicts keys, and says which setting to change', async () => {
  const queue = openSendQueue({ url: redis.url, prefix: 'start', onError: () => undefined });
  await eventually(() => queue.redis.status === 'ready');
  await queue.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await queue.close();
  const worker = await spawnNode({
    entry: 'apps/worker/src/main.ts',
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url },
  });
  expect((await worker.exited).code).toBe(1);
  expect(worker.lines.join('\n')).toContain('set it to noeviction');
});

test('a worker that does not know how recipients reach the API says so at its start, and works', async () => {
  const queue = openSendQueue({ url: redis.url, prefix: 'start', onError: () => undefined });
  await eventually(() => queue.redis.status === 'ready');
  await queue.redis.config('SET', 'maxmemory-policy', 'noeviction');
  await queue.close();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    SES_MAX_SEND_RATE: '1',
    AWS_ENDPOINT_URL_SESV2: 'http://127.0.0.1:9',
  };
  const start = async (publicUrl: string) => {
    const worker = await spawnNode({
      entry: 'apps/worker/src/main.ts',
      env: { ...env, PUBLIC_URL: publicUrl },
    });
    await worker.waitForLine(/"worker_started"/);
    await worker.stop();
    return worker.lines.find((line) => line.includes('"public_url_default"'));
  };
  expect(await start('')).toMatch(/"level":"warn".*"publicUrl":"http:\/\/localhost:3001"/);
  expect(await start('https://mail.example.com')).toBeUndefined();
});
