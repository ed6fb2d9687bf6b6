import type { Now, NowServer, Throughput } from '@postroom/contracts';
import { single } from '../single.ts';
import { within } from '../within.ts';
import { createAcceptedMinutes, shownMinutes } from './accepted-minutes.ts';
import { createFailureCounts } from './count-failures.ts';
import { type CountedNow, countNow } from './count-now.ts';
import { type NowSources, sourceBudgetMs, type Viewer, viewerKey } from './now-sources.ts';
import { accountsOf, paceOf, presentSmtp, presentWorker } from './present-now.ts';
import { type ReadHolds, readHolds } from './read-holds.ts';
import { rested } from './rested.ts';

/** A state of things, for every viewer for whom it was counted lately. */
export type Reading = { readonly of: (viewer: Viewer) => Now };

/**
 * Reads the state of the installation, and of the workspaces of some viewers. Nothing rejects: each part that does not answer in
 * time is null, and takes no other with it.
 */
export type NowReader = {
  /** Counts for viewers what waits, what failed and what was accepted: it takes the longer the more there is. */
  count(viewers: readonly Viewer[]): Promise<void>;
  /** Whether it was tried for this viewer lately, so that what was found is still told. */
  isCounted(viewer: Viewer): boolean;
  /** Reads what is cheap, for whoever was counted for; the rest is told as it was counted last. */
  look(): Promise<Reading>;
};

/** How long what was counted for a viewer is told, in milliseconds: longer than the longest rest. */
const keptMs = 20_000;

/** What is told of the installation to who may see a workspace of several alone. */
const nothingOfIt = {
  throughput: null,
  workers: null,
  smtp: null,
  pace: null,
  accounts: null,
  lastEvent: null,
};

const budgeted = <Value>(source: Promise<Value>) => within(source, sourceBudgetMs);

/** An answer, or null where there was none: `value` may be null itself. */
const answerOf = <Value>(source: Promise<Value>): Promise<{ readonly value: Value } | null> =>
  budgeted(source.then((value) => ({ value })));

type Accepted = ReturnType<typeof createAcceptedMinutes>;

async function readThroughput({ queue }: NowSources, accepted: Accepted): Promise<Throughput> {
  const ended = await budgeted(queue.throughput(shownMinutes));
  const firstMinute = ended?.firstMinute ?? Math.floor(Date.now() / 60_000) - shownMinutes + 1;
  return {
    firstMinute,
    accepted: accepted.from(firstMinute),
    finished: ended?.completed ?? null,
    failed: ended?.failed ?? null,
  };
}

/** Reads what the installation tells of itself. */
async function readInstallation(
  sources: NowSources,
  accepted: Accepted,
  { findLastEvent, findSendRate }: ReturnType<typeof singly>,
) {
  const [throughput, workers, smtp, set, lastEvent] = await Promise.all([
    readThroughput(sources, accepted),
    budgeted(sources.roll.list()),
    budgeted(sources.smtpRoll.list()),
    budgeted(findSendRate()),
    answerOf(findLastEvent()),
  ]);
  const lastOf = (event: NonNullable<typeof lastEvent>['value']) =>
    event === null ? ('none' as const) : { type: event.type, at: event.receivedAt.toISOString() };
  return {
    throughput,
    workers: workers?.map(presentWorker) ?? null,
    smtp: smtp?.map(presentSmtp) ?? null,
    pace: paceOf(workers ?? [], set),
    accounts: workers && accountsOf(workers),
    lastEvent: lastEvent && lastOf(lastEvent.value),
  };
}

/** Who was counted for, when, and what was found. */
function createCounts({ operations }: NowSources, accepted: Accepted) {
  const countFailures = createFailureCounts(operations);
  const counts = new Map<string, CountedNow & { readonly viewer: Viewer; readonly atMs: number }>();
  const forgetOld = () => {
    const since = performance.now() - keptMs;
    for (const [key, { atMs }] of counts) if (atMs < since) counts.delete(key);
  };
  return {
    count: async (viewers: readonly Viewer[]) => {
      const counted = await countNow({ operations, accepted, countFailures }, viewers);
      const atMs = performance.now();
      forgetOld();
      for (const viewer of viewers) {
        const own = counted.get(viewerKey(viewer));
        if (own !== undefined) counts.set(viewerKey(viewer), { ...own, viewer, atMs });
      }
    },
    of: (viewer: Viewer): CountedNow | undefined => {
      forgetOld();
      const own = counts.get(viewerKey(viewer));
      if (own === undefined) return undefined;
      const { viewer: _, atMs: __, ...counted } = own;
      return counted;
    },
    viewers: () => {
      forgetOld();
      return [...counts.values()].map(({ viewer }) => viewer);
    },
  };
}

const uncounted: CountedNow = { countedAt: null, waiting: null, backlogs: null, failures: null };

/** What is asked of PostgreSQL with each look: a look waits for less long than a statement may take. */
const singly = ({ operations, accounts, workspaces, sendRate }: NowSources) => ({
  findHoldScopes: single((id: string, scopes: readonly string[]) => operations.findHoldScopes(id, scopes)),
  findLastEvent: single(() => operations.findLastEvent()),
  findSendRate: single(() => sendRate.find()),
  listAccounts: single(() => accounts.list()),
  isOnlyOne: single(() => workspaces.isOnlyOne()),
});

/** Opens the reader of what happens now. */
export function createNowReader(given: NowSources): NowReader {
  const { operations, holds } = given;
  const asked = singly(given);
  const findAccountsOf = rested((ids) => operations.findAccountsOf(ids));
  const holdSources = {
    operations: { findAccountsOf, findHoldScopes: asked.findHoldScopes },
    holds,
    accounts: { list: asked.listAccounts },
  };
  const accepted = createAcceptedMinutes(operations);
  const counts = createCounts(given, accepted);
  // While PostgreSQL is away no workspace is made either.
  let wasOnlyOne = false;
  return {
    count: counts.count,
    isCounted: (viewer) => counts.of(viewer) !== undefined,
    look: async () => {
      const [isOnlyOne, installation, holdsOf] = await Promise.all([
        budgeted(asked.isOnlyOne()),
        readInstallation(given, accepted, asked),
        budgeted(readHolds(holdSources, counts.viewers())),
      ]);
      wasOnlyOne = isOnlyOne ?? wasOnlyOne;
      return readingOf({ counts, installation, holdsOf, isOnlyOne, wasOnlyOne });
    },
  };
}

type Seen = {
  readonly counts: Pick<ReturnType<typeof createCounts>, 'of'>;
  readonly installation: Awaited<ReturnType<typeof readInstallation>>;
  readonly holdsOf: ReadHolds | null;
  readonly isOnlyOne: boolean | null;
  readonly wasOnlyOne: boolean;
};

function readingOf({ counts, installation, holdsOf, isOnlyOne, wasOnlyOne }: Seen): Reading {
  const at = new Date().toISOString();
  const silent: NowServer[] = [
    ...(isOnlyOne === null ? ['PostgreSQL' as const] : []),
    ...(installation.workers === null ? ['Redis' as const] : []),
  ];
  return {
    of: (viewer) => {
      const seesInstallation = viewer.isOperator || wasOnlyOne;
      // Holds are kept in mind while Redis is away: what is known of before is not what is known now.
      const held = installation.workers === null ? null : holdsOf?.({ ...viewer, seesInstallation });
      return {
        at,
        silent,
        seesInstallation,
        ...(seesInstallation ? installation : nothingOfIt),
        ...(counts.of(viewer) ?? uncounted),
        holds: held ?? null,
      };
    },
  };
}
