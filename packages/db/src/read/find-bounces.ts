import { isToOneRow } from '../deliver/event-subject.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/** How the copy of a send by which its delivery was decided came back, or was complained about, as the provider reported it. */
export type StoredBounce = {
  readonly sendId: string;
  readonly isSoft: boolean;
  /** Null, like the detail: the report is no longer kept. */
  readonly occurredAt: Date | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
};

const isAboutPrimary = Prisma.sql`(detail->'recipients' IS NULL OR s.is_to_one
  OR detail @> '{"recipients": [{"recipient": "to"}]}')`;

/** The place in its send of the first whom a report is about, as a number; null: it names nobody. */
const firstPlace = Prisma.sql`(
  SELECT min(CASE left(r ->> 'recipient', 3) WHEN 'to[' THEN 0 WHEN 'cc[' THEN 1000 ELSE 2000 END
    + coalesce(substring(r ->> 'recipient' FROM '[0-9]+')::int, 0))
  FROM jsonb_array_elements(detail -> 'recipients') AS r)`;

/**
 * The report that says most of each of the sends: a complaint before a hard bounce, and that before a soft one. Of a message
 * that went without its primary recipient it is about the first who got it, by whom its delivery was decided.
 */
export function findBounces(prisma: PrismaClient, sendIds: readonly string[]): Promise<StoredBounce[]> {
  return prisma.$queryRaw<StoredBounce[]>`
    SELECT w.id AS "sendId", s.is_soft AS "isSoft", e.occurred_at AS "occurredAt", e.detail
    FROM unnest(${[...sendIds]}::uuid[]) AS w(id) CROSS JOIN LATERAL (
      SELECT coalesce(bounce_is_soft, false) AS is_soft, ${isToOneRow} AS is_to_one FROM email_sends WHERE id = w.id OFFSET 0) AS s
    LEFT JOIN LATERAL (
      SELECT occurred_at, detail FROM email_events
      WHERE send_id = w.id AND type IN ('bounce', 'complaint')
      ORDER BY ${isAboutPrimary} DESC, CASE WHEN NOT ${isAboutPrimary} THEN ${firstPlace} END, type = 'complaint' DESC, detail->>'bounceType' = 'Permanent' DESC NULLS LAST, occurred_at, id
      LIMIT 1) AS e ON true`;
}
