import { Prisma } from './generated/client.ts';

/*
 * When the sweeper looks after a queued send. It goes through them in the order of these moments and meets each once, so
 * each lies far enough ahead that whoever writes it has committed by then.
 */

/** Of a send that is queued now: by then the queue has long been told of it. */
export const firstLook = Prisma.sql`now() + interval '15 seconds'`;

/** Of a send that the queue could not be told of. */
export const earliestLook = Prisma.sql`now() + interval '1 second'`;

/** How long after a retry is due it is looked whether its job still exists, in milliseconds. */
export const retryGraceMs = 3_000;
