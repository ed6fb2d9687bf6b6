import { createHash } from 'node:crypto';
import { addressKey } from '@postroom/contracts';
import type { ProviderEvent } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { thisMoment } from '../look-up.ts';
import { type EventSubject, findSubjects, keyOf } from './event-subject.ts';

/** The most that are kept: what comes beyond them is counted alone. */
const maxKept = 10_000;

/** How long a send is waited for; it is looked for more and more seldom, and at the end of that. */
const keptFor = '7 days';

type Body = Omit<ProviderEvent, 'sourceId' | 'sendId' | 'occurredAt' | 'reports'> & {
  readonly occurredAt: string;
  readonly reports?: readonly { readonly email: string }[] | undefined;
};

/** What was reported of a send that is not known. */
export type EventOfNoSend = { readonly sendId: string; readonly type: string };

type UnmatchedRow = {
  readonly sendId: string;
  readonly sourceId: string;
  readonly body: Body;
  readonly isKnown: boolean;
  readonly isOld: boolean;
};

/** What stands for a recipient: nobody can look in it for an address of whom they do not have the send. */
const hashOf = (sendId: string, key: string): string =>
  createHash('sha256').update(`${sendId}/${key}`).digest('hex');

function bodyOf(event: ProviderEvent): Body {
  const { sourceId: _sourceId, sendId, occurredAt, recipients, sentTo, reports, ...rest } = event;
  const hidden = (address: string) => hashOf(sendId, keyOf(address));
  return {
    ...rest,
    occurredAt: occurredAt.toISOString(),
    recipients: recipients.map(hidden),
    ...(sentTo === undefined ? {} : { sentTo: sentTo.map(hidden) }),
    ...(reports === undefined
      ? {}
      : { reports: reports.map((report) => ({ ...report, email: hidden(report.email) })) }),
  };
}

/** The event again, with the addresses of those whom its send went to; what stood for others says nothing. */
function eventOf({ sendId, sourceId, body }: UnmatchedRow, subject: EventSubject): ProviderEvent {
  const listed = [...(subject.to_others ?? []), ...(subject.cc ?? []), ...(subject.bcc ?? [])];
  const keys = [subject.to_key, ...listed.map(({ email }) => addressKey(email))];
  const byHash = new Map(keys.map((key) => [hashOf(sendId, key), key]));
  const shown = (hash: string) => byHash.get(hash) ?? hash;
  const { reports, ...rest } = body;
  return {
    ...rest,
    sendId,
    sourceId,
    occurredAt: new Date(body.occurredAt),
    recipients: body.recipients.map(shown),
    sentTo: body.sentTo?.map(shown),
    reports: reports?.map((report) => ({ ...report, email: shown(report.email) })),
  };
}

/** Events of sends that are not known: those of another installation, or of rows that are yet to be restored. */
export class UnmatchedEvents {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps them, each once, for as long as there is room. */
  async keep(events: readonly ProviderEvent[]): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map((event) => ({
      send_id: event.sendId,
      source_id: event.sourceId,
      body: bodyOf(event),
    }));
    await this.#sql.run`
      /* keep_unmatched */
      INSERT INTO unmatched_events (send_id, source_id, body, look_at)
      SELECT send_id, source_id, body, now() + interval '1 minute'
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(send_id uuid, source_id text, body jsonb)
      WHERE (SELECT count(*) FROM (SELECT FROM unmatched_events LIMIT ${maxKept}) AS k) < ${maxKept}
      ORDER BY send_id, source_id
      ON CONFLICT DO NOTHING`;
  }

  /** Those that are due to be looked at and whose sends are known by now; takes away those that waited for too long. */
  async take(
    limit: number,
  ): Promise<{ readonly events: readonly ProviderEvent[]; readonly hasMore: boolean }> {
    const rows = await this.#sql.query<UnmatchedRow>`
      /* take_unmatched */
      UPDATE unmatched_events u SET look_at = greatest(now() + interval '1 minute',
        least(now() + (now() - u.received_at), u.received_at + ${keptFor}::interval))
      WHERE u.ctid = ANY(ARRAY(
        SELECT ctid FROM unmatched_events WHERE look_at <= ${thisMoment} ORDER BY look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING u.send_id AS "sendId", u.source_id AS "sourceId", u.body,
        (SELECT s.id FROM email_sends s WHERE s.id = u.send_id) IS NOT NULL AS "isKnown",
        u.received_at < now() - ${keptFor}::interval AS "isOld"`;
    await this.drop(rows.filter(({ isOld, isKnown }) => isOld && !isKnown));
    const known = rows.filter(({ isKnown }) => isKnown);
    const subjects = await findSubjects(this.#sql, [...new Set(known.map(({ sendId }) => sendId))]);
    const events = known.flatMap((row) => {
      const subject = subjects.get(row.sendId);
      return subject === undefined ? [] : [eventOf(row, subject)];
    });
    return { events, hasMore: rows.length === limit };
  }

  /** Forgets those of sends that will never be known, and answers of which kind they were. */
  async takeOf(sendIds: readonly string[]): Promise<readonly EventOfNoSend[]> {
    return this.#sql.query<EventOfNoSend>`
      /* take_unmatched_of */
      DELETE FROM unmatched_events u WHERE u.ctid = ANY(ARRAY(
        SELECT k.ctid FROM unnest(${sendIds}::uuid[]) AS w(id)
        CROSS JOIN LATERAL (SELECT ctid FROM unmatched_events WHERE send_id = w.id OFFSET 0) k))
      RETURNING u.send_id AS "sendId", u.body ->> 'type' AS type`;
  }

  /** Forgets those that were recorded. */
  async drop(events: readonly { readonly sendId: string; readonly sourceId: string }[]): Promise<void> {
    if (events.length === 0) return;
    const keys = events.map(({ sendId, sourceId }) => ({ send_id: sendId, source_id: sourceId }));
    await this.#sql.run`
      /* drop_unmatched */
      DELETE FROM unmatched_events u WHERE u.ctid = ANY(ARRAY(
        SELECT k.ctid FROM jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) AS r(send_id uuid, source_id text)
        CROSS JOIN LATERAL (
          SELECT ctid FROM unmatched_events WHERE send_id = r.send_id AND source_id = r.source_id OFFSET 0) k))`;
  }
}
