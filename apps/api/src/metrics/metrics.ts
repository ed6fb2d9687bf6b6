import type { ProviderEvent } from '@postroom/core';
import {
  Counter,
  createEventDelay,
  createEventResults,
  type EventResults,
  fromZero,
  Histogram,
  Registry,
  registerProcess,
} from '@postroom/process';
import { registerState, type StateSources } from './state.ts';

export type ApiMetrics = {
  readonly registry: Registry;
  readonly items: Counter<'result'>;
  readonly acceptSeconds: Histogram;
  readonly enqueueMissed: Counter;
  readonly rateLimited: Counter;
  readonly unauthorized: Counter;
  readonly requestsFailed: Counter<'code'>;
  /** Measures how late events of SES are. */
  readonly eventsArrived: ReturnType<typeof createEventDelay>;
  /** Counts opens and clicks that were recorded. */
  readonly engaged: (events: readonly Pick<ProviderEvent, 'type' | 'detail'>[]) => void;
  readonly engagementsLost: Counter<'reason'>;
  readonly eventResults: EventResults;
};

function createEngagementMetrics(registry: Registry): Pick<ApiMetrics, 'engaged' | 'engagementsLost'> {
  const registers = [registry];
  const engagements = new Counter({
    name: 'postroom_tracking_events_total',
    help: 'Opens and clicks recorded, by type, and by what tells that a machine did it; none: a person.',
    labelNames: ['type', 'machine'],
    registers,
  });
  return {
    engaged: (events) => {
      for (const { type, detail } of events) engagements.inc({ type, machine: detail.machine ?? 'none' });
    },
    engagementsLost: new Counter({
      name: 'postroom_tracking_events_lost_total',
      help: 'Opens and clicks that were not recorded, by reason: no_room, refused or stopped.',
      labelNames: ['reason'],
      registers,
    }),
  };
}

/** Registers the API's metrics in a registry of its own. */
export function createApiMetrics(sources: StateSources): ApiMetrics {
  const registry = new Registry();
  const registers = [registry];
  registerProcess(registry, 'api');
  registerState(registry, sources);
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
    requestsFailed: fromZero(
      new Counter({
        name: 'postroom_requests_failed_total',
        help: 'Requests answered 500 or 503, by code: internal_error or unavailable.',
        labelNames: ['code'],
        registers,
      }),
      ['internal_error', 'unavailable'],
    ),
    eventsArrived: createEventDelay(registry),
    ...createEngagementMetrics(registry),
    eventResults: createEventResults(registry),
  };
}
