import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningServer, startRedis, temporaryFolder } from '@postroom/servers';
import {
  createTestDatabase,
  sendRedisCommand,
  spawnNode,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
} from '@postroom/testkit';

let database: TestDatabase;
let dir: string;
let redis: RunningServer;
let proxy: TcpProxy;

beforeAll(async () => {
  dir = await temporaryFolder('evicting');
  [database, redis] = await Promise.all([createTestDatabase(), startRedis({ dir })]);
  proxy = await startTcpProxy({ target: { port: redis.port } });
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
});

afterAll(async () => {
  await proxy?.stop();
  await redis?.stop();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

const spawnWorker = (redisUrl: string) =>
  spawnNode({
    entry: 'apps/worker/src/main.ts',
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      SES_MAX_SEND_RATE: '1',
      AWS_ENDPOINT_URL_SESV2: 'http://127.0.0.1:9',
    },
  });

test.each([
  ['a wrong password', () => `redis://app:wrong@127.0.0.1:${redis.port}`, 'WRONGPASS'],
  ['a user without the rights', () => `redis://app:secret@127.0.0.1:${redis.port}`, 'evalsha'],
  ['a database that is not there', () => `redis://127.0.0.1:${redis.port}/99`, 'database'],
  ['TLS where there is none', () => `rediss://127.0.0.1:${redis.port}`, 'speaks no TLS'],
])(
  'a worker with %s ends at its start, and says what is wrong with REDIS_URL',
  async (_what, urlOf, words) => {
    await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
    await sendRedisCommand(redis.port, ['ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-evalsha']);
    const worker = await spawnWorker(urlOf());
    expect((await worker.exited).code).toBe(1);
    expect(worker.lines.join('\n')).toMatch(/"level":"error".*"worker_failed".*REDIS_URL/);
    expect(worker.lines.join('\n')).toContain(words);
    expect(worker.lines.join('\n')).not.toMatch(/wrong@|:secret/);
  },
);

test('a worker whose Redis is full waits for it, says so, and is well afterwards without a restart', async () => {
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory', '1mb']);
  const worker = await spawnWorker(redis.url);
  await worker.waitForLine(/"level":"warn".*"redis_unusable".*is full/);
  await worker.waitForLine(/"worker_started"/);
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory', '0']);
  await worker.waitForLine(/"redis_usable"/);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
});

test('a worker that started without Redis ends with code 1 when Redis comes and evicts keys', async () => {
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
  await proxy.refuse();
  const worker = await spawnWorker(`redis://127.0.0.1:${proxy.port}`);
  await worker.waitForLine(/"worker_started"/);
  await proxy.resume();
  expect((await worker.exited).code).toBe(1);
  expect(worker.lines.join('\n')).toMatch(/"level":"error".*"redis_evicts".*set it to noeviction/);
});
