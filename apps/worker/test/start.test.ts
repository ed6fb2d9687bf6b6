import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSendQueue } from '@postroom/queue';
import {
  createTestDatabase,
  eventually,
  type RunningServer,
  spawnNode,
  startRedis,
  type TestDatabase,
} from '@postroom/testkit';

let database: TestDatabase;
let dir: string;
let redis: RunningServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postroom-start-'));
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
