import type { PrismaClient } from '../generated/client.ts';

/** A send that the sweeper or an event brought to its end, for the log and the metrics. */
export type SettledSend = { readonly id: string; readonly status: string };

/**
 * Ends those of the sends that are in doubt and of which the provider has reported something: an event of any kind
 * proves that SES took the message, also a `reject`, which SES reports of what it took and then found malware in.
 * Any order and any repetition of events ends the same.
 */
export async function settleByEvents(
  prisma: PrismaClient,
  ids: readonly string[],
): Promise<readonly SettledSend[]> {
  if (ids.length === 0) return [];
  return prisma.$queryRaw<SettledSend[]>`
    /* settle_by_events */
    WITH doubt AS MATERIALIZED (
      SELECT s.id FROM (SELECT DISTINCT unnest(${ids}::uuid[]) AS id ORDER BY id) w CROSS JOIN LATERAL (
        SELECT s.id, s.status, s.in_doubt_since FROM email_sends s WHERE s.id = w.id OFFSET 0 FOR UPDATE
      ) s
      WHERE s.status = 'Processing' AND s.in_doubt_since IS NOT NULL
    ), proof AS MATERIALIZED (
      SELECT d.id AS send_id, e.provider_message_id, e.occurred_at FROM doubt d CROSS JOIN LATERAL (
        SELECT provider_message_id, occurred_at FROM email_events WHERE send_id = d.id
        ORDER BY (provider_message_id IS NULL), occurred_at, id LIMIT 1
      ) e
    ), settled AS (
      UPDATE email_sends s SET
        status = 'Sent', provider_message_id = p.provider_message_id, sent_at = p.occurred_at,
        in_doubt_since = NULL, updated_at = now()
      FROM proof p
      WHERE s.id = ANY(ARRAY(SELECT send_id FROM proof)) AND s.id = p.send_id
      RETURNING s.id, s.status
    )
    SELECT id, status::text FROM settled`;
}
