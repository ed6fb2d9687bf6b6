import { setMaxListeners } from 'node:events';
import type { JobVerdict } from '@postroom/core';
import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import { createAsking } from '../connection/asking.ts';
import {
  closeRedis,
  openImpatientRedis,
  openPatientRedis,
  type RedisConnection,
} from '../connection/redis.ts';
import { createServedNotes, renewPriority } from './fair-order.ts';
import { createGrowingPause, type GrowingPause } from './growing-pause.ts';
import { type JobPayload, jobPayloadSchema, lineKeys, putOffSchema, queueName, ranksKey } from './names.ts';
import { blockSeconds, PatientWorker, stopWorker } from './patient-worker.ts';

/** Minutes of throughput that BullMQ keeps in Redis for dashboards: a fortnight. */
const metricsMinutes = 60 * 24 * 14;

export type SendWorkerOptions = {
  readonly url: string;
  readonly prefix: string;
  readonly concurrency: number;
  /** How long a job stays with a process that does not report any more; half a minute unless told. */
  readonly lockMs?: number;
  /** Does one job; the signal says that the process is stopping. Rejects only for a reason to try again. */
  readonly process: (job: JobPayload, signal: AbortSignal) => Promise<JobVerdict>;
  readonly onError: (error: Error) => void;
  /** Whether what `process` rejected with will strike other jobs as well: then they are taken more slowly. */
  readonly isOutage?: (error: unknown) => boolean;
};

export type SendWorker = {
  /** Starts taking jobs. */
  start(): void;
  /** Changes how many jobs may be in hand at once. */
  setConcurrency(jobs: number): void;
  /** Takes no more jobs, waits for those in hand as long as it may, and closes. */
  stop(deadlineMs: number): Promise<void>;
};

/**
 * How often BullMQ looks for jobs whose lock has ended, in milliseconds: the second look after that gives them out again,
 * also one that was taken over a connection which nobody reads any more.
 */
const stalledCheckMs = 2_500;

/** How long to wait after a failure that was not the send's own, in milliseconds. */
const troubleDelayMs = 1_000;

const settingsOf = ({ prefix, concurrency, lockMs = 30_000 }: SendWorkerOptions) => ({
  prefix,
  concurrency,
  autorun: false,
  lockDuration: lockMs,
  stalledInterval: Math.min(lockMs / 2, stalledCheckMs),
  maxStalledCount: 5,
  drainDelay: blockSeconds,
  skipVersionCheck: true,
  metrics: { maxDataPoints: metricsMinutes },
});

/** It may be taken anew at once, at its place in line. */
const comeAgain: JobVerdict = { kind: 'later', waitMs: 0 };

/** Ends a job as its send did; BullMQ is told by what is thrown. */
async function finish(job: Job, token: string | undefined, verdict: JobVerdict): Promise<void> {
  if (verdict.kind === 'done') return;
  if (verdict.kind === 'failed') throw new UnrecoverableError(verdict.failureClass);
  if (verdict.waitMs === 0) {
    await job.moveToWait(token);
    throw new WaitingError();
  }
  if (verdict.heldOf !== undefined) await job.updateProgress({ heldOf: verdict.heldOf });
  await job.moveToDelayed(Date.now() + verdict.waitMs, token);
  throw new DelayedError();
}

/** Gives a job that has come back after a hold a new turn, if its own has passed, and says whether it did. */
function turnsOf({ prefix }: SendWorkerOptions, redis: RedisConnection): (job: Job) => Promise<boolean> {
  const ask = createAsking();
  const keys = lineKeys(prefix);
  return async (job) => {
    const putOff = putOffSchema.safeParse(job.progress);
    if (!putOff.success) return false;
    const place = { priority: job.priority, workspaceId: putOff.data.heldOf };
    // Without an answer it goes before its turn, and is sent all the same.
    const priority = await ask(() => renewPriority(redis, keys, place)).catch(() => null);
    if (priority === null) return false;
    await job.updateProgress(0);
    await job.changePriority({ priority });
    return true;
  };
}

/** How one job is done; an outage makes the pauses grow. */
function runnerOf(
  { process, onError, isOutage = () => false }: SendWorkerOptions,
  signal: AbortSignal,
  pause: GrowingPause,
  renewTurn: (job: Job) => Promise<boolean>,
): (job: Job, token: string | undefined) => Promise<void> {
  const attempt = async (payload: JobPayload): Promise<JobVerdict> => {
    try {
      const verdict = await process(payload, signal);
      pause.over();
      return verdict;
    } catch (error) {
      if (isOutage(error)) pause.met();
      onError(error instanceof Error ? error : new Error('a job failed for an unknown reason'));
      return { kind: 'later', waitMs: troubleDelayMs };
    }
  };
  return async (job, token) => {
    const payload = jobPayloadSchema.safeParse(job.data);
    if (!payload.success) throw new UnrecoverableError('bad_payload');
    const verdict = (await renewTurn(job)) ? comeAgain : await attempt(payload.data);
    await finish(job, token, verdict);
  };
}

/** The consumer's side of the queue. A send that ends `Failed` ends as a failed job; one that goes back is delayed. */
export function openSendWorker(options: SendWorkerOptions): SendWorker {
  const connection = openPatientRedis(options);
  const stopping = new AbortController();
  // Every send in hand listens to it while it waits for its permit.
  setMaxListeners(0, stopping.signal);
  const pauses = { redis: createGrowingPause(stopping.signal), work: createGrowingPause(stopping.signal) };
  const inHand = new Set<Promise<void>>();

  const notes = openImpatientRedis(options);
  const run = runnerOf(options, stopping.signal, pauses.work, turnsOf(options, notes));
  const served = createServedNotes(notes, ranksKey(options.prefix));
  const worker = new PatientWorker(
    queueName,
    (job, token) => {
      served.note(job.priority);
      const running = run(job, token);
      const tracked = running.catch(() => undefined).finally(() => inHand.delete(tracked));
      inHand.add(tracked);
      return running;
    },
    { ...settingsOf(options), connection, pauses },
  );
  worker.on('error', options.onError);

  return {
    start: () => {
      worker.run().catch(options.onError);
    },
    setConcurrency: (jobs) => {
      if (worker.concurrency !== jobs) worker.concurrency = jobs;
    },
    stop: async (deadlineMs) => {
      await stopWorker(worker, { connection, inHand, deadlineMs, beforeWaiting: () => stopping.abort() });
      await Promise.all([closeRedis(connection), closeRedis(notes)]);
    },
  };
}
