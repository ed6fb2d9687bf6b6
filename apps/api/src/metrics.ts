import type { ProviderEvent } from '@postroom/core';
import {
  Counter,
  collectDefaultMetrics,
  createEventDelay,
  createEventResults,
  type EventResults,
  Gauge,
  Histogram,
  Registry,
} from '@postroom/process';
import type { ActiveHold, QueueCounts } from '@postroom/redis';
import { shared } from './shared.ts';
import { within } from './within.ts';

type Sources = {
  readonly backlog: () => Promise<
    readonly { readonly status: string; readonly lane: string; readonly count: number }[]
  >;
  readonly queue: () => Promise<QueueCounts>;
  readonly holds: () => Promise<readonly ActiveHold[]>;
  readonly paused: () => Promise<readonly { readonly scope: string; readonly count: number }[]>;
  /** Events that have not arrived at their webhooks yet. */
  readonly webhooks: () => Promise<number>;
};

export type ApiMetrics = {
  readonly registry: Registry;
  readonly items: Counter<'result'>;
  readonly acceptSeconds: Histogram;
  readonly enqueueMissed: Counter;
  readonly rateLimited: Counter;
  readonly unauthorized: Counter;
  /** Measures how late events of SES are. */
  readonly eventsArrived: ReturnType<typeof createEventDelay>;
  /** Counts opens and clicks that were recorded. */
  readonly engaged: (events: readonly Pick<ProviderEvent, 'type' | 'detail'>[]) => void;
  readonly engagementsLost: Counter<'reason'>;
  readonly eventResults: EventResults;
};

/** The longest that one scrape waits for a source, in milliseconds: what does not answer is left out. */
const sourceBudgetMs = 1_000;

/** What a source said is told again for so long, in milliseconds: whoever scrapes, it is asked once in that time. */
const sourceKeptMs = 1_000;

function registerBacklog(registry: Registry, sources: Sources): void {
  const registers = [registry];
  const backlog = shared(sources.backlog, sourceKeptMs);
  const queue = shared(sources.queue, sourceKeptMs);
  const holds = shared(sources.holds, sourceKeptMs);
  new Gauge({
    name: 'postroom_backlog_sends',
    help: 'Sends that are not finished, by status and lane, as PostgreSQL has them.',
    labelNames: ['status', 'lane'],
    registers,
    async collect() {
      this.reset();
      for (const { status, lane, count } of (await within(backlog(), sourceBudgetMs)) ?? [])
        this.set({ status, lane }, count);
    },
  });
  new Gauge({
    name: 'postroom_queue_jobs',
    help: 'Jobs by state, as BullMQ has them in Redis.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const counts = await within(queue(), sourceBudgetMs);
      for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'postroom_hold',
    help: '1 for each part of the sending that is on hold, by scope and reason.',
    labelNames: ['scope', 'reason'],
    registers,
    async collect() {
      this.reset();
      for (const { scope, reason } of (await within(holds(), sourceBudgetMs)) ?? [])
        this.set({ scope, reason }, 1);
    },
  });
}

function createEngagementMetrics(registry: Registry): Pick<ApiMetrics, 'engaged' | 'engagementsLost'> {
  const registers = [registry];
  const engagements = new Counter({
    name: 'postroom_engagements_total',
    help: 'Opens and clicks recorded, by type, and by whom: a person, or what tells that it was a machine.',
    labelNames: ['type', 'by'],
    registers,
  });
  return {
    engaged: (events) => {
      for (const { type, detail } of events) engagements.inc({ type, by: detail.machine ?? 'person' });
    },
    engagementsLost: new Counter({
      name: 'postroom_engagements_lost_total',
      help: 'Opens and clicks that were not recorded, by reason: no_room, refused or stopped.',
      labelNames: ['reason'],
      registers,
    }),
  };
}

/** Tells how much of the marketing mail is paused because of its rates. */
function registerPauses(registry: Registry, sources: Sources): void {
  const paused = shared(sources.paused, sourceKeptMs);
  new Gauge({
    name: 'postroom_marketing_paused',
    help: 'Workspaces, sender profiles and domains whose marketing mail is paused, by scope.',
    labelNames: ['scope'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { scope, count } of (await within(paused(), sourceBudgetMs)) ?? [])
        this.set({ scope }, count);
    },
  });
}

function registerWebhooks(registry: Registry, sources: Sources): void {
  const pending = shared(sources.webhooks, sourceKeptMs);
  new Gauge({
    name: 'postroom_webhook_pending',
    help: 'Events that have not arrived at their webhooks yet, as PostgreSQL has them.',
    registers: [registry],
    async collect() {
      this.reset();
      const count = await within(pending(), sourceBudgetMs);
      if (count !== null) this.set(count);
    },
  });
}

/** Registers the API's metrics in a registry of its own. */
export function createApiMetrics(sources: Sources): ApiMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  registerBacklog(registry, sources);
  registerPauses(registry, sources);
  registerWebhooks(registry, sources);
  return {
    registry,
    items: new Counter({
      name: 'postroom_items_total',
      help: 'Items of batches, by result: accepted, replayed or rejected.',
      labelNames: ['result'],
      registers,
    }),
    acceptSeconds: new Histogram({
      name: 'postroom_accept_seconds',
      help: 'Time to take one batch, from the parsed body to the answer.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    enqueueMissed: new Counter({
      name: 'postroom_enqueue_missed_total',
      help: 'Sends that the queue was not told of in time; the sweeper finds them.',
      registers,
    }),
    rateLimited: new Counter({
      name: 'postroom_rate_limited_total',
      help: 'Requests refused because their key had made too many in its window.',
      registers,
    }),
    unauthorized: new Counter({
      name: 'postroom_unauthorized_total',
      help: 'Requests without a valid key.',
      registers,
    }),
    eventsArrived: createEventDelay(registry),
    ...createEngagementMetrics(registry),
    eventResults: createEventResults(registry),
  };
}
