import type { AccountPace, Now, Pace, Throughput, WaitingSends } from '@postroom/contracts';
import { type RecentFailures, recentFailures, type SendOwner } from '@postroom/core';
import type { Backlog, OperationStore, SendRateStore, WorkspaceStore } from '@postroom/db';
import type { Roll, SendQueue, SmtpEntry, WorkerEntry, WorkerRoll } from '@postroom/redis';
import { presentFilter } from '../present/action.ts';
import { within } from '../within.ts';
import { type HoldSources, readHolds } from './read-holds.ts';

/** What is asked for the state of things. */
export type NowSources = HoldSources & {
  readonly operations: Pick<
    OperationStore,
    'countAccepted' | 'countBacklog' | 'countBacklogOf' | 'findByCause' | 'findLastEvent'
  >;
  readonly queue: Pick<SendQueue, 'throughput'>;
  readonly roll: Pick<WorkerRoll, 'list'>;
  readonly smtpRoll: Pick<Roll<SmtpEntry>, 'list'>;
  readonly sendRate: Pick<SendRateStore, 'find'>;
  readonly workspaces: Pick<WorkspaceStore, 'isOnlyOne'>;
};

/** Whose view it is, whether more than numbers may be seen of the mail, and whether they may be those of other workspaces. */
export type Viewer = SendOwner & { readonly seesMail: boolean; readonly isOperator: boolean };

/** A state of things, for every one of the viewers. */
export type Reading = { readonly of: (viewer: Viewer) => Now };

/** Minutes that are shown of the throughput. */
const shownMinutes = 60;

/** The longest that a reading waits for a source, in milliseconds: what does not answer is not told. */
const sourceBudgetMs = 1_500;

/** Remembers what was accepted in minutes that are over, so that each reading counts the newest alone. */
function createAcceptedMinutes(operations: NowSources['operations']) {
  const counts = new Map<number, number>();
  let countedUntil = 0;
  return async (firstMinute: number): Promise<readonly number[]> => {
    const from = Math.max(firstMinute, countedUntil - 1);
    for (const { minute, count } of await operations.countAccepted(new Date(from * 60_000)))
      counts.set(minute, count);
    countedUntil = firstMinute + shownMinutes - 1;
    for (const minute of counts.keys()) if (minute < firstMinute) counts.delete(minute);
    return Array.from({ length: shownMinutes }, (_, at) => counts.get(firstMinute + at) ?? 0);
  };
}

function paceOf(
  workers: readonly WorkerEntry[],
  set: { readonly recipientsPerSecond: number } | null,
): Pace | null {
  const account = workers.find((worker) => worker.account !== undefined)?.account;
  const recipientsPerSecond = set?.recipientsPerSecond ?? account?.recipientsPerSecond;
  if (recipientsPerSecond === undefined) return null;
  return { recipientsPerSecond, isSet: set !== null, quota: account?.quota ?? null };
}

/** The accounts beside the environment's, as the worker knows them that knows most: another may have yet to find one. */
function accountsOf(workers: readonly WorkerEntry[]): readonly AccountPace[] {
  const known = workers.map(({ accounts = [] }) => accounts);
  return known.reduce((most, some) => (some.length > most.length ? some : most), []);
}

const isOf =
  ({ workspaceId, isSimulated }: Viewer) =>
  (owned: SendOwner) =>
    owned.workspaceId === workspaceId && owned.isSimulated === isSimulated;

const waitingStatuses = ['Scheduled', 'Queued', 'Processing'] as const;
const lanes = ['transactional', 'marketing'] as const;

/** A backlog as it is shown: of each status and lane, also where nothing waits. */
function presentWaiting(backlog: readonly Backlog[]): readonly WaitingSends[] {
  return waitingStatuses.flatMap((status) =>
    lanes.map((lane) => {
      const group = backlog.find((some) => some.status === status && some.lane === lane);
      const { count = 0, oldestDueSeconds = null, inDoubt = 0 } = group ?? {};
      return { status, lane, count, oldestDueSeconds, inDoubt };
    }),
  );
}

const presentFailures = ({ causes, isPartial }: RecentFailures): Now['failures'] => ({
  isPartial,
  causes: causes.map(({ lastAt, filter, ...cause }) => ({
    ...cause,
    lastAt: lastAt.toISOString(),
    filter: presentFilter(filter),
  })),
});

const keyOf = ({ workspaceId, isSimulated }: SendOwner) => `${workspaceId} ${isSimulated}`;

/** Reads the failures of one owner after another, and leaves out those that it has no time for. */
async function readFailures(
  failures: NowSources['operations'],
  owners: readonly SendOwner[],
): Promise<ReadonlyMap<string, RecentFailures>> {
  const until = performance.now() + sourceBudgetMs;
  const read = new Map<string, RecentFailures>();
  for (const owner of owners) {
    const leftMs = until - performance.now();
    if (leftMs <= 0 || read.has(keyOf(owner))) continue;
    const found = await within(recentFailures({ failures, now: () => new Date() }, owner), leftMs);
    if (found !== null) read.set(keyOf(owner), found);
  }
  return read;
}

/** What is told of the installation to who may see a workspace of several alone. */
const nothingOfIt = {
  throughput: null,
  workers: null,
  smtp: null,
  pace: null,
  accounts: null,
  lastEvent: null,
};

const presentSmtp = ({ name, startedAt, connections, taken, refused }: SmtpEntry) => ({
  name,
  startedAt,
  connections,
  taken,
  refused,
});

const presentWorker = ({ name, version, concurrency, startedAt, sent }: WorkerEntry) => ({
  name,
  version,
  concurrency,
  startedAt,
  sent,
});

/** Reads the state of the installation, and of the workspaces of some viewers, in one go. */
export function createNowReader(sources: NowSources): (viewers: readonly Viewer[]) => Promise<Reading> {
  const { operations, queue, roll, smtpRoll, sendRate, workspaces } = sources;
  const acceptedSince = createAcceptedMinutes(operations);
  const readThroughput = async (): Promise<Throughput> => {
    const { firstMinute, completed, failed } = await queue.throughput(shownMinutes);
    return { firstMinute, accepted: await acceptedSince(firstMinute), done: completed, failed };
  };
  return async (viewers) => {
    const owners = viewers.filter(({ seesMail }) => seesMail);
    const ids = [...new Set(owners.map(({ workspaceId }) => workspaceId))];
    const budgeted = <Value>(source: Promise<Value>) => within(source, sourceBudgetMs);
    const [isOnlyOne, throughput, backlog, ofAll, failures, workers, smtp, holdsOf, set, lastEvent] =
      await Promise.all([
        budgeted(workspaces.isOnlyOne()),
        budgeted(readThroughput()),
        budgeted(operations.countBacklogOf(ids)),
        owners.length === viewers.length ? null : budgeted(operations.countBacklog()),
        readFailures(operations, owners),
        budgeted(roll.list()),
        budgeted(smtpRoll.list()),
        budgeted(readHolds(sources, viewers)),
        budgeted(sendRate.find()),
        budgeted(operations.findLastEvent()),
      ]);
    const at = new Date().toISOString();
    const waitingOf = (viewer: Viewer) => {
      const seen = viewer.seesMail ? backlog?.filter(isOf(viewer)) : ofAll;
      return seen == null ? null : presentWaiting(seen);
    };
    const failuresOf = (viewer: Viewer) => {
      const found = viewer.seesMail ? failures.get(keyOf(viewer)) : undefined;
      return found === undefined ? null : presentFailures(found);
    };
    const ofInstallation = {
      throughput,
      workers: workers?.map(presentWorker) ?? null,
      smtp: smtp?.map(presentSmtp) ?? null,
      pace: paceOf(workers ?? [], set),
      accounts: workers && accountsOf(workers),
      lastEvent: lastEvent === null ? null : { type: lastEvent.type, at: lastEvent.receivedAt.toISOString() },
    };
    return {
      of: (viewer) => {
        const seesInstallation = viewer.isOperator || isOnlyOne === true;
        const waiting = waitingOf(viewer);
        const own = failuresOf(viewer);
        return {
          at,
          seesInstallation,
          ...(seesInstallation ? ofInstallation : nothingOfIt),
          waiting,
          failures: own,
          holds: holdsOf?.({ ...viewer, seesInstallation }) ?? null,
        };
      },
    };
  };
}
