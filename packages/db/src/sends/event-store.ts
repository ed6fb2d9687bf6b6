import { newId, type ProviderEvent } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { keptDetail } from './kept-detail.ts';
import { type SettledSend, settleByEvents } from './settle-sends.ts';

/** Facts that only get worse or more final: a later event of a lower rank changes nothing. */
const deliveryOf = {
  send: null,
  delivery: 'delivered',
  delay: 'delayed',
  bounce: 'bounced',
  complaint: 'complained',
  reject: null,
  rendering_failure: null,
  open: null,
  click: null,
  subscription: null,
} as const satisfies Record<ProviderEvent['type'], string | null>;

/**
 * Stores events of the provider, each notification once, and settles what was in doubt. Events of sends that
 * are not known are dropped. Any order and any repetition ends in the same state.
 */
export async function recordEvents(
  prisma: PrismaClient,
  events: readonly ProviderEvent[],
): Promise<readonly SettledSend[]> {
  const json = JSON.stringify(
    events.map((event) => ({
      id: newId(),
      send_id: event.sendId,
      type: event.type,
      source_id: event.sourceId,
      provider_message_id: event.providerMessageId,
      occurred_at: event.occurredAt.toISOString(),
      detail: { ...event.detail, ...(event.attempt === null ? {} : { attempt: event.attempt }) },
      delivery: event.type === 'bounce' && event.isPermanentBounce === false ? null : deliveryOf[event.type],
    })),
  );
  const rows = await prisma.$queryRaw<{ send_id: string }[]>`
    /* record_events */
    WITH event AS MATERIALIZED (
      SELECT e.*, s.workspace_id, s.erased_at FROM jsonb_to_recordset(${json}::jsonb) AS e(
        id uuid, send_id uuid, type "EmailEventType", source_id text, provider_message_id text,
        occurred_at timestamptz, detail jsonb, delivery "Delivery")
      CROSS JOIN LATERAL (
        SELECT s.workspace_id, s.erased_at FROM email_sends s WHERE s.id = e.send_id OFFSET 0) s
    ), stored AS (
      INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
      SELECT id, workspace_id, send_id, type, source_id, provider_message_id,
        CASE WHEN erased_at IS NULL THEN detail ELSE ${keptDetail(Prisma.sql`detail`)} END, occurred_at
      FROM event
      ON CONFLICT (send_id, source_id) DO NOTHING
    ), worst AS (
      SELECT send_id, max(array_position('{delayed,delivered,bounced,complained}'::"Delivery"[], delivery)) AS rank
      FROM event WHERE delivery IS NOT NULL GROUP BY send_id
    ), updated AS (
      UPDATE email_sends s
      SET delivery = ('{delayed,delivered,bounced,complained}'::"Delivery"[])[worst.rank], updated_at = now()
      FROM worst
      WHERE s.id = ANY(ARRAY(SELECT send_id FROM worst)) AND s.id = worst.send_id AND worst.rank >
        coalesce(array_position('{delayed,delivered,bounced,complained}'::"Delivery"[], s.delivery), 0)
    )
    SELECT DISTINCT send_id FROM event`;
  return settleByEvents(
    prisma,
    rows.map(({ send_id }) => send_id),
  );
}
