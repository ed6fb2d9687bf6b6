import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { openSendQueue, queueName, type SendQueue } from '@postroom/redis';
import {
  createTestDatabase,
  eventually,
  redisPrefix,
  type SpawnedNode,
  spawnNode,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  testRedisUrl,
} from '@postroom/testkit';

/** How long a worker of these tests may reach nothing, in milliseconds: longer than it takes to find Redis again. */
const stuckAfterMs = 9_600;

/** A worker that reaches Redis through a proxy, and its queue, which the test reaches directly. */
type Own = {
  readonly worker: SpawnedNode;
  readonly proxy: TcpProxy;
  readonly queue: SendQueue;
  /** What BullMQ's keys of the queue begin with. */
  readonly keys: string;
};

let database: TestDatabase;
const started: Own[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  for (const { worker, proxy, queue } of started.splice(0)) {
    worker.kill('SIGKILL');
    await worker.exited;
    await proxy.stop();
    await queue.close();
  }
});

afterAll(() => database?.drop());

/** A job that no send belongs to: a worker asks for its send, and ends it quietly. */
const addJob = ({ queue }: Own) =>
  queue.add([
    { sendId: randomUUID(), workspaceId: randomUUID(), epoch: 0, lane: 'transactional', accountId: null },
  ]);

const untilTaken = ({ queue }: Own) =>
  eventually(
    async () => {
      const { waiting, prioritized, active } = await queue.counts();
      return waiting + prioritized + active === 0;
    },
    // One that was taken over a connection that nobody reads any more comes again when its lock has ended.
    { what: 'Every job being taken' },
  );

/** Makes a queue that has work and gives none: all that may be active at once is, and never ends. */
async function clog({ queue, keys }: Own): Promise<void> {
  await queue.redis.set(`${keys}:held:lock`, 'nobody');
  await queue.redis.lpush(`${keys}:active`, 'held');
  await queue.redis.hset(`${keys}:meta`, 'concurrency', '1');
}

/** Starts a worker that has already taken a job. */
async function startWorker(): Promise<Own> {
  const prefix = redisPrefix();
  const target = new URL(testRedisUrl());
  const proxy = await startTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
  const worker = await spawnNode({
    entry: 'apps/worker/src/main.ts',
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      QUEUE_PREFIX: prefix,
      SES_MAX_SEND_RATE: '100',
      AWS_ENDPOINT_URL_SESV2: 'http://127.0.0.1:9',
      SHUTDOWN_TIMEOUT_MS: '500',
      POSTROOM_TEST_STUCK_AFTER_MS: String(stuckAfterMs),
    },
  });
  const queue = openSendQueue({ url: target.href, prefix, onError: () => undefined });
  const own = { worker, proxy, queue, keys: `${prefix}:${queueName}` };
  started.push(own);
  await worker.waitForLine(/"worker_started"/);
  await eventually(() => queue.redis.status === 'ready');
  await addJob(own);
  await untilTaken(own);
  return own;
}

test('a worker that has work and gets none ends with code 1', async () => {
  const clogged = await startWorker();
  await clog(clogged);
  await addJob(clogged);
  expect(await clogged.worker.exited).toEqual({ code: 1, signal: null });
  expect(clogged.worker.lines.join('\n')).toMatch(/"worker_stopping".*"stuck"/);
});

test('one whose Redis is away and one whose queue is paused outlive it, and go on afterwards', async () => {
  const [away, paused, clogged] = await Promise.all([startWorker(), startWorker(), startWorker()]);
  away.proxy.pause();
  await paused.queue.redis.hset(`${paused.keys}:meta`, 'paused', '1');
  for (const own of [away, paused]) await addJob(own);
  await clog(clogged);
  await addJob(clogged);
  await clogged.worker.exited;
  await paused.queue.redis.hdel(`${paused.keys}:meta`, 'paused');
  await away.proxy.resume();
  for (const own of [away, paused]) {
    await addJob(own);
    await untilTaken(own);
    expect(own.worker.isRunning()).toBe(true);
  }
});
