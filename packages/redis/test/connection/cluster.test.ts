import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JobVerdict, SendJob } from '@postroom/core';
import { eventually, sendRedisCommand } from '@postroom/testkit';
import {
  createEnqueuer,
  createHolds,
  createHoldsOfAll,
  createPacer,
  createRateLimiter,
  createSharedQuota,
  createSweepTurns,
  createWorkerRoll,
  createWorkNumber,
  findRedisTrouble,
  hasDueJobs,
  openSendQueue,
  openSendWorker,
  openWebhookQueue,
  openWebhookWorker,
  prefixOfAccount,
  type SendQueue,
} from '../../src/index.ts';
import { type RunningCluster, startCluster } from './start-cluster.ts';

const prefix = '{postroom}';
let cluster: RunningCluster;
let url: string;
let queue: SendQueue;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);

beforeAll(async () => {
  cluster = await startCluster(3);
  // Of the three, one that does not keep what is asked about: it has to name who does.
  const keeps = await Promise.all(cluster.ports.map(keepsTag));
  url = `redis://127.0.0.1:${cluster.ports[keeps.indexOf(false)]}?cluster=true`;
  queue = openSendQueue({ url, prefix, onError });
  await eventually(() => queue.redis.status === 'ready');
});

afterAll(async () => {
  await queue?.close();
  await cluster?.stop();
});

const keepsTag = (port: number): Promise<boolean> =>
  sendRedisCommand(port, ['EXISTS', prefix]).then(
    () => true,
    () => false,
  );

const aJob = (accountId: string | null = null): SendJob => ({
  sendId: randomUUID(),
  workspaceId: randomUUID(),
  epoch: 0,
  accountId,
  lane: 'transactional',
});

test('one that is named as such is well, and what is wrong with how it is named is said', async () => {
  expect(await findRedisTrouble({ url, prefix })).toBeNull();
  const plain = url.replace('?cluster=true', '');
  expect(await findRedisTrouble({ url: plain, prefix })).toMatchObject({
    kind: 'setting',
    reason: expect.stringContaining('?cluster=true'),
  });
  expect(await findRedisTrouble({ url, prefix: 'postroom' })).toMatchObject({
    kind: 'setting',
    reason: expect.stringContaining('{postroom}'),
  });
  const setPolicy = (policy: string) =>
    sendRedisCommand(cluster.ports[1] ?? 0, ['CONFIG', 'SET', 'maxmemory-policy', policy]);
  await setPolicy('allkeys-lru');
  expect(await findRedisTrouble({ url, prefix })).toMatchObject({ kind: 'evicts' });
  await setPolicy('noeviction');
});

test('takes the jobs of each account, and workers do them, put them off and fail them', async () => {
  const accountId = randomUUID();
  const [own, later, failing, others] = [aJob(), aJob(), aJob(), aJob(accountId)];
  const missed: string[] = [];
  const enqueuer = createEnqueuer({ queue, budgetMs: 5_000, onMissed: (_, reason) => missed.push(reason) });
  expect(await enqueuer.enqueue([own, later, failing, others])).toBe(true);
  expect(missed).toEqual([]);
  expect(await hasDueJobs({ url, prefix })).toBe(true);
  const number = createWorkNumber({ redis: queue.redis, prefix });
  expect(await number.countJobs()).toBe(4);
  const verdicts = new Map<string, JobVerdict>([
    [later.sendId, { kind: 'later', waitMs: 600_000 }],
    [failing.sendId, { kind: 'failed', failureClass: 'rejected' }],
  ]);
  const workers = [null, accountId].map((id) =>
    openSendWorker({
      url,
      prefix: prefixOfAccount(prefix, id),
      concurrency: 5,
      process: async ({ sendId }) => verdicts.get(sendId) ?? { kind: 'done' },
      onError,
    }),
  );
  for (const worker of workers) worker.start();
  const all = [own, later, failing, others];
  await eventually(async () => {
    const states = await queue.states(all);
    return states.join() === 'finished,waiting,finished,finished';
  });
  expect(await queue.counts()).toMatchObject({ prioritized: 0, active: 0, failed: 1, delayed: 1 });
  // Beyond those in line: what comes while a worker waits for the next is taken at once.
  const next = aJob();
  await queue.add([next]);
  await eventually(async () => (await queue.states([next]))[0] === 'finished');
  await Promise.all(workers.map((worker) => worker.stop(5_000)));
  const { completed } = await queue.throughput(2);
  expect(completed.reduce((sum, jobs) => sum + jobs, 0)).toBe(3);
  expect(errors).toEqual([]);
});

test('keeps what the workers share: the pace, holds, the quota, turns, who is alive, limits', async () => {
  const { redis } = queue;
  const pacer = createPacer({ redis, key: `${prefix}:pace`, currentRate: () => 100, maxWaitMs: 5_000 });
  const wish = { recipients: 1, lane: 'transactional', lapsed: 0, onGiven: () => undefined } as const;
  expect(await pacer.acquire({ ...wish, signal: new AbortController().signal })).toMatchObject({
    kind: 'granted',
  });
  await pacer.slowDown();
  const holds = createHolds({ redis, key: `${prefix}:holds` });
  await holds.place({ scope: { kind: 'account' }, reason: 'quota_spent', forMs: 60_000, maxMs: 60_000 });
  expect(await createHoldsOfAll({ redis, prefix }).refresh()).toMatchObject([{ reason: 'quota_spent' }]);
  const quota = { maxSendRatePerSecond: 14, max24HourSend: 1, sentLast24Hours: 0, isSendingEnabled: true };
  const shared = createSharedQuota({ redis, key: `${prefix}:quota`, ask: async () => quota, askMs: 1_000 });
  expect((await shared.find(1_000))?.quota).toEqual(quota);
  const turns = createSweepTurns(redis, `${prefix}:sweep`);
  expect(await turns.take()).toEqual({ place: null });
  await turns.end(null);
  const roll = createWorkerRoll({ redis, prefix });
  await roll.enter({ name: 'one', version: '1', concurrency: 1, startedAt: '2026-01-01T00:00:00Z', sent: 0 });
  expect(await roll.list()).toMatchObject([{ name: 'one' }]);
  await roll.leave('one');
  const limit = { requests: 1, windowSeconds: 60 };
  const limiter = createRateLimiter({ redis, keyPrefix: `${prefix}:requests`, limit, budgetMs: 5_000 });
  expect([(await limiter.count('a')).kind, (await limiter.count('a')).kind]).toEqual(['allowed', 'refused']);
});

test('takes the jobs of webhooks, and keeps everything on the server of the tag', async () => {
  const done: string[] = [];
  const webhooks = openWebhookQueue({ url, prefix, onError });
  const worker = openWebhookWorker({
    url,
    prefix,
    kind: 'sound',
    concurrency: 1,
    process: async (endpointId) => void done.push(endpointId),
    onError,
    isOutage: () => false,
  });
  const endpointId = randomUUID();
  await eventually(() => webhooks.add({ sound: [endpointId], doubtful: [] }).then(() => true));
  await eventually(() => done.includes(endpointId));
  await worker.stop(5_000);
  await webhooks.close();
  const sizes = await Promise.all(cluster.ports.map((port) => sendRedisCommand(port, ['DBSIZE'])));
  expect(sizes.filter((size) => size === ':0')).toHaveLength(2);
});

test('whose server of the tag is frozen is away within a second, and well when that goes on', async () => {
  const keeps = await Promise.all(cluster.ports.map(keepsTag));
  const pid = cluster.pids[keeps.indexOf(true)] ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    await expect(queue.counts()).rejects.toThrow('did not answer');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually(async () => (await queue.counts()).delayed === 1);
});
