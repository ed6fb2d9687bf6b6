import { Prisma } from './generated/client.ts';

/**
 * `updated_at` of a send `s` that is changed and whose status is not: one that failed keeps the moment when it did, by which it is
 * found among what failed lately, and by which an action knows that it has not failed anew.
 */
export const changedAt = Prisma.sql`CASE WHEN s.status = 'Failed' THEN s.updated_at ELSE now() END`;
