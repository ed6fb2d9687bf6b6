import type { SendJob } from '../send/send.ts';

/** What became of a job, as the queue knows it. */
type JobState = 'missing' | 'waiting' | 'finished';

/** The moment and the id of a queued send, in whose order they are looked at. */
type Waiting = { readonly moment: string; readonly id: string };

/** `isWhole`: also of those whose moment has not come, since the queue has lost its jobs. `after` null: from the first on. */
export type SweepFrom = { readonly after: Waiting | null; readonly isWhole: boolean };

/**
 * How far the look after what waits has come. It is kept in Redis: one that has forgotten it has forgotten jobs as well.
 * Moments are of PostgreSQL's clock.
 */
export type SweepPlace = SweepFrom & {
  /** When the look from the first on began. */
  readonly beganAt: string;
  /** Sends looked at since then. */
  readonly looked: number;
};

/** Some that wait, in their order, and the time by PostgreSQL's clock. */
export type WaitingPage = {
  readonly jobs: readonly SendJob[];
  readonly last: Waiting | null;
  readonly now: string;
};

export type SweepDeps = {
  readonly sends: {
    /** Queues scheduled sends whose time has come. */
    beginScheduled(limit: number): Promise<readonly SendJob[]>;
    /** A page of queued sends that nothing has happened to for too long, from a place on. */
    findWaiting(from: SweepFrom, limit: number): Promise<WaitingPage>;
    raiseEpochs(jobs: readonly SendJob[]): Promise<readonly SendJob[]>;
    /** What becomes of sends whose lease has ended: those whose call had not begun are queued again, the others in doubt. */
    expireLeases(
      limit: number,
    ): Promise<{ readonly inDoubt: readonly string[]; readonly returned: readonly SendJob[] }>;
    settleByEvents(
      ids: readonly string[],
    ): Promise<readonly { readonly id: string; readonly status: string }[]>;
    findProvenDoubts(limit: number): Promise<readonly string[]>;
    resolveDoubts(limit: number): Promise<readonly (SendJob & { readonly status: 'Queued' | 'Failed' })[]>;
  };
  readonly queue: {
    states(jobs: readonly SendJob[]): Promise<readonly JobState[]>;
    add(jobs: readonly SendJob[]): Promise<void>;
    /** See SweepTurns: `another`, or the place where the last sweeper stopped. */
    takeTurn(): Promise<'another' | { readonly place: SweepPlace | null }>;
    endTurn(place: SweepPlace | null): Promise<void>;
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
  readonly returned: number;
  readonly settled: number;
  readonly resent: number;
  readonly givenUp: number;
  /** The page was full: there is more to do at once. */
  readonly hasMore: boolean;
};

/** The soonest that a queued send is looked at again, in milliseconds. */
const lookAgainMs = 20_000;

/** With a backlog the looks are spread, so that sweeping stays a small part of the work. */
const lookAgainMsPerSend = 2;

/**
 * Looks once after every send that nothing happened to for too long: tells the queue of those it does not
 * know, puts those in doubt whose worker is gone, or back if it had not begun to call SES, settles those that SES reported on, and applies the policy
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

async function sweepDoubts(deps: SweepDeps, limit: number) {
  const { sends, queue } = deps;
  const expired = await sends.expireLeases(limit);
  const proven = await sends.findProvenDoubts(limit);
  const settled = await sends.settleByEvents([...expired.inDoubt, ...proven]);
  const resolved = await sends.resolveDoubts(limit);
  const again = resolved.filter(({ status }) => status === 'Queued');
  const added = [...expired.returned, ...again];
  if (added.length > 0) await asked(queue.add(added), deps);
  return {
    expired: expired.inDoubt.length,
    returned: expired.returned.length,
    settled: settled.length,
    resent: again.length,
    givenUp: resolved.length - again.length,
  };
}

async function sweepQueued(deps: SweepDeps, limit: number) {
  const { sends, queue } = deps;
  const idle = { isQueueLost: false, checked: 0, enqueued: 0, hasMore: false };
  const turn = await asked(queue.takeTurn(), deps);
  if (turn === null || turn === 'another') return idle;
  const begun = await sends.beginScheduled(limit);
  const page = await sends.findWaiting(turn.place ?? fromTheFirst, limit);
  const enqueued = await enqueueMissing(deps, begun, page.jobs);
  const isTold = enqueued !== null;
  await asked(queue.endTurn(isTold ? nextPlace(turn.place, page, limit) : null), deps);
  const isQueueLost = turn.place === null;
  if (!isTold) return { ...idle, isQueueLost };
  const hasMore = Math.max(begun.length, page.jobs.length) === limit;
  return { isQueueLost, checked: begun.length + page.jobs.length, enqueued, hasMore };
}

const fromTheFirst: SweepFrom = { after: null, isWhole: true };

/** Less than the id of every send. */
export const leastId = '00000000-0000-0000-0000-000000000000';

/**
 * Where the next look goes on. Each send is met once when its moment comes, which is a while ahead whenever it is
 * written, and again when the look begins anew: what Redis has lost of its own is found by that.
 */
function nextPlace(before: SweepPlace | null, page: WaitingPage, limit: number): SweepPlace {
  const place = before ?? { ...fromTheFirst, beganAt: page.now, looked: 0 };
  const looked = place.looked + page.jobs.length;
  const here = { ...place, after: page.last ?? place.after, looked };
  if (page.jobs.length === limit) return here;
  // Those whose moment came meanwhile have been passed over.
  if (place.isWhole) return { ...here, isWhole: false, after: { moment: place.beganAt, id: leastId } };
  const pauseMs = Math.max(lookAgainMs, looked * lookAgainMsPerSend);
  const sinceMs = Date.parse(page.now) - Date.parse(place.beganAt);
  // Below 0: the clock was set back, and what waits behind it lies before this place.
  if (sinceMs >= 0 && sinceMs < pauseMs) return here;
  return { after: null, isWhole: false, beganAt: page.now, looked: 0 };
}

/** Tells the queue of those that began and of the jobs that it does not have; null when it could not be told. */
async function enqueueMissing(
  deps: SweepDeps,
  begun: readonly SendJob[],
  waiting: readonly SendJob[],
): Promise<number | null> {
  const { sends, queue } = deps;
  const states = waiting.length === 0 ? [] : await asked(queue.states(waiting), deps);
  if (states === null) return null;
  const finished = waiting.filter((_, at) => states[at] === 'finished');
  const missing = waiting.filter((_, at) => states[at] === 'missing');
  const added = [...begun, ...missing, ...(await sends.raiseEpochs(finished))];
  if (added.length === 0) return 0;
  return asked(
    queue.add(added).then(() => added.length),
    deps,
  );
}
