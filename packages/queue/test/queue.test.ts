import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SendJob } from '@postroom/core';
import { eventually, redisPrefix, startTcpProxy, testRedisUrl } from '@postroom/testkit';
import {
  createEnqueuer,
  createGeneration,
  createHolds,
  createPacer,
  evictionProblem,
  openSendQueue,
  openSendWorker,
  type SendQueue,
} from '../src/index.ts';

const prefix = redisPrefix();
const ignore = () => undefined;
let queue: SendQueue;

beforeAll(async () => {
  queue = openSendQueue({ url: testRedisUrl(), prefix, onError: ignore });
  await eventually(() => queue.redis.status === 'ready');
});

afterAll(async () => {
  await queue?.close();
});

const workspaceId = randomUUID();
const aJob = (lane: SendJob['lane'] = 'transactional', workspace = workspaceId): SendJob => ({
  sendId: randomUUID(),
  workspaceId: workspace,
  epoch: 0,
  lane,
});

describe('the queue', () => {
  test('keeps one job per send and epoch, however often it is added, with nothing personal in it', async () => {
    const job = aJob();
    await queue.add([job, job]);
    await queue.add([job]);
    const keys = await queue.redis.keys(`${prefix}:sends:${job.sendId}-*`);
    expect(keys).toEqual([`${prefix}:sends:${job.sendId}-0`]);
    const data = await queue.redis.hget(keys[0] ?? '', 'data');
    expect(JSON.parse(data ?? '')).toEqual({ sendId: job.sendId, epoch: 0 });
  });

  test('tells living, finished and missing jobs apart', async () => {
    const [finished, living, missing] = [aJob(), aJob(), aJob()];
    await queue.add([finished]);
    const worker = openSendWorker({
      url: testRedisUrl(),
      prefix,
      concurrency: 5,
      process: async () => ({ kind: 'done' }),
      onError: ignore,
    });
    worker.start();
    await eventually(async () => (await queue.states([finished]))[0] === 'finished');
    await worker.stop(5_000);
    await queue.add([living]);
    expect(await queue.states([finished, living, missing])).toEqual(['finished', 'waiting', 'missing']);
  });

  test('serves transactional mail before marketing mail, whatever the backlog', async () => {
    const ownPrefix = redisPrefix();
    const own = openSendQueue({ url: testRedisUrl(), prefix: ownPrefix, onError: ignore });
    await eventually(() => own.redis.status === 'ready');
    const marketing = Array.from({ length: 20 }, () => aJob('marketing'));
    const transactional = Array.from({ length: 5 }, () => aJob());
    await own.add(marketing);
    await own.add(transactional);
    const served: string[] = [];
    const worker = openSendWorker({
      url: testRedisUrl(),
      prefix: ownPrefix,
      concurrency: 1,
      process: async ({ sendId }) => {
        served.push(sendId);
        return { kind: 'done' };
      },
      onError: ignore,
    });
    worker.start();
    await eventually(() => served.length === 25);
    await worker.stop(5_000);
    await own.close();
    expect(new Set(served.slice(0, 5))).toEqual(new Set(transactional.map(({ sendId }) => sendId)));
  });
});

describe('within a lane', () => {
  test('one workspace’s backlog does not starve another’s', async () => {
    const ownPrefix = redisPrefix();
    const own = openSendQueue({ url: testRedisUrl(), prefix: ownPrefix, onError: ignore });
    await eventually(() => own.redis.status === 'ready');
    const [heavy, light] = [randomUUID(), randomUUID()];
    await own.add(Array.from({ length: 2_000 }, () => aJob('transactional', heavy)));
    const lightJobs = Array.from({ length: 50 }, () => aJob('transactional', light));
    await own.add(lightJobs);
    const lightIds = new Set(lightJobs.map(({ sendId }) => sendId));
    const served: string[] = [];
    const worker = openSendWorker({
      url: testRedisUrl(),
      prefix: ownPrefix,
      concurrency: 1,
      process: async ({ sendId }) => {
        served.push(sendId);
        return { kind: 'done' };
      },
      onError: ignore,
    });
    worker.start();
    await eventually(() => served.filter((id) => lightIds.has(id)).length === 50);
    const [first, last] = [
      served.findIndex((id) => lightIds.has(id)),
      served.findLastIndex((id) => lightIds.has(id)),
    ];
    await worker.stop(5_000);
    await own.close();
    // Ten jobs of each share a rank: the light one waits for one rank of the heavy one, then they alternate.
    expect(first).toBeLessThanOrEqual(20);
    expect(last).toBeLessThanOrEqual(120);
  });

  test('a workspace that comes late starts where the others are, not before all of them', async () => {
    const ownPrefix = redisPrefix();
    const own = openSendQueue({ url: testRedisUrl(), prefix: ownPrefix, onError: ignore });
    await eventually(() => own.redis.status === 'ready');
    const [early, late] = [randomUUID(), randomUUID()];
    await own.add(Array.from({ length: 500 }, () => aJob('transactional', early)));
    let served = 0;
    let hasRoom: () => void = () => undefined;
    const halfway = new Promise<void>((resolve) => {
      hasRoom = resolve;
    });
    const worker = openSendWorker({
      url: testRedisUrl(),
      prefix: ownPrefix,
      concurrency: 1,
      process: async () => {
        served += 1;
        if (served === 250) await halfway;
        return { kind: 'done' };
      },
      onError: ignore,
    });
    worker.start();
    await eventually(
      async () =>
        served === 250 && Number(await own.redis.hget(`${ownPrefix}:ranks`, 'served:transactional')) > 20,
    );
    const lateJob = aJob('transactional', late);
    await own.add([lateJob]);
    const priority = Number(await own.redis.hget(`${ownPrefix}:sends:${lateJob.sendId}-0`, 'priority'));
    hasRoom();
    await worker.stop(5_000);
    await own.close();
    expect(priority).toBeGreaterThanOrEqual(24);
    expect(priority).toBeLessThanOrEqual(26);
  });
});

describe('a worker', () => {
  test('ends a failed send as a failed job with its class, and delays one that goes back', async () => {
    const ownPrefix = redisPrefix();
    const own = openSendQueue({ url: testRedisUrl(), prefix: ownPrefix, onError: ignore });
    await eventually(() => own.redis.status === 'ready');
    const [failing, returning] = [aJob(), aJob()];
    const worker = openSendWorker({
      url: testRedisUrl(),
      prefix: ownPrefix,
      concurrency: 2,
      process: async ({ sendId }) =>
        sendId === failing.sendId
          ? { kind: 'failed', failureClass: 'rejected' }
          : { kind: 'later', waitMs: 600_000 },
      onError: ignore,
    });
    await own.add([failing, returning]);
    worker.start();
    await eventually(async () => {
      const { failed, delayed } = await own.counts();
      return failed === 1 && delayed === 1;
    });
    expect(await own.redis.hget(`${ownPrefix}:sends:${failing.sendId}-0`, 'failedReason')).toBe('rejected');
    await worker.stop(5_000);
    await own.close();
  });

  test('hands back what it had not begun when it is stopped', async () => {
    const ownPrefix = redisPrefix();
    const own = openSendQueue({ url: testRedisUrl(), prefix: ownPrefix, onError: ignore });
    await eventually(() => own.redis.status === 'ready');
    let taken = 0;
    const worker = openSendWorker({
      url: testRedisUrl(),
      prefix: ownPrefix,
      concurrency: 3,
      process: async (_job, signal) => {
        taken += 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return { kind: 'later', waitMs: 0 };
      },
      onError: ignore,
    });
    await own.add([aJob(), aJob(), aJob(), aJob()]);
    worker.start();
    await eventually(() => taken === 3);
    await worker.stop(5_000);
    expect(await own.counts()).toMatchObject({ prioritized: 4, active: 0, failed: 0 });
    await own.close();
  });
});

describe('telling the queue', () => {
  test('gives up within its budget when Redis does not answer, and never rejects', async () => {
    const target = new URL(testRedisUrl());
    const proxy = await startTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
    const slow = openSendQueue({ url: `redis://127.0.0.1:${proxy.port}`, prefix, onError: ignore });
    await eventually(() => slow.redis.status === 'ready');
    const missed: string[] = [];
    const enqueuer = createEnqueuer({
      queue: slow,
      budgetMs: 50,
      onMissed: (_jobs, reason) => missed.push(reason),
    });
    proxy.pause();
    expect(await enqueuer.enqueue([aJob()])).toBe(false);
    await proxy.stop();
    await eventually(() => slow.redis.status !== 'ready');
    await enqueuer.enqueue([aJob()]);
    expect(missed).toEqual(['redis did not answer in time', 'redis is not connected']);
    await slow.close();
  });
});

describe('the pace', () => {
  test('is one sequence for all replicas', async () => {
    const key = `${prefix}:pace`;
    const pacers = [1, 2].map(() =>
      createPacer({ redis: queue.redis, key, currentRate: () => 100, maxWaitMs: 5_000 }),
    );
    const never = new AbortController().signal;
    const moments: number[] = [];
    await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const share = await pacers[at % 2]?.acquire(1, never);
        expect(share).toEqual({ kind: 'granted' });
        moments.push(performance.now());
      }),
    );
    const span = Math.max(...moments) - Math.min(...moments);
    expect(span).toBeGreaterThan(1_000 * (39 / 100) * 0.9);
  });

  test('refuses a wait that is too long, and says how long it would be', async () => {
    const key = `${prefix}:pace-slow`;
    const pacer = createPacer({ redis: queue.redis, key, currentRate: () => 1, maxWaitMs: 1_000 });
    const never = new AbortController().signal;
    expect(await pacer.acquire(50, never)).toEqual({ kind: 'granted' });
    const refused = await pacer.acquire(1, never);
    expect(refused.kind).toBe('refused');
    expect(refused.kind === 'refused' && refused.waitMs).toBeGreaterThan(40_000);
    expect(pacer.blockedMs()).toBeGreaterThan(40_000);
  });

  test('halves for everybody when SES throttles', async () => {
    const key = `${prefix}:pace-throttled`;
    const pacer = createPacer({ redis: queue.redis, key, currentRate: () => 100, maxWaitMs: 5_000 });
    await pacer.acquire(1, new AbortController().signal);
    await Promise.all([pacer.slowDown(), pacer.slowDown()]);
    expect(Number(await queue.redis.hget(key, 'factor'))).toBeCloseTo(0.5, 1);
  });
});

describe('holds', () => {
  test('are shared, end by themselves, and reach only what they are about', async () => {
    let nowMs = 1_000;
    const options = { redis: queue.redis, key: `${prefix}:holds`, nowMs: () => nowMs };
    const [one, other] = [createHolds(options), createHolds(options)];
    await one.place({
      scope: { kind: 'configuration_set', name: 'news' },
      reason: 'sending_paused',
      forMs: 500,
    });
    await other.refresh();
    expect(other.accountWaitMs()).toBe(0);
    expect(other.waitFor({ configurationSet: 'news' })).toBe(500);
    expect(other.waitFor({ configurationSet: null })).toBe(0);
    await one.place({ scope: { kind: 'account' }, reason: 'quota_spent', forMs: 800 });
    expect((await other.refresh()).map(({ scope }) => scope).toSorted()).toEqual([
      'account',
      'configuration_set:news',
    ]);
    expect(other.waitFor({ configurationSet: null })).toBe(800);
    nowMs += 801;
    expect(await other.refresh()).toEqual([]);
    await one.lift('account');
  });
});

describe('Redis', () => {
  test('that forgot everything is noticed', async () => {
    const generation = createGeneration(queue.redis, `${prefix}:generation`);
    expect(await generation.isLost()).toBe(true);
    await generation.begin();
    expect(await generation.isLost()).toBe(false);
    await queue.redis.del(`${prefix}:generation`);
    expect(await generation.isLost()).toBe(true);
  });

  test('that evicts keys is refused with the setting to change', async () => {
    expect(await evictionProblem(queue.redis)).toBeNull();
    await queue.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const problem = await evictionProblem(queue.redis);
    await queue.redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(problem).toContain('noeviction');
  });
});
