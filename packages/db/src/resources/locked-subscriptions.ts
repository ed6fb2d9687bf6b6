import { Prisma } from '../generated/client.ts';

/**
 * A part of a statement: the subscriptions as they stand once nobody else is changing them, of the `group_id` and `profile_id`
 * of `meant`, in its order. The statement itself sees them as they were when it began, and would take a change for none that
 * undoes what somebody did while it waited for them.
 */
export const lockedOf = (name: Prisma.Sql, meant: Prisma.Sql): Prisma.Sql => Prisma.sql`
  ${name} AS MATERIALIZED (
    SELECT o.* FROM ${meant} m CROSS JOIN LATERAL (
      SELECT group_id, profile_id, subscribed, pending FROM subscriptions
      WHERE group_id = m.group_id AND profile_id = m.profile_id
      OFFSET 0 FOR UPDATE) o
  )`;

/** True, once all of them are locked: said in the part that changes them. */
export const isLocked = (name: Prisma.Sql): Prisma.Sql => Prisma.sql`(SELECT count(*) FROM ${name}) >= 0`;
