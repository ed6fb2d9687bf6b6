import type {
  AccountPace,
  LiveSmtp,
  Now,
  Pace,
  ShownFilter,
  WaitingSends,
  WorkspaceBacklog,
} from '@postroom/contracts';
import type { RecentFailures } from '../change/recent-failures.ts';
import type { OwnedBacklog, WorkerOnRoll } from './now-sources.ts';

/** The pace of the environment's account: what was set, else what the workers have. */
export function paceOf(
  workers: readonly WorkerOnRoll[],
  set: { readonly recipientsPerSecond: number } | null,
): Pace | null {
  const account = workers.find((worker) => worker.account !== undefined)?.account;
  const recipientsPerSecond = set?.recipientsPerSecond ?? account?.recipientsPerSecond;
  if (recipientsPerSecond === undefined) return null;
  return { recipientsPerSecond, isSet: set !== null, quota: account?.quota ?? null };
}

/** The accounts beside the environment's, as the worker knows them that knows most: another may have yet to find one. */
export function accountsOf(workers: readonly WorkerOnRoll[]): readonly AccountPace[] {
  const known = workers.map(({ accounts = [] }) => accounts);
  return known.reduce((most, some) => (some.length > most.length ? some : most), []);
}

const waitingStatuses = ['Scheduled', 'Queued', 'Processing'] as const;
const lanes = ['transactional', 'marketing'] as const;

const sumOf = (groups: readonly OwnedBacklog[], of: 'count' | 'inDoubt') =>
  groups.reduce((sum, group) => sum + group[of], 0);

/** A backlog as it is shown: of each status and lane, also where nothing waits, whosoever it is. */
export function presentWaiting(backlog: readonly OwnedBacklog[]): readonly WaitingSends[] {
  return waitingStatuses.flatMap((status) =>
    lanes.map((lane) => {
      const groups = backlog.filter((some) => some.status === status && some.lane === lane);
      const due = groups.flatMap(({ oldestDueSeconds }) => oldestDueSeconds ?? []);
      return {
        status,
        lane,
        count: sumOf(groups, 'count'),
        oldestDueSeconds: due.length === 0 ? null : Math.max(...due),
        inDoubt: sumOf(groups, 'inDoubt'),
      };
    }),
  );
}

/** So many workspaces are told of, those with most. */
const maxWorkspaces = 200;

const nameOfStatus = (status: string) => {
  if (status === 'Scheduled') return 'scheduled';
  return status === 'Queued' ? 'queued' : 'processing';
};

/** What is not finished of each workspace that has any, most first. */
export function presentBacklogs(backlog: readonly OwnedBacklog[]): readonly WorkspaceBacklog[] {
  const all = new Map<string, WorkspaceBacklog>();
  for (const { workspaceId, status, count } of backlog) {
    const none = { workspaceId, scheduled: 0, queued: 0, processing: 0 };
    const one = all.get(workspaceId) ?? none;
    const name = nameOfStatus(status);
    all.set(workspaceId, { ...one, [name]: one[name] + count });
  }
  const unfinished = (one: WorkspaceBacklog) => one.scheduled + one.queued + one.processing;
  return [...all.values()].sort((one, other) => unfinished(other) - unfinished(one)).slice(0, maxWorkspaces);
}

/** A filter as a list's query has it. */
export const presentFilter = (filter: Readonly<Record<string, unknown>>): ShownFilter =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value instanceof Date ? value.toISOString() : String(value)]],
    ),
  );

/** What failed, as it is told. */
export const presentFailures = ({ causes, isPartial }: RecentFailures, countedAt: Date): Now['failures'] => ({
  countedAt: countedAt.toISOString(),
  isPartial,
  causes: causes.map(({ lastAt, filter, ...cause }) => ({
    ...cause,
    lastAt: lastAt.toISOString(),
    filter: presentFilter(filter),
  })),
});

/** What is told of an SMTP process, of all that it says. */
export const presentSmtp = ({ name, startedAt, connections, taken, refused }: LiveSmtp): LiveSmtp => ({
  name,
  startedAt,
  connections,
  taken,
  refused,
});

/** And of a worker. */
export const presentWorker = ({ name, version, concurrency, startedAt, sent }: WorkerOnRoll) => ({
  name,
  version,
  concurrency,
  startedAt,
  sent,
});
