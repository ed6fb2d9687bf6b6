import { deliveryRanks, newId, type ProviderEvent } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { detailOf, type EventSubject, factOf, findSubjects } from './event-subject.ts';
import { keptDetail } from './kept-detail.ts';
import { type SettledSend, settleByEvents } from './settle-sends.ts';

function toRecord(event: ProviderEvent, subject: EventSubject) {
  const fact = factOf(event, subject);
  return {
    id: newId(),
    workspace_id: subject.workspace_id,
    send_id: event.sendId,
    type: event.type,
    source_id: event.sourceId,
    provider_message_id: event.providerMessageId,
    occurred_at: event.occurredAt.toISOString(),
    detail: detailOf(event, subject),
    // From 1; 0 says nothing of the delivery.
    rank: fact === null ? 0 : deliveryRanks.indexOf(fact) + 1,
  };
}

/**
 * Stores events of the provider, each notification once, and settles what was in doubt. Events of sends that
 * are not known are dropped. Any order and any repetition ends in the same state.
 */
export async function recordEvents(
  prisma: PrismaClient,
  events: readonly ProviderEvent[],
): Promise<readonly SettledSend[]> {
  const subjects = await findSubjects(prisma, [...new Set(events.map(({ sendId }) => sendId))]);
  const known = events.flatMap((event) => {
    const subject = subjects.get(event.sendId);
    return subject === undefined ? [] : [toRecord(event, subject)];
  });
  if (known.length === 0) return [];
  await prisma.$executeRaw`
    /* record_events */
    WITH event AS MATERIALIZED (
      SELECT e.*, s.erased_at FROM jsonb_to_recordset(${JSON.stringify(known)}::jsonb) AS e(
        id uuid, workspace_id uuid, send_id uuid, type "EmailEventType", source_id text, provider_message_id text,
        occurred_at timestamptz, detail jsonb, rank int)
      CROSS JOIN LATERAL (SELECT erased_at FROM email_sends WHERE id = e.send_id OFFSET 0) s
    ), stored AS (
      INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
      SELECT id, workspace_id, send_id, type, source_id, provider_message_id,
        CASE WHEN erased_at IS NULL THEN detail ELSE ${keptDetail(Prisma.sql`detail`)} END, occurred_at
      FROM event
      ON CONFLICT (send_id, source_id) DO NOTHING
    ), worst AS (
      SELECT send_id, max(rank) AS rank FROM event GROUP BY send_id HAVING max(rank) > 0
    )
    UPDATE email_sends s SET
      delivery = ('{delayed,bounced,delivered,bounced,complained}'::"Delivery"[])[worst.rank],
      bounce_is_soft = CASE WHEN worst.rank = 2 THEN true END,
      updated_at = now()
    FROM worst
    WHERE s.id = ANY(ARRAY(SELECT send_id FROM worst)) AND s.id = worst.send_id AND worst.rank > CASE
      WHEN s.delivery IS NULL THEN 0
      WHEN s.bounce_is_soft THEN 2
      ELSE array_position('{delayed,NULL,delivered,bounced,complained}'::"Delivery"[], s.delivery) END`;
  return settleByEvents(
    prisma,
    known.map(({ send_id }) => send_id),
  );
}
