import { setTimeout as sleep } from 'node:timers/promises';
import { type BackOff, backOffMs, createPace, type EventMessage } from '@postroom/core';
import { errorFields, type Logger, type RecurringErrors } from '@postroom/process';
import { type EventQueue, parseQueuedEvent, type QueuedMessage } from '@postroom/provider-ses';
import type { WorkerMetrics } from '../metrics.ts';

export type ConsumeEventsOptions = {
  readonly queue: Pick<EventQueue, 'receive' | 'remove'>;
  readonly allowedTopicArns: readonly string[];
  /** Resolves when they are committed, together with others that are in hand. The same events may come again, in any order. */
  readonly takeEvents: (message: EventMessage) => Promise<void>;
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

type Taken = EventMessage & { readonly message: QueuedMessage };

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
  const { taken, ignored } = await sort(options, messages);
  const ends = await Promise.all(taken.map((one) => record(options, one)));
  const recorded = taken.filter((_, at) => ends[at]?.kind === 'recorded').map(({ message }) => message);
  if (recorded.length > 0) options.crashPoint('events_recorded');
  await remove(options, [...ignored, ...recorded]);
  for (const end of ends) if (end.kind === 'away') throw end.error;
}

async function remove(options: ConsumeEventsOptions, messages: readonly QueuedMessage[]): Promise<void> {
  const kept = await options.queue.remove(messages);
  if (kept === 0) return;
  options.errors.note({ event: 'ses_events_not_removed', error: 'SQS kept them', sums: { messages: kept } });
}

async function sort(
  { allowedTopicArns, logger, metrics }: ConsumeEventsOptions,
  messages: readonly QueuedMessage[],
) {
  const taken: Taken[] = [];
  const ignored: QueuedMessage[] = [];
  const pace = createPace();
  for (const message of messages) {
    const parsed = parseQueuedEvent(message.body, { allowedTopicArns });
    if (parsed.kind === 'event') taken.push({ message, events: parsed.events, length: message.body.length });
    if (parsed.kind === 'ignored') ignored.push(message);
    if (parsed.kind === 'refused') {
      const { id, deliveries } = message;
      logger.warn({ event: 'ses_event_refused', messageId: id, deliveries, reason: parsed.reason });
    }
    if (parsed.kind !== 'event') metrics.eventResults.events.inc({ result: parsed.kind });
    await pace();
  }
  return { taken, ignored };
}

/** What came of a message; `away`: the database is, and the message comes again. */
type End = { readonly kind: 'recorded' | 'failed' } | { readonly kind: 'away'; readonly error: unknown };

/** Records the events of a message; never rejects. */
async function record(options: ConsumeEventsOptions, taken: Taken): Promise<End> {
  options.metrics.eventsArrived(taken.events);
  for (let tries = 1; ; tries += 1) {
    try {
      await options.takeEvents(taken);
      return { kind: 'recorded' };
    } catch (error) {
      if (!options.isUnavailable(error)) {
        const { id, deliveries } = taken.message;
        options.logger.warn({ event: 'ses_event_failed', messageId: id, deliveries, ...errorFields(error) });
        options.metrics.eventResults.events.inc({ result: 'failed' });
        return { kind: 'failed' };
      }
      if (tries === recordTries) return { kind: 'away', error };
      await sleep(recordAgainMs);
    }
  }
}
