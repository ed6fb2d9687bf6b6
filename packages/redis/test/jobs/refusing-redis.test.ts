import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SendJob } from '@postroom/core';
import { type RunningServer, startRedis, temporaryFolder } from '@postroom/servers';
import { eventually, sendRedisCommand } from '@postroom/testkit';
import {
  createEnqueuer,
  openSendQueue,
  openSendWorker,
  type SendQueue,
  type SendWorker,
} from '../../src/index.ts';

let dir: string;
let server: RunningServer;
let queue: SendQueue;
const workers: SendWorker[] = [];

beforeAll(async () => {
  dir = await temporaryFolder('refusing');
  server = await startRedis({ dir });
  await heal();
  queue = openSendQueue({ url: server.url, prefix: 'own', onError: () => undefined });
  await eventually(() => queue.redis.status === 'ready');
});

afterEach(async () => {
  await heal();
  for (const worker of workers.splice(0)) await worker.stop(2_000);
});

afterAll(async () => {
  await queue?.close();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

const tell = (...words: string[]) => sendRedisCommand(server.port, words);
const permit = (...rules: string[]) => tell('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', ...rules);

async function heal(): Promise<void> {
  await tell('CONFIG', 'SET', 'maxmemory', '0');
  await tell('REPLICAOF', 'NO', 'ONE');
  await permit('~*', '&*', '+@all');
}

type Refusal = readonly [what: string, setIn: () => Promise<unknown>, words: RegExp];

const refusals: readonly Refusal[] = [
  ['is full', () => tell('CONFIG', 'SET', 'maxmemory', '1mb'), /^OOM /],
  ['became a replica', () => tell('REPLICAOF', '127.0.0.1', '1'), /^READONLY /],
  ['forbids scripts', () => permit('~*', '&*', '+@all', '-eval', '-evalsha'), /^NOPERM /],
  ['gives other keys', () => permit('~other:*', '&*', '+@all'), /NOPERM/],
  [
    'forbids a command that scripts use',
    () => permit('~*', '&*', '+@all', '-hset', '-hmset', '-hincrby', '-lrem'),
    /./,
  ],
  ['forbids to wait', () => permit('~*', '&*', '+@all', '-bzpopmin'), /^NOPERM /],
];

const jobs = (count: number): SendJob[] =>
  Array.from({ length: count }, () => ({
    sendId: randomUUID(),
    workspaceId: randomUUID(),
    epoch: 0,
    accountId: null,
    lane: 'transactional',
  }));

/** A worker of a user whose rights can be changed, what it did, and when it met an error. */
function openWorker(concurrency: number, gate: Promise<void> = Promise.resolve()) {
  const done = new Set<string>();
  const errors: { readonly atMs: number; readonly message: string }[] = [];
  const worker = openSendWorker({
    url: `redis://app:secret@127.0.0.1:${server.port}`,
    prefix: 'own',
    concurrency,
    lockMs: 5_000,
    process: async ({ sendId }) => {
      await gate;
      done.add(sendId);
      return { kind: 'done' };
    },
    onError: ({ message }) => errors.push({ atMs: performance.now(), message }),
  });
  workers.push(worker);
  return { worker, done, errors };
}

type Own = ReturnType<typeof openWorker>;

/** Pauses that double take seconds for so few errors, however busy the machine; without any they take milliseconds. */
async function expectGrowingPauses({ errors }: Own, inHand: number, words: RegExp): Promise<void> {
  const before = errors.length;
  // Each job in hand may fail to be ended, twice; two looks for stalled ones may fail as well.
  const enough = before + 2 * inHand + 2 + 4;
  await eventually(() => errors.length >= enough, { what: 'errors to come again' });
  const [first, last] = [errors[before], errors.at(-1)];
  expect(Number(last?.atMs) - Number(first?.atMs)).toBeGreaterThan(1_000);
  expect(last?.message).toMatch(words);
}

const untilDone = ({ done }: Own, wanted: readonly SendJob[]) =>
  eventually(() => wanted.every(({ sendId }) => done.has(sendId)), {
    what: 'every job being done',
  });

describe('a Redis that answers and refuses is asked more and more seldom, and all goes on when it is well', () => {
  test.each(refusals)(
    'one that %s, with work waiting at the start of a worker',
    async (_what, refuse, words) => {
      const waiting = jobs(50);
      await queue.add(waiting);
      await refuse();
      const own = openWorker(4);
      own.worker.start();
      await expectGrowingPauses(own, 0, words);
      await heal();
      await untilDone(own, waiting);
    },
    120_000,
  );

  test.each(refusals.slice(1, 3))(
    'one that %s while a worker works',
    async (_what, refuse, words) => {
      let open: () => void = () => undefined;
      const own = openWorker(
        1,
        new Promise((resolve) => {
          open = resolve;
        }),
      );
      const all = jobs(50);
      await queue.add(all);
      own.worker.start();
      await eventually(async () => (await queue.counts()).active === 1);
      await refuse();
      open();
      await expectGrowingPauses(own, 1, words);
      expect(own.done.size).toBeLessThan(all.length);
      await heal();
      await untilDone(own, all);
    },
    120_000,
  );
});

test('a worker that waits for a Redis which refuses stops at once when it is told to', async () => {
  await queue.add(jobs(5));
  await permit('~*', '&*', '+@all', '-evalsha', '-eval');
  const { worker, errors } = openWorker(2);
  worker.start();
  await eventually(() => errors.length > 5);
  const before = errors.length;
  await worker.stop(30_000);
  workers.splice(0);
  expect(errors.length).toBe(before);
});

test('work that cannot be done for anybody is taken more and more slowly', async () => {
  const waiting = jobs(40);
  await queue.add(waiting);
  let isAway = true;
  let tries = 0;
  const done = new Set<string>();
  const worker = openSendWorker({
    url: server.url,
    prefix: 'own',
    concurrency: 2,
    process: async ({ sendId }) => {
      tries += 1;
      if (isAway) throw new Error('the database is away');
      done.add(sendId);
      return { kind: 'done' };
    },
    isOutage: () => true,
    onError: () => undefined,
  });
  workers.push(worker);
  const startedMs = performance.now();
  worker.start();
  await eventually(() => tries >= 12);
  expect(performance.now() - startedMs).toBeGreaterThan(1_000);
  isAway = false;
  await eventually(() => waiting.every(({ sendId }) => done.has(sendId)));
});

test.each(refusals.slice(0, 4))(
  'a producer is told by which code a Redis that %s refused',
  async (_what, refuse, words) => {
    const own = openSendQueue({
      url: `redis://app:secret@127.0.0.1:${server.port}`,
      prefix: 'own',
      onError: () => undefined,
    });
    const missed: string[] = [];
    const enqueuer = createEnqueuer({
      queue: own,
      budgetMs: 2_000,
      onMissed: (_jobs, reason) => missed.push(reason),
    });
    await eventually(() => own.redis.status === 'ready');
    await refuse();
    expect(await enqueuer.enqueue(jobs(3))).toBe(false);
    await own.close();
    expect(missed).toHaveLength(1);
    expect(`${missed[0]?.replace(/^redis refused it: /, '')} `).toMatch(words);
  },
);
