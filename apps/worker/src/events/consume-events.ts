import { setTimeout as sleep } from 'node:timers/promises';
import { type BackOff, backOffMs, type ProviderEvent } from '@postroom/core';
import type { EventsOutcome } from '@postroom/db';
import { errorFields, type Logger, type RecurringErrors } from '@postroom/process';
import { type EventQueue, parseQueuedEvent, type QueuedMessage } from '@postroom/provider-ses';
import type { WorkerMetrics } from '../metrics.ts';

export type ConsumeEventsOptions = {
  readonly queue: Pick<EventQueue, 'receive' | 'remove'>;
  readonly allowedTopicArns: readonly string[];
  /** Idempotent: the same events may come again, in any order. */
  readonly recordEvents: (events: readonly ProviderEvent[]) => Promise<EventsOutcome>;
  /** Whether a failure to record is the database's, and not that of an event. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly metrics: Pick<WorkerMetrics, 'eventResults' | 'eventsArrived'>;
  readonly crashPoint: (name: 'events_recorded') => void;
};

/** Calls that wait for messages at once: while one waits for the database, another has what comes next. */
const loops = 3;

/** While SQS or PostgreSQL is away, in milliseconds. */
const outage: BackOff = { baseMs: 1_000, maxMs: 30_000 };

/** A deadlock or a restart passes sooner than SQS delivers again. */
const recordTries = 3;
const recordAgainMs = 200;

type Taken = { readonly message: QueuedMessage; readonly events: readonly ProviderEvent[] };

/**
 * Takes SES's events from a queue until it is stopped. What is recorded is taken off the queue afterwards, so that a
 * process that dies in between has its events delivered again. What cannot be understood or recorded is told and left
 * where it is: the queue's redrive policy moves it to the dead-letter queue, and the others go on.
 */
export function consumeEvents(options: ConsumeEventsOptions): { stop(deadlineMs: number): Promise<void> } {
  const stopping = new AbortController();
  const running = Promise.all(Array.from({ length: loops }, () => loop(options, stopping.signal)));
  return {
    stop: async (deadlineMs) => {
      stopping.abort();
      const late = new AbortController();
      await Promise.race([running, sleep(deadlineMs, undefined, late).catch(() => undefined)]);
      late.abort();
    },
  };
}

async function loop(options: ConsumeEventsOptions, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await take(options, await options.queue.receive(signal));
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      options.logger.warn({ event: 'ses_events_unavailable', failures, ...errorFields(error) });
      await sleep(backOffMs(outage, failures, Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
}

async function take(options: ConsumeEventsOptions, messages: readonly QueuedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const { taken, ignored } = sort(options, messages);
  const recorded = await record(options, taken);
  options.crashPoint('events_recorded');
  const kept = await options.queue.remove([...ignored, ...recorded]);
  if (kept === 0) return;
  options.errors.note({ event: 'ses_events_not_removed', error: 'SQS kept them', sums: { messages: kept } });
}

function sort(
  { allowedTopicArns, logger, metrics }: ConsumeEventsOptions,
  messages: readonly QueuedMessage[],
) {
  const taken: Taken[] = [];
  const ignored: QueuedMessage[] = [];
  for (const message of messages) {
    const parsed = parseQueuedEvent(message.body, { allowedTopicArns });
    if (parsed.kind === 'event') taken.push({ message, events: parsed.events });
    if (parsed.kind === 'ignored') ignored.push(message);
    if (parsed.kind === 'refused') {
      const { id, deliveries } = message;
      logger.warn({ event: 'ses_event_refused', messageId: id, deliveries, reason: parsed.reason });
    }
    if (parsed.kind !== 'event') metrics.eventResults.events.inc({ result: parsed.kind });
  }
  return { taken, ignored };
}

/** Records the events, together if that works and else one by one; answers the messages that are done with. */
async function record(
  options: ConsumeEventsOptions,
  taken: readonly Taken[],
): Promise<readonly QueuedMessage[]> {
  if (taken.length === 0) return [];
  try {
    await recordTogether(options, taken);
    return taken.map(({ message }) => message);
  } catch (error) {
    if (options.isUnavailable(error)) throw error;
    const [only, ...others] = taken;
    if (only === undefined || others.length > 0) return recordEach(options, taken);
    const { id, deliveries } = only.message;
    options.logger.warn({ event: 'ses_event_failed', messageId: id, deliveries, ...errorFields(error) });
    options.metrics.eventResults.events.inc({ result: 'failed' });
    return [];
  }
}

async function recordEach(
  options: ConsumeEventsOptions,
  taken: readonly Taken[],
): Promise<readonly QueuedMessage[]> {
  const recorded: QueuedMessage[] = [];
  for (const one of taken) recorded.push(...(await record(options, [one])));
  return recorded;
}

async function recordTogether(options: ConsumeEventsOptions, taken: readonly Taken[]): Promise<void> {
  const events = taken.flatMap((one) => one.events);
  options.metrics.eventsArrived(events);
  for (let tries = 1; ; tries += 1) {
    try {
      const outcome = await options.recordEvents(events);
      for (const { id, status } of outcome.settled) {
        options.logger.info({ event: 'send_settled_by_event', sendId: id, status });
      }
      options.metrics.eventResults.recorded(events.length, outcome);
      return;
    } catch (error) {
      if (tries === recordTries || !options.isUnavailable(error)) throw error;
      await sleep(recordAgainMs);
    }
  }
}
