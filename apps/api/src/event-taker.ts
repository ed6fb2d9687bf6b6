import {
  createEventTaker,
  type EventMessage,
  type NewPause,
  type ProviderEvent,
  traceEvents,
} from '@postroom/core';
import { type Database, EventStore, isOfWholeGroup, RateStore, TraceStore } from '@postroom/db';
import {
  type apiVariables,
  type EventResults,
  type Logger,
  type ProcessTracer,
  type RecurringErrors,
  rateLimitsOf,
  softBouncePolicyOf,
  tellOfEvents,
} from '@postroom/process';
import type { z } from 'zod';

type Options = {
  readonly config: z.output<z.ZodObject<typeof apiVariables>>;
  readonly database: Pick<Database, 'prisma' | 'sql'>;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly results: EventResults;
  readonly tracer: ProcessTracer | null;
};

/** Makes the function that records SES's events, and pauses marketing mail of which too much is bad by then. */
export function eventTaker({
  config,
  database: { prisma, sql },
  logger,
  errors,
  results,
  tracer,
}: Options): (message: EventMessage) => Promise<void> {
  const stored = new EventStore(sql, softBouncePolicyOf(config));
  const traces = new TraceStore(sql);
  const record = traceEvents((events: readonly ProviderEvent[]) => stored.record(events), {
    tracer,
    originsOf: (ids) => traces.findTraceparents(ids),
  });
  return createEventTaker({
    record,
    isOfAll: isOfWholeGroup,
    onRecorded: tellOfEvents(results, logger),
    rates: new RateStore(prisma),
    limits: rateLimitsOf(config),
    onPaused: ({ workspaceId, scope, key, counts }: NewPause) =>
      logger.warn({ event: 'marketing_paused', workspaceId, scope, key, ...counts }),
    onUnjudged: (error: unknown) => errors.note({ event: 'rates_not_judged', error }),
  });
}
