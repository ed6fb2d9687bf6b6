import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobVerdict, SendJob } from '@postroom/core';
import { eventually, redisPrefix, startTcpProxy, testRedisUrl } from '@postroom/testkit';
import {
  createEnqueuer,
  createPacer,
  createSweepTurns,
  createWorkerRoll,
  createWorkNumber,
  openSendQueue,
  openSendWorker,
  type SendQueue,
  type SendWorker,
} from '../../src/index.ts';

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
  accountId: null,
  lane,
});

type Taken = { readonly sendId: string };
type Process = (job: Taken, signal: AbortSignal) => Promise<JobVerdict>;
type OwnQueue = {
  readonly queue: SendQueue;
  readonly worker: SendWorker;
  readonly prefix: string;
  /** Jobs that workers have completed, as BullMQ counts them in Redis. */
  counted(): Promise<number>;
};

/** Lends a queue and a worker that no other test sees, and closes both however the test ends. */
async function withOwnQueue(
  options: { readonly concurrency: number; readonly process: Process },
  use: (own: OwnQueue) => Promise<void>,
): Promise<void> {
  const ownPrefix = redisPrefix();
  const connection = { url: testRedisUrl(), prefix: ownPrefix, onError: ignore };
  const own = openSendQueue(connection);
  const worker = openSendWorker({ ...connection, ...options });
  await eventually(() => own.redis.status === 'ready');
  const counted = async () => Number(await own.redis.hget(`${ownPrefix}:sends:metrics:completed`, 'count'));
  try {
    await use({ queue: own, worker, prefix: ownPrefix, counted });
  } finally {
    await worker.stop(5_000);
    await own.close();
  }
}

describe('the queue', () => {
  test('keeps one job per send and epoch, however often it is added, with nothing personal in it', async () => {
    const job = aJob();
    await queue.add([job, job]);
    await queue.add([job]);
    const keysNow = () => queue.redis.keys(`${prefix}:sends:${job.sendId}-*`);
    const keys = await keysNow();
    expect(keys).toEqual([`${prefix}:sends:${job.sendId}-0`]);
    await queue.add([{ ...job, epoch: 1 }]);
    expect((await keysNow()).toSorted()).toEqual([...keys, `${prefix}:sends:${job.sendId}-1`]);
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
    const served: string[] = [];
    const note = async ({ sendId }: Taken) => {
      served.push(sendId);
      return { kind: 'done' } as const;
    };
    await withOwnQueue({ concurrency: 1, process: note }, async (own) => {
      const transactional = Array.from({ length: 5 }, () => aJob());
      await own.queue.add(Array.from({ length: 20 }, () => aJob('marketing')));
      await own.queue.add(transactional);
      own.worker.start();
      await eventually(() => served.length === 25);
      expect(new Set(served.slice(0, 5))).toEqual(new Set(transactional.map(({ sendId }) => sendId)));
    });
  });

  test('keeps the throughput of each minute in Redis, as BullMQ does', async () => {
    await withOwnQueue({ concurrency: 5, process: async () => ({ kind: 'done' }) }, async (own) => {
      await own.queue.add(Array.from({ length: 7 }, () => aJob()));
      own.worker.start();
      await eventually(async () => (await own.counted()) === 7);
    });
  });
});

describe('within a lane', () => {
  test('one workspace’s backlog does not starve another’s', async () => {
    const [heavy, light] = [randomUUID(), randomUUID()];
    const lightJobs = Array.from({ length: 50 }, () => aJob('transactional', light));
    const lightIds = new Set(lightJobs.map(({ sendId }) => sendId));
    const served: string[] = [];
    const note = async ({ sendId }: Taken) => {
      served.push(sendId);
      return { kind: 'done' } as const;
    };
    await withOwnQueue({ concurrency: 1, process: note }, async (own) => {
      await own.queue.add(Array.from({ length: 2_000 }, () => aJob('transactional', heavy)));
      await own.queue.add(lightJobs);
      own.worker.start();
      await eventually(() => served.filter((id) => lightIds.has(id)).length === 50);
    });
    // Ten jobs of each share a rank: the light one waits for one rank of the heavy one, then they alternate.
    expect(served.findIndex((id) => lightIds.has(id))).toBeLessThanOrEqual(20);
    expect(served.findLastIndex((id) => lightIds.has(id))).toBeLessThanOrEqual(120);
  });

  test('a workspace that comes late starts where the others are, not before all of them', async () => {
    let served = 0;
    let goOn: () => void = () => undefined;
    const halfway = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const stopHalfway = async () => {
      served += 1;
      if (served === 250) await halfway;
      return { kind: 'done' } as const;
    };
    await withOwnQueue({ concurrency: 1, process: stopHalfway }, async (own) => {
      await own.queue.add(Array.from({ length: 500 }, () => aJob()));
      own.worker.start();
      await eventually(async () => {
        const furthest = await own.queue.redis.hget(`${own.prefix}:ranks`, 'served:transactional');
        return served === 250 && Number(furthest) >= 24;
      });
      const late = aJob('transactional', randomUUID());
      await own.queue.add([late]);
      const priority = Number(await own.queue.redis.hget(`${own.prefix}:sends:${late.sendId}-0`, 'priority'));
      goOn();
      expect(priority).toBeGreaterThanOrEqual(24);
      expect(priority).toBeLessThanOrEqual(26);
    });
  });
});

describe('a worker', () => {
  test('ends a failed send as a failed job with its class, and delays one that goes back', async () => {
    const [failing, returning] = [aJob(), aJob()];
    const endEach = async ({ sendId }: Taken): Promise<JobVerdict> =>
      sendId === failing.sendId
        ? { kind: 'failed', failureClass: 'rejected' }
        : { kind: 'later', waitMs: 600_000 };
    await withOwnQueue({ concurrency: 2, process: endEach }, async (own) => {
      await own.queue.add([failing, returning]);
      own.worker.start();
      await eventually(async () => {
        const { failed, delayed } = await own.queue.counts();
        return failed === 1 && delayed === 1;
      });
      const reason = await own.queue.redis.hget(`${own.prefix}:sends:${failing.sendId}-0`, 'failedReason');
      expect(reason).toBe('rejected');
    });
  });

  test('hands back what it had not begun when it is stopped', async () => {
    let taken = 0;
    const waitForStop = async (_job: Taken, signal: AbortSignal): Promise<JobVerdict> => {
      taken += 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { kind: 'later', waitMs: 0 };
    };
    await withOwnQueue({ concurrency: 3, process: waitForStop }, async (own) => {
      await own.queue.add([aJob(), aJob(), aJob(), aJob()]);
      own.worker.start();
      await eventually(() => taken === 3);
      await own.worker.stop(5_000);
      expect(await own.queue.counts()).toMatchObject({ prioritized: 4, active: 0, failed: 0 });
    });
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

const aWish = (recipients: number) => ({
  recipients,
  lane: 'transactional' as const,
  signal: new AbortController().signal,
  lapsed: 0,
  onGiven: ignore,
});

describe('the pace', () => {
  test('is one sequence for all replicas', async () => {
    const key = `${prefix}:pace`;
    const pacers = [1, 2].map(() =>
      createPacer({ redis: queue.redis, key, currentRate: () => 100, maxWaitMs: 60_000 }),
    );
    const lastGiven = async () => Number(await queue.redis.hget(key, 'last'));
    await pacers[0]?.acquire(aWish(1));
    const first = await lastGiven();
    const permits = await Promise.all(
      Array.from({ length: 39 }, async (_, at) => pacers[at % 2]?.acquire(aWish(1))),
    );
    expect(new Set(permits.map((permit) => permit?.kind))).toEqual(new Set(['granted']));
    expect((await lastGiven()) - first).toBeGreaterThan(1_000 * (39 / 100));
  });

  test('refuses a wait that is too long, and says how long it would be', async () => {
    const key = `${prefix}:pace-slow`;
    const pacer = createPacer({ redis: queue.redis, key, currentRate: () => 1, maxWaitMs: 1_000 });
    expect(await pacer.acquire(aWish(50))).toMatchObject({ kind: 'granted' });
    const refused = await pacer.acquire(aWish(1));
    expect(refused.kind).toBe('refused');
    expect(refused.kind === 'refused' && refused.waitMs).toBeGreaterThan(40_000);
    expect(pacer.blockedMs()).toBeGreaterThan(40_000);
  });

  test('gives no moment twice when Redis has forgotten which were given', async () => {
    const key = `${prefix}:pace-forgotten`;
    const pacer = createPacer({ redis: queue.redis, key, currentRate: () => 10, maxWaitMs: 60_000 });
    await pacer.acquire(aWish(5));
    const given = Number(await queue.redis.hget(key, 'last'));
    await queue.redis.del(key);
    await pacer.acquire(aWish(1));
    expect(Number(await queue.redis.hget(key, 'last'))).toBeGreaterThan(given + 1_000);
  });

  test('halves for everybody when SES throttles', async () => {
    const key = `${prefix}:pace-throttled`;
    const pacer = createPacer({ redis: queue.redis, key, currentRate: () => 100, maxWaitMs: 5_000 });
    await pacer.acquire(aWish(1));
    await Promise.all([pacer.slowDown(), pacer.slowDown()]);
    expect(Number(await queue.redis.hget(key, 'factor'))).toBeCloseTo(0.5, 1);
  });
});

describe('the turn of a sweeper', () => {
  const key = `${prefix}:sweep`;
  const turns = () => createSweepTurns(queue.redis, key);
  const place = {
    after: { moment: new Date(0).toISOString(), id: randomUUID() },
    beganAt: new Date(0).toISOString(),
    isWhole: true,
    looked: 7,
  };

  test('is taken by one at a time, who goes on where the last one stopped', async () => {
    const [one, other] = [turns(), turns()];
    const taken = await Promise.all([one.take(), other.take(), other.take()]);
    expect(taken.filter((turn) => turn === 'another')).toHaveLength(2);
    await Promise.all([one.end(place), other.end(place)]);
    expect(await other.take()).toEqual({ place });
    await other.end(null);
    expect(await one.take()).toEqual({ place });
    await one.end(null);
  });

  test('that ended by itself leaves its place to whoever came after', async () => {
    const [slow, next] = [turns(), turns()];
    await slow.take();
    await queue.redis.del(`${key}:turn`);
    await next.take();
    await slow.end({ ...place, looked: 1 });
    expect(await turns().take()).toBe('another');
    await next.end({ ...place, looked: 2 });
    expect(await next.take()).toEqual({ place: { ...place, looked: 2 } });
    await next.end(null);
  });

  test('says when Redis has forgotten everything', async () => {
    const own = turns();
    await queue.redis.del(`${key}:place`);
    expect(await own.take()).toEqual({ place: null });
    await own.end(null);
  });
});

describe('the work there is', () => {
  test('is what waits, is due or is in hand, and is told by one process at a time', async () => {
    const own = `${prefix}-work`;
    const work = createWorkNumber({ redis: queue.redis, prefix: own });
    const at = (ms: number) => String((Date.now() + ms) * 0x1000);
    await queue.redis.zadd(`${own}:sends:prioritized`, 1, 'a', 2, 'b');
    await queue.redis.rpush(`${own}:sends:active`, 'c');
    await queue.redis.zadd(`${own}:sends:delayed`, at(-60_000), 'd', at(60_000), 'e');
    expect(await work.countJobs()).toBe(4);
    const turns = await Promise.all([work.takeTurn(60_000), work.takeTurn(60_000), work.takeTurn(60_000)]);
    expect(turns.filter((isMine) => isMine)).toHaveLength(1);
    await work.tell(4);
    expect(await queue.redis.get(`${own}:work`)).toBe('4');
  });
});

describe('the roll of workers', () => {
  const aWorker = (name: string) => ({
    name,
    version: '1.2.3',
    concurrency: 50,
    startedAt: new Date(0).toISOString(),
    sent: 7,
  });

  test('has those that said that they are alive, until they leave or have not been heard of', async () => {
    const own = `${prefix}-roll`;
    const roll = createWorkerRoll({ redis: queue.redis, prefix: own });
    expect(await roll.list()).toEqual([]);
    for (const name of ['one', 'two', 'three']) await roll.enter(aWorker(name));
    await roll.leave('two');
    expect(new Set(await roll.list())).toEqual(new Set([aWorker('one'), aWorker('three')]));
    await queue.redis.zadd(`${own}:workers:seen`, 1, 'three');
    expect(await roll.list()).toEqual([aWorker('one')]);
    await roll.enter(aWorker('one'));
    expect(await queue.redis.hkeys(`${own}:workers`)).toEqual(['one']);
  });
});
