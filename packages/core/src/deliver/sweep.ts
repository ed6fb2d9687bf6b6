import type { SendJob } from '../send/send.ts';

/** What became of a job, as the queue knows it. */
type JobState = 'missing' | 'waiting' | 'finished';

export type SweepDeps = {
  readonly sends: {
    takeOverdueQueued(options: {
      readonly limit: number;
      readonly lookAgainMs: number;
    }): Promise<readonly SendJob[]>;
    raiseEpochs(jobs: readonly SendJob[]): Promise<readonly SendJob[]>;
    /** Takes back that they were looked at: the next sweep takes them again. */
    lookAtAgain(jobs: readonly SendJob[]): Promise<void>;
    distrustQueue(): Promise<number>;
    expireLeases(limit: number): Promise<readonly string[]>;
    settleByEvents(
      ids: readonly string[],
    ): Promise<readonly { readonly id: string; readonly status: string }[]>;
    findProvenDoubts(limit: number): Promise<readonly string[]>;
    resolveDoubts(limit: number): Promise<readonly (SendJob & { readonly status: 'Queued' | 'Failed' })[]>;
  };
  readonly queue: {
    states(jobs: readonly SendJob[]): Promise<readonly JobState[]>;
    add(jobs: readonly SendJob[]): Promise<void>;
    /** Jobs that are waiting, delayed or in hand. */
    backlog(): Promise<number>;
    isGenerationLost(): Promise<boolean>;
    /** Rejects when the queue takes no writes: then nothing that is found could be told to it. */
    tryToWrite?(): Promise<void>;
    beginGeneration(): Promise<void>;
  };
  /** Hears of what the queue did not answer or refused: it is left for the next sweep. */
  readonly onQueueTrouble?: (error: unknown) => void;
};

/** What one sweep found and did; for the log and the metrics. */
export type SweepReport = {
  readonly isQueueLost: boolean;
  readonly checked: number;
  readonly enqueued: number;
  readonly expired: number;
  readonly settled: number;
  readonly resent: number;
  readonly givenUp: number;
  /** The page was full: there is more to do at once. */
  readonly hasMore: boolean;
};

/** The soonest that a queued send is looked at again, in milliseconds. */
const lookAgainMs = 20_000;

/** With a backlog the looks are spread, so that sweeping stays a small part of the work. */
const lookAgainMsPerJob = 2;

/**
 * Looks once after every send that nothing happened to for too long: tells the queue of those it does not
 * know, puts those in doubt whose worker is gone, settles those that SES reported on, and applies the policy
 * to the rest. Any number of sweepers may run at once. Rejects while PostgreSQL is away; what needs Redis is
 * left for the next sweep while Redis is.
 */
export async function sweep(deps: SweepDeps, limit: number): Promise<SweepReport> {
  const doubts = await sweepDoubts(deps, limit);
  const queued = await sweepQueued(deps, limit);
  return { ...doubts, ...queued };
}

/** What a question of the queue is answered with, or null when it is not. */
async function asked<T>(answer: Promise<T>, { onQueueTrouble }: SweepDeps): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    onQueueTrouble?.(error);
    return null;
  }
}

async function takesWrites(deps: SweepDeps): Promise<boolean> {
  const written = deps.queue.tryToWrite?.().then(() => true);
  return written === undefined || (await asked(written, deps)) === true;
}

async function sweepDoubts(deps: SweepDeps, limit: number) {
  const { sends, queue } = deps;
  const expired = await sends.expireLeases(limit);
  const proven = await sends.findProvenDoubts(limit);
  const settled = await sends.settleByEvents([...expired, ...proven]);
  const resolved = await sends.resolveDoubts(limit);
  const again = resolved.filter(({ status }) => status === 'Queued');
  if (again.length > 0) await asked(queue.add(again), deps);
  return {
    expired: expired.length,
    settled: settled.length,
    resent: again.length,
    givenUp: resolved.length - again.length,
  };
}

async function sweepQueued(deps: SweepDeps, limit: number) {
  const { sends, queue } = deps;
  const idle = { isQueueLost: false, checked: 0, enqueued: 0, hasMore: false };
  const backlog = await asked(queue.backlog(), deps);
  if (backlog === null) return idle;
  const isQueueLost = await asked(queue.isGenerationLost(), deps);
  if (isQueueLost === null) return idle;
  if (isQueueLost) {
    if (!(await takesWrites(deps))) return idle;
    await sends.distrustQueue();
    // A mark that could not be set is missing at the next sweep, too.
    await asked(queue.beginGeneration(), deps);
  }
  const spread = Math.max(lookAgainMs, backlog * lookAgainMsPerJob);
  const overdue = await sends.takeOverdueQueued({ limit, lookAgainMs: spread });
  if (overdue.length === 0) return { ...idle, isQueueLost };
  const enqueued = await enqueueMissing(deps, overdue);
  if (enqueued === null) return { ...idle, isQueueLost };
  return { isQueueLost, checked: overdue.length, enqueued, hasMore: overdue.length === limit };
}

/** Tells the queue of the jobs it does not have; null when it could not be told, and all are left to the next sweep. */
async function enqueueMissing(deps: SweepDeps, overdue: readonly SendJob[]): Promise<number | null> {
  const { sends, queue } = deps;
  const states = await asked(queue.states(overdue), deps);
  if (states === null) {
    await sends.lookAtAgain(overdue);
    return null;
  }
  const finished = overdue.filter((_, at) => states[at] === 'finished');
  const missing = overdue.filter((_, at) => states[at] === 'missing');
  const added = [...missing, ...(await sends.raiseEpochs(finished))];
  if (added.length === 0) return 0;
  const isTold = await asked(
    queue.add(added).then(() => true),
    deps,
  );
  if (isTold !== null) return added.length;
  await sends.lookAtAgain(added);
  return null;
}
