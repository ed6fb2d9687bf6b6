import { type NewPause, type ProviderEvent, takeEvents } from '@postroom/core';
import { type Database, EventStore, type EventsOutcome, RateStore } from '@postroom/db';
import {
  type apiVariables,
  type Logger,
  type RecurringErrors,
  rateLimitsOf,
  softBouncePolicyOf,
} from '@postroom/process';
import type { z } from 'zod';

type Options = {
  readonly config: z.output<z.ZodObject<typeof apiVariables>>;
  readonly database: Pick<Database, 'prisma' | 'sql'>;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
};

/** Makes the function that records SES's events, and pauses marketing mail of which too much is bad by then. */
export function eventTaker({
  config,
  database: { prisma, sql },
  logger,
  errors,
}: Options): (events: readonly ProviderEvent[]) => Promise<EventsOutcome> {
  const stored = new EventStore(sql, softBouncePolicyOf(config));
  const deps = {
    record: (events: readonly ProviderEvent[]) => stored.record(events),
    rates: new RateStore(prisma),
    limits: rateLimitsOf(config),
    onPaused: ({ workspaceId, scope, key, counts }: NewPause) =>
      logger.warn({ event: 'marketing_paused', workspaceId, scope, key, ...counts }),
    onUnjudged: (error: unknown) => errors.note({ event: 'rates_not_judged', error }),
  };
  return (events) => takeEvents(deps, events);
}
