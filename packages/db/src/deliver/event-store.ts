import { type ClaimedSend, deliveryRanks, newId, type ProviderEvent } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { detailOf, type EventSubject, factOf, findSubjects } from './event-subject.ts';
import { keptDetail } from './kept-detail.ts';

/** A send that the sweeper or an event brought to its end, for the log and the metrics. */
export type SettledSend = { readonly id: string; readonly status: string };

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

/** What is known of sends by the provider's reports, and what that settles. */
export class EventStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Stores events of the provider, each notification once, and settles what was in doubt. Events of sends that
   * are not known are dropped. Any order and any repetition ends in the same state.
   */
  async record(events: readonly ProviderEvent[]): Promise<readonly SettledSend[]> {
    const subjects = await findSubjects(this.#prisma, [...new Set(events.map(({ sendId }) => sendId))]);
    const known = events.flatMap((event) => {
      const subject = subjects.get(event.sendId);
      return subject === undefined ? [] : [toRecord(event, subject)];
    });
    if (known.length === 0) return [];
    await this.#prisma.$executeRaw`
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
    return this.settle(known.map(({ send_id }) => send_id));
  }

  /**
   * Ends those of the sends that are in doubt and of which the provider has reported something: an event of any kind
   * proves that SES took the message, also a `reject`, which SES reports of what it took and then found malware in.
   * Any order and any repetition of events ends the same.
   */
  async settle(ids: readonly string[]): Promise<readonly SettledSend[]> {
    if (ids.length === 0) return [];
    return this.#prisma.$queryRaw<SettledSend[]>`
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

  /**
   * Keeps SES's acceptance of an attempt whose lease had ended, as if SES had reported it, so that the send is
   * settled by it and not sent again.
   */
  async recordEvidence(send: Pick<ClaimedSend, 'id' | 'attempt'>, providerMessageId: string): Promise<void> {
    await this.record([
      {
        sourceId: `answer:${send.attempt}`,
        type: 'send',
        sendId: send.id,
        attempt: send.attempt,
        providerMessageId,
        occurredAt: new Date(),
        isPermanentBounce: null,
        recipients: [],
        detail: { source: 'answer to the worker' },
      },
    ]);
  }
}
