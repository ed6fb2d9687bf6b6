import { Prisma } from '../generated/client.ts';
import { firstIdOf, noId } from '../ids-by-time.ts';
import type { Met, Reach, Tx, Walk } from './walk.ts';

type Told = { readonly table: Prisma.Sql; readonly isOver: (before: Date) => Prisma.Sql };

const moment = (date: Date) => Prisma.sql`${date.toISOString()}::timestamptz`;

const lookAt =
  ({ table, isOver }: Told) =>
  (tx: Tx, { after, before }: Reach, take: number) =>
    tx.$queryRaw<Met[]>`
      SELECT r.id::text AS place, CASE WHEN ${isOver(before)} THEN 'due' ELSE 'stays' END AS state FROM ${table} r
      WHERE r.id > ${after ?? noId}::uuid AND r.id < ${firstIdOf(before)}::uuid ORDER BY r.id LIMIT ${take}::int`;

const removeFrom =
  ({ table, isOver }: Told) =>
  async (tx: Tx, places: readonly string[], { before }: Reach) => {
    const removed = await tx.$queryRaw<{ readonly id: string }[]>`
      DELETE FROM ${table} WHERE id = ANY(ARRAY(
        SELECT r.id FROM ${table} r WHERE r.id = ANY(${[...places]}::uuid[]) AND ${isOver(before)} FOR UPDATE SKIP LOCKED))
      RETURNING id`;
    return removed.map(({ id }) => id);
  };

const events: Told = {
  table: Prisma.sql`email_events`,
  isOver: (before) => Prisma.sql`(r.received_at < ${moment(before)})`,
};

/** One that was replayed, or tried again, has the moment of that. */
const notices: Told = {
  table: Prisma.sql`webhook_notices`,
  isOver: (before) =>
    Prisma.sql`(r.state::text <> 'pending' AND greatest(r.created_at, r.next_attempt_at) < ${moment(before)})`,
};

/** What was reported of sends: the sends say by themselves what became of them. */
export const eventsWalk: Walk = {
  kind: 'events',
  take: 500,
  most: 500,
  follows: false,
  ageMs: ({ eventsMs }) => eventsMs,
  look: lookAt(events),
  remove: removeFrom(events),
};

/** What webhooks were told, with what was posted and answered. */
export const noticesWalk: Walk = {
  kind: 'notices',
  take: 100,
  most: 100,
  follows: false,
  ageMs: ({ webhookMs }) => webhookMs,
  look: lookAt(notices),
  remove: removeFrom(notices),
};
