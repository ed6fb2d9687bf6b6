import { createEventTaker, type ProviderEvent, traceEvents } from '@postroom/core';
import { isDatabaseUnavailable, isOfWholeGroup, TraceStore } from '@postroom/db';
import { tellOfEvents } from '@postroom/process';
import { openEventQueue } from '@postroom/provider-ses';
import type { WorkerMetrics } from '../metrics.ts';
import { type ConsumeEventsOptions, consumeEvents } from './consume-events.ts';
import { type EventBase, eventStoreOf, judgeDepsOf } from './event-deps.ts';

/** How long events in hand may still be recorded when everything else has stopped, in milliseconds. */
const eventsStopMs = 2_000;

/** Takes SES's events from the queue that the configuration names, if it names one. */
export function startEvents(
  base: EventBase & Pick<ConsumeEventsOptions, 'crashPoint'> & { readonly metrics: WorkerMetrics },
): void {
  const { config, database, tracer, logger, errors, metrics, closeStack, crashPoint } = base;
  if (config.SES_EVENTS_QUEUE_URL === undefined) return;
  const events = openEventQueue({
    queueUrl: config.SES_EVENTS_QUEUE_URL,
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_SQS,
  });
  closeStack.defer('event queue', () => events.close());
  const stored = eventStoreOf(base);
  const traces = new TraceStore(database.sql);
  const record = traceEvents((some: readonly ProviderEvent[]) => stored.record(some), {
    tracer,
    originsOf: (ids) => traces.findTraceparents(ids),
  });
  const takeEvents = createEventTaker({
    ...judgeDepsOf(base),
    record,
    isOfAll: isOfWholeGroup,
    onRecorded: tellOfEvents(metrics.eventResults, logger),
    onUnjudged: (error: unknown) => errors.note({ event: 'rates_not_judged', error }),
  });
  const consumer = consumeEvents({
    queue: events,
    allowedTopicArns: config.SNS_TOPIC_ARNS,
    takeEvents,
    isUnavailable: isDatabaseUnavailable,
    logger,
    errors,
    metrics,
    crashPoint,
  });
  closeStack.defer('events', () => consumer.stop(eventsStopMs));
}
