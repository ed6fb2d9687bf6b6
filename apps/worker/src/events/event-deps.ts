import type { JudgeRatesDeps } from '@postroom/core';
import { type Database, EventStore, RateStore } from '@postroom/db';
import { type Foundation, rateLimitsOf, softBouncePolicyOf, type workerVariables } from '@postroom/process';
import type { z } from 'zod';

/** What taking events, and looking after what they say, stands on. */
export type EventBase = Foundation & {
  readonly config: z.output<z.ZodObject<typeof workerVariables>>;
  readonly database: Database;
};

/** Where events are stored. */
export const eventStoreOf = ({ config, database }: EventBase): EventStore =>
  new EventStore(database.sql, softBouncePolicyOf(config));

/** What rates are judged with. */
export const judgeDepsOf = ({ config, database, logger }: EventBase): JudgeRatesDeps => ({
  rates: new RateStore(database.prisma),
  limits: rateLimitsOf(config),
  onPaused: ({ workspaceId, scope, key, counts }) =>
    logger.warn({ event: 'marketing_paused', workspaceId, scope, key, ...counts }),
});
