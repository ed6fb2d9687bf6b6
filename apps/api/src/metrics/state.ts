import { sendLanes } from '@postroom/contracts';
import { within } from '@postroom/core';
import type { Backlog, Bloat } from '@postroom/db';
import { Gauge, type Registry, shared } from '@postroom/process';
import type { ActiveHold, QueueCounts, WorkerEntry } from '@postroom/redis';
import { lasting } from './lasting.ts';

/** What is asked for the state of things when somebody scrapes. */
export type StateSources = {
  readonly backlog: () => Promise<readonly Backlog[]>;
  readonly queue: () => Promise<QueueCounts>;
  readonly work: () => Promise<number>;
  readonly workers: () => Promise<readonly WorkerEntry[]>;
  readonly holds: () => Promise<readonly (ActiveHold & { readonly account: string | undefined })[]>;
  readonly paused: () => Promise<readonly { readonly scope: string; readonly count: number }[]>;
  /** Events that have not arrived at their webhooks yet. */
  readonly webhooks: () => Promise<number>;
  readonly bloat: () => Promise<Bloat>;
};

/** The longest that one scrape waits for a source, in milliseconds: what does not answer is left out. */
const sourceBudgetMs = 1_000;

/** What a source said is told again for so long, in milliseconds: whoever scrapes, it is asked once in that time. */
const sourceKeptMs = 1_000;

/** What PostgreSQL counted is told for so long while it counts again, in milliseconds: alerts that nothing is known of would end. */
const countToldMs = 300_000;

type Values<Label extends string> = readonly (readonly [Partial<Record<Label, string>>, number])[];

/** Makes gauges in one registry, each of which is read off a source when it is scraped. */
function gaugesIn(registry: Registry) {
  return <Answer, Label extends string = never>(
    source: () => Promise<Answer | null>,
    options: {
      name: string;
      help: string;
      labels?: readonly Label[];
      read: (answer: Answer) => Values<Label>;
    },
  ): void => {
    new Gauge<Label>({
      name: options.name,
      help: options.help,
      labelNames: options.labels ?? [],
      registers: [registry],
      async collect() {
        this.reset();
        const answer = await source();
        // A gauge without labels is 0 from the start: one that is not known must not be there. Asked without an argument it would
        // throw for one with labels, and nothing at all would be told.
        if (answer === null) this.remove({});
        else for (const [labels, value] of options.read(answer)) this.set(labels, value);
      },
    });
  };
}

/** Of the oldest that waits, by lane: 0 where none does. */
function oldestByLane(backlog: readonly Backlog[]): Values<'lane'> {
  return sendLanes.map((lane) => {
    const ages = backlog
      .filter((some) => some.lane === lane && some.status !== 'Processing')
      .map(({ oldestDueSeconds }) => oldestDueSeconds ?? 0);
    return [{ lane }, Math.max(0, ...ages)];
  });
}

/** What Redis says, which is late only when it is out of order. */
function prompt<Answer>(source: () => Promise<Answer>, budgetMs: number): () => Promise<Answer | null> {
  const ask = shared(source, sourceKeptMs);
  return () => within(ask(), budgetMs);
}

type StateTimes = { readonly budgetMs?: number; readonly now?: () => number };

/** Registers what is read off PostgreSQL and Redis. */
export function registerState(
  registry: Registry,
  sources: StateSources,
  { budgetMs = sourceBudgetMs, now = () => performance.now() }: StateTimes = {},
): void {
  const gauge = gaugesIn(registry);
  const counted = <Answer>(source: () => Promise<Answer>) =>
    lasting(source, { budgetMs, toldMs: countToldMs, leastRestMs: sourceKeptMs, now });
  registerBacklog(gauge, counted(sources.backlog));
  registerRedis(gauge, sources, budgetMs);
  gauge(counted(sources.paused), {
    name: 'postroom_marketing_paused',
    help: 'Workspaces, sender profiles and domains whose marketing mail is paused, by scope.',
    labels: ['scope'],
    read: (paused) => paused.map(({ scope, count }) => [{ scope }, count]),
  });
  gauge(counted(sources.webhooks), {
    name: 'postroom_webhook_pending',
    help: 'Events that have not arrived at their webhooks yet, as PostgreSQL has them.',
    read: (count) => [[{}, count]],
  });
  registerBloat(gauge, counted(sources.bloat));
}

type GaugeIn = ReturnType<typeof gaugesIn>;
type Told<Name extends keyof StateSources> = () => Promise<Awaited<ReturnType<StateSources[Name]>> | null>;

function registerBacklog(gauge: GaugeIn, backlog: Told<'backlog'>): void {
  gauge(backlog, {
    name: 'postroom_backlog_sends',
    help: 'Sends that are not finished, by status and lane, as PostgreSQL has them.',
    labels: ['status', 'lane'],
    read: (groups) => groups.map(({ status, lane, count }) => [{ status, lane }, count]),
  });
  gauge(backlog, {
    name: 'postroom_oldest_waiting_seconds',
    help: 'How long the oldest send that is due has been waiting, by lane.',
    labels: ['lane'],
    read: oldestByLane,
  });
  gauge(backlog, {
    name: 'postroom_in_doubt',
    help: 'Sends of which SES may or may not have accepted the last attempt.',
    read: (groups) => [[{}, groups.reduce((sum, { inDoubt }) => sum + inDoubt, 0)]],
  });
}

function registerRedis(gauge: GaugeIn, sources: StateSources, budgetMs: number): void {
  gauge(prompt(sources.queue, budgetMs), {
    name: 'postroom_queue_jobs',
    help: 'Jobs by state, as BullMQ has them in Redis.',
    labels: ['state'],
    read: (counts) => Object.entries(counts).map(([state, count]) => [{ state }, count]),
  });
  gauge(prompt(sources.work, budgetMs), {
    name: 'postroom_work',
    help: 'Sends that wait, are due or are in hand: what workers are there for.',
    read: (count) => [[{}, count]],
  });
  gauge(prompt(sources.workers, budgetMs), {
    name: 'postroom_workers',
    help: 'Workers that are alive, by version.',
    labels: ['version'],
    read: (workers) =>
      [...new Set(workers.map(({ version }) => version))].map((version) => [
        { version },
        workers.filter((worker) => worker.version === version).length,
      ]),
  });
  gauge(prompt(sources.holds, budgetMs), {
    name: 'postroom_hold',
    help: '1 for each part of the sending that is on hold, by scope and reason; `account` names one beside that of the environment.',
    labels: ['scope', 'reason', 'account'],
    read: (holds) =>
      holds.map(({ scope, reason, account }) => [
        account === undefined
          ? { scope, reason }
          : { scope: scope.replace(/^account:.*/, 'account'), reason, account },
        1,
      ]),
  });
}

function registerBloat(gauge: GaugeIn, bloat: Told<'bloat'>): void {
  gauge(bloat, {
    name: 'postroom_dead_rows',
    help: 'Rows of the tables that change most which were changed or removed and are not yet cleaned up.',
    labels: ['table'],
    read: ({ deadRows }) => deadRows.map(({ table, count }) => [{ table }, count]),
  });
  gauge(bloat, {
    name: 'postroom_oldest_transaction_seconds',
    help: 'Age of the oldest transaction of the database, open or prepared, which keeps dead rows from being cleaned up.',
    read: ({ oldestTransactionSeconds }) => [[{}, oldestTransactionSeconds]],
  });
  gauge(bloat, {
    name: 'postroom_oldest_snapshot_transactions',
    help: 'Transactions since the oldest one whose rows a session, a prepared transaction, a replication slot or a standby keeps.',
    read: ({ oldestSnapshotTransactions }) => [[{}, oldestSnapshotTransactions]],
  });
}
