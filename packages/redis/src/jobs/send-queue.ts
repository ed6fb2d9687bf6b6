import type { SendJob } from '@postroom/core';
import { Queue } from 'bullmq';
import { createAsking, silenceMs } from '../connection/asking.ts';
import { closeRedis, openImpatientRedis, type RedisConnection } from '../connection/redis.ts';
import { reservePriorities } from './fair-order.ts';
import {
  accountsKey,
  type JobPayload,
  jobIdOf,
  jobName,
  lineKeys,
  prefixOfAccount,
  queueName,
} from './names.ts';
import { alignMinutes, type JobThroughput, minutesUntil, sumThroughput } from './throughput.ts';

export type SendQueueOptions = {
  readonly url: string;
  /** Prefix of every key. */
  readonly prefix: string;
  readonly onError: (error: Error) => void;
};

export type JobState = 'missing' | 'waiting' | 'finished';

/** Jobs by state, as BullMQ counts them. */
export type QueueCounts = {
  readonly waiting: number;
  readonly prioritized: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
};

/** The producer's side of the queues of all accounts. Everything here rejects quickly while Redis is away or does not answer. */
export type SendQueue = {
  readonly redis: RedisConnection;
  /** Adds a job per send; ones that live already stay as they are. */
  add(jobs: readonly SendJob[]): Promise<void>;
  /** What has become of jobs, in the order asked. */
  states(jobs: readonly SendJob[]): Promise<readonly JobState[]>;
  counts(): Promise<QueueCounts>;
  /** Jobs that ended in each of so many minutes until now, as BullMQ counts them: in all queues, or in that of the environment's account. */
  throughput(minutes: number, of?: 'all' | 'default'): Promise<JobThroughput>;
  /** Whether Redis answers at all. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
};

/** Finished jobs that are kept to be looked at. */
const keptCompleted = 1_000;
const keptFailed = 5_000;

const toPayload = ({ sendId, epoch }: SendJob): JobPayload => ({ sendId, epoch });

/** The queue of one account. */
function openAccountQueue(
  redis: RedisConnection,
  { prefix, onError }: Pick<SendQueueOptions, 'prefix' | 'onError'>,
) {
  const queue = new Queue(queueName, {
    connection: redis,
    prefix,
    skipVersionCheck: true,
    defaultJobOptions: { removeOnComplete: { count: keptCompleted }, removeOnFail: { count: keptFailed } },
  });
  queue.on('error', onError);
  const keys = lineKeys(prefix);
  return {
    queue,
    add: async (jobs: readonly SendJob[]) => {
      const priorities = await reservePriorities(redis, keys, jobs);
      await queue.addBulk(
        jobs.map((job, at) => ({
          name: jobName,
          data: toPayload(job),
          opts: { jobId: jobIdOf(job), priority: priorities[at] ?? 1 },
        })),
      );
    },
  };
}

type AccountQueue = ReturnType<typeof openAccountQueue>;

/** Jobs by the account that they are sent through, nearly always one. */
function byAccount(jobs: readonly SendJob[]): ReadonlyMap<string | null, readonly SendJob[]> {
  const [first] = jobs;
  if (first !== undefined && jobs.every(({ accountId }) => accountId === first.accountId)) {
    return new Map([[first.accountId, jobs]]);
  }
  const groups = new Map<string | null, SendJob[]>();
  for (const job of jobs) groups.set(job.accountId, [...(groups.get(job.accountId) ?? []), job]);
  return groups;
}

/** Opens the producer's side of the queues. */
export function openSendQueue(options: SendQueueOptions): SendQueue {
  const { prefix, onError } = options;
  const redis = openImpatientRedis(options);
  const queues = new Map<string | null, AccountQueue>();
  const queueOf = (accountId: string | null): AccountQueue => {
    const own = { prefix: prefixOfAccount(prefix, accountId), onError };
    const opened = queues.get(accountId) ?? openAccountQueue(redis, own);
    queues.set(accountId, opened);
    return opened;
  };
  queueOf(null);
  const ask = createAsking();
  const add = async (jobs: readonly SendJob[]) => {
    for (const [accountId, own] of byAccount(jobs)) {
      // Before its jobs, and each time: a Redis that was flushed has forgotten it.
      if (accountId !== null) await redis.sadd(accountsKey(prefix), accountId);
      await queueOf(accountId).add(own);
    }
  };
  const everyQueue = async <Read>(read: (queue: Queue) => Promise<Read>): Promise<Read[]> => {
    const accounts = await redis.smembers(accountsKey(prefix));
    return Promise.all([null, ...accounts].map((accountId) => read(queueOf(accountId).queue)));
  };
  return {
    redis,
    add: (jobs) => ask(() => add(jobs), silenceMs.manyJobs),
    states: (jobs) => {
      const jobKeys = jobs.map((job) => queueOf(job.accountId).queue.toKey(jobIdOf(job)));
      return ask(() => statesOf(redis, jobKeys), silenceMs.manyJobs);
    },
    counts: () => ask(async () => sumCounts(await everyQueue(countsOf))),
    throughput: (minutes, of = 'all') =>
      ask(async () => {
        if (of === 'default') return throughputOf(queueOf(null).queue, minutes);
        return sumThroughput(await everyQueue((queue) => throughputOf(queue, minutes)));
      }),
    isReachable: async () => (await ask(() => redis.ping())) === 'PONG',
    close: async () => {
      await Promise.all([...queues.values()].map(({ queue }) => queue.close()));
      await closeRedis(redis);
    },
  };
}

const sumCounts = (all: readonly QueueCounts[]): QueueCounts => {
  const sum = (state: keyof QueueCounts) => all.reduce((total, counts) => total + counts[state], 0);
  return {
    waiting: sum('waiting'),
    prioritized: sum('prioritized'),
    active: sum('active'),
    delayed: sum('delayed'),
    failed: sum('failed'),
  };
};

async function countsOf(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  return {
    waiting: counts.waiting ?? 0,
    prioritized: counts.prioritized ?? 0,
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    failed: counts.failed ?? 0,
  };
}

async function throughputOf(queue: Queue, count: number): Promise<JobThroughput> {
  const minutes = minutesUntil(Date.now(), count);
  const [completed, failed] = await Promise.all(
    (['completed', 'failed'] as const).map(async (state) =>
      alignMinutes(await queue.getMetrics(state, 0, count), minutes),
    ),
  );
  return { firstMinute: minutes[0] ?? 0, completed: completed ?? [], failed: failed ?? [] };
}

async function statesOf(redis: RedisConnection, keys: readonly string[]): Promise<readonly JobState[]> {
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.hmget(key, 'timestamp', 'finishedOn');
  const answers = (await pipeline.exec()) ?? [];
  return keys.map((_, at) => {
    const [error, fields] = answers[at] ?? [new Error('no answer'), null];
    if (error !== null) throw error;
    if (!Array.isArray(fields) || fields[0] === null) return 'missing';
    return fields[1] === null ? 'waiting' : 'finished';
  });
}
