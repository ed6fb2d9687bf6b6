import type { PrismaClient } from '../generated/client.ts';

/** A send that the sweeper or an event brought to its end, for the log and the metrics. */
export type SettledSend = { readonly id: string; readonly status: string };

/**
 * Ends those of the sends that are in doubt and of which the provider has reported something: an event of
 * any kind proves that SES took the message, except `reject` and `rendering_failure`, which prove that it
 * will not send it. Any order and any repetition of events ends the same.
 */
export async function settleByEvents(
  prisma: PrismaClient,
  ids: readonly string[],
): Promise<readonly SettledSend[]> {
  if (ids.length === 0) return [];
  return prisma.$queryRaw<SettledSend[]>`
    /* settle_by_events */
    WITH proof AS (
      SELECT DISTINCT ON (send_id) send_id, provider_message_id, occurred_at,
        type IN ('reject', 'rendering_failure') AS is_refusal
      FROM email_events WHERE send_id = ANY(${ids}::uuid[])
      ORDER BY send_id, (type IN ('reject', 'rendering_failure')), (provider_message_id IS NULL), occurred_at
    ), settled AS (
      UPDATE email_sends s SET
        status = CASE WHEN p.is_refusal THEN 'Failed' ELSE 'Sent' END::"SendStatus",
        provider_message_id = p.provider_message_id,
        failure_class = CASE WHEN p.is_refusal THEN 'rejected' END,
        failure_message = CASE WHEN p.is_refusal THEN 'SES took the message and then refused to send it.' END,
        sent_at = CASE WHEN p.is_refusal THEN NULL ELSE p.occurred_at END,
        in_doubt_since = NULL, updated_at = now()
      FROM proof p
      WHERE s.id = p.send_id AND s.status = 'Processing' AND s.in_doubt_since IS NOT NULL
      RETURNING s.id, s.status
    )
    SELECT id, status::text FROM settled`;
}
