import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createTestDatabase,
  type RunningServer,
  sendRedisCommand,
  spawnNode,
  startRedis,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
} from '@postroom/testkit';

let database: TestDatabase;
let dir: string;
let redis: RunningServer;
let proxy: TcpProxy;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postroom-evicting-'));
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

test('a worker that started without Redis ends with code 1 when Redis comes and evicts keys', async () => {
  await proxy.refuse();
  const worker = await spawnNode({
    entry: 'apps/worker/src/main.ts',
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      SES_MAX_SEND_RATE: '1',
      AWS_ENDPOINT_URL_SESV2: 'http://127.0.0.1:9',
    },
  });
  await worker.waitForLine(/"worker_started"/);
  await proxy.resume();
  expect((await worker.exited).code).toBe(1);
  expect(worker.lines.join('\n')).toMatch(/"level":"error".*"redis_evicts".*set it to noeviction/);
});
