import type { ClaimedSend, ProviderEvent } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { tellStatus } from '../notify/tell.ts';
import { type EventEffects, effectsOf } from './event-effects.ts';
import {
  countedEvents,
  eventsOf,
  type SoftBouncePolicy,
  storedEvents,
  suppressedBy,
  unsubscribedBy,
} from './event-statement.ts';
import { findSubjects } from './event-subject.ts';
import { type EventOfNoSend, UnmatchedEvents } from './unmatched-events.ts';

/** A send that the sweeper or an event brought to its end, for the log and the metrics. */
export type SettledSend = { readonly id: string; readonly status: string };

/** A suppression that events made, or made stronger. */
export type SuppressedByEvents = {
  readonly workspaceId: string;
  readonly reason: string;
  readonly origin: string;
  readonly isNew: boolean;
};

/** What events came to. */
export type EventsOutcome = {
  readonly settled: readonly SettledSend[];
  readonly suppressed: readonly SuppressedByEvents[];
  /** Events of sends that are not known. */
  readonly unmatched: number;
  /** Workspaces of which a bounce or a complaint was reported that counts in their rates. */
  readonly ratedWorkspaceIds: readonly string[];
};

/** What is known of sends by the provider's reports, and what that settles. */
export class EventStore {
  readonly #sql: Sql;
  readonly #softBounces: SoftBouncePolicy;
  readonly #unmatched: UnmatchedEvents;

  constructor(sql: Sql, softBounces: SoftBouncePolicy = null) {
    this.#sql = sql;
    this.#softBounces = softBounces;
    this.#unmatched = new UnmatchedEvents(sql);
  }

  /**
   * Stores events of the provider, each notification once, with all that follows from them in the same statement:
   * deliveries, suppressions, unsubscriptions and counts; then settles what is in doubt. Events of sends that are not
   * known are kept for when they are. Any order and any repetition ends in the same state.
   */
  async record(events: readonly ProviderEvent[]): Promise<EventsOutcome> {
    const subjects = await findSubjects(this.#sql, [...new Set(events.map(({ sendId }) => sendId))]);
    const unknown = events.filter(({ sendId }) => !subjects.has(sendId));
    await this.#unmatched.keep(unknown);
    const effects = effectsOf(events, subjects);
    const { records } = effects;
    const suppressed = records.length === 0 ? [] : await this.#write(effects);
    const rated = records.filter(({ bounced, complained }) => bounced + complained > 0);
    // Nothing changes what is Sent, so that most events settle nothing, and need not look for it once they are written.
    const unsent = records.filter(({ send_id }) => subjects.get(send_id)?.is_sent === false);
    return {
      settled: await this.settle(unsent.map(({ send_id }) => send_id)),
      suppressed,
      unmatched: unknown.length,
      ratedWorkspaceIds: [...new Set(rated.map(({ workspace_id }) => workspace_id))],
    };
  }

  /** Looks for sends of events that came before them, and records those. Answers how many, and whether there are more. */
  async matchLate(limit: number): Promise<EventsOutcome & { readonly hasMore: boolean }> {
    const { events, hasMore } = await this.#unmatched.take(limit);
    const outcome = await this.record(events);
    await this.#unmatched.drop(events);
    return { ...outcome, hasMore };
  }

  /**
   * Takes away what was kept of mail that has no send, as whoever gave that to the provider may do: it answers that the event
   * was recorded, once.
   */
  takeOfNoSend(ids: readonly string[]): Promise<readonly EventOfNoSend[]> {
    return this.#unmatched.takeOf(ids);
  }

  async #write(effects: EventEffects): Promise<readonly SuppressedByEvents[]> {
    const { records, suppressions, softBounces, unsubscribes } = effects;
    const mayGoTooFar = softBounces.length > 0 && this.#softBounces !== null;
    if (suppressions.length === 0 && unsubscribes.length === 0 && !mayGoTooFar) {
      // Half of all events count nothing: those that say that SES took the message.
      const isCounted = records.some(
        ({ delivered, bounced, complained }) => delivered + bounced + complained > 0,
      );
      await (isCounted
        ? this.#sql.run`
      /* record_events_counted */
      WITH ${eventsOf(records)}, ${storedEvents}, ${countedEvents()} SELECT`
        : this.#sql.run`
      /* record_events */
      WITH ${eventsOf(records)}, ${storedEvents} SELECT`);
      return [];
    }
    return this.#sql.query<SuppressedByEvents>`
      /* ${this.#softBounces === null ? Prisma.sql`record_refusals` : Prisma.sql`record_counted_refusals`} */
      WITH ${eventsOf(records)}, ${storedEvents}, ${countedEvents()}, ${unsubscribedBy(unsubscribes)}
      ${suppressedBy(effects, this.#softBounces)}
      SELECT workspace_id AS "workspaceId", reason::text, origin::text, is_new AS "isNew" FROM suppressed`;
  }

  /**
   * Ends those of the sends that are in doubt and of which the provider has reported something: an event of any kind
   * proves that SES took the message, also a `reject`, which SES reports of what it took and then found malware in.
   * Any order and any repetition of events ends the same.
   */
  async settle(ids: readonly string[]): Promise<readonly SettledSend[]> {
    if (ids.length === 0) return [];
    return this.#sql.query<SettledSend>`
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
      RETURNING s.id, s.status, s.workspace_id, s.simulated, s.failure_message
    ), told AS (${tellStatus(Prisma.sql`settled`)}
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
