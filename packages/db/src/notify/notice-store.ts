import { randomUUID } from 'node:crypto';
import type { ClaimedNotice, ClaimedNotices, NoticeRecord, ToldSend } from '@postroom/core';
import { Prisma } from '../generated/client.ts';
import { hides, thisMoment, unseen } from '../look-up.ts';
import { storable } from '../stored-json.ts';
import { tell } from './tell.ts';

const moment = unseen(thisMoment);

/** An endpoint where so many tries in a row have failed is doubtful: one notice at a time is tried. */
const doubtfulAfter = 3;

/** After so many failures in so long without anything that arrived, an endpoint is disabled. */
const leastFailures = 10;
const failingFor = Prisma.sql`interval '5 days'`;

/** Of a notice that is replayed again and again, so many tries are kept. */
const keptTries = 20;

/** Notices that one statement ends or removes. */
const pieceSize = 500;

/** What a statement that began before an endpoint was deleted may still write for it is written within this time. */
const settledFor = Prisma.sql`interval '1 minute'`;

type DueRow = { readonly id: string; readonly is_due: boolean; readonly is_doubtful: boolean };

type ClaimedRow = {
  readonly is_open: boolean;
  readonly id: string | null;
  readonly workspaceId: string;
  readonly type: ClaimedNotice['type'];
  readonly facts: ClaimedNotice['facts'];
  readonly occurredAt: Date;
  readonly attempt: number;
  readonly tries: number;
  readonly profileEmail: string | null;
  readonly url: string;
  readonly secrets: readonly string[];
  readonly sendId: string | null;
  readonly fromEmail: string;
  readonly fromName: string | null;
  readonly toEmail: string;
  readonly toName: string | null;
  readonly toOthers: ToldSend['toOthers'] | null;
  readonly cc: ToldSend['cc'] | null;
  readonly subject: string | null;
  readonly tags: readonly string[] | null;
  readonly templateId: string | null;
  readonly batchId: string | null;
  readonly idempotencyKey: string | null;
  readonly messageId: string;
  readonly scheduledAt: Date | null;
  readonly simulated: boolean;
  readonly createdAt: Date;
};

function toldSendOf(row: ClaimedRow): ToldSend | null {
  if (row.sendId === null) return null;
  return {
    id: row.sendId,
    from: { email: row.fromEmail, name: row.fromName },
    to: { email: row.toEmail, name: row.toName },
    toOthers: row.toOthers ?? [],
    cc: row.cc ?? [],
    subject: row.subject ?? '',
    tags: row.tags ?? [],
    templateId: row.templateId,
    batchId: row.batchId,
    idempotencyKey: row.idempotencyKey,
    messageId: row.messageId,
    scheduledAt: row.scheduledAt,
    simulated: row.simulated,
    createdAt: row.createdAt,
  };
}

/** The columns of the send `s` and its snapshot `t` that a payload is made of. */
const toldColumns = Prisma.sql`
  s.id AS "sendId", s.from_email AS "fromEmail", s.from_name AS "fromName", s.to_email AS "toEmail",
  s.to_name AS "toName", s.to_others AS "toOthers", s.cc, coalesce(s.subject, s.rendered_subject, t.subject) AS subject,
  s.tags, s.template_id AS "templateId", s.batch_id AS "batchId", s.idempotency_key AS "idempotencyKey",
  s.message_id AS "messageId", s.scheduled_at AS "scheduledAt", s.simulated, s.created_at AS "createdAt"`;

/** What signs: the secret, and those that it has replaced whose time is not over. */
const secrets = Prisma.sql`
  CASE WHEN previous_secret_until > now() THEN ARRAY[secret, previous_secret] ELSE ARRAY[secret] END || ARRAY(
    SELECT former ->> 'secret' FROM jsonb_array_elements(earlier_secrets) WITH ORDINALITY AS f(former, place)
    WHERE (former ->> 'until')::timestamptz > now() ORDER BY place DESC)`;

/** Whether one failure more is one too many, of the row `e` as it was. */
const isDying = (isDelivered: boolean): Prisma.Sql => Prisma.sql`(
  NOT ${isDelivered}::boolean AND e.failures + 1 >= ${leastFailures}::int
  AND e.failing_since <= now() - ${failingFor})`;

/** Whether the row `e` of an endpoint is still where a try went: else what came of it says nothing of the endpoint. */
const isThere = ({ url }: NoticeRecord): Prisma.Sql => Prisma.sql`e.url ${hides} ${url}`;

/** What a notice has come to, of the row `n`: 410 of where its endpoint was before ends nothing. */
const stateAfter = (record: NoticeRecord): Prisma.Sql => Prisma.sql`
  CASE WHEN ${record.isGone}::boolean
    AND EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = n.endpoint_id AND NOT ${isThere(record)})
  THEN 'pending' ELSE ${record.state}::"NoticeState" END`;

/** What the workers do with notices: find endpoints that have something due, claim it, and write down what came of it. */
export class NoticeStore {
  readonly #prisma: Prisma.TransactionClient;
  readonly #leaseMs: number;

  /** A lease has to outlast a request. */
  constructor(prisma: Prisma.TransactionClient, options: { readonly leaseMs: number }) {
    this.#prisma = prisma;
    this.#leaseMs = options.leaseMs;
  }

  /**
   * The endpoints that have something due, of so many that wait for something, in the order of their ids after the one
   * given. One step down the index for each, however much waits there. `doubtful`: those where nothing arrives. `last`: where
   * to go on, null at the end.
   */
  async findDue(options: { readonly after: string | null; readonly limit: number }): Promise<{
    readonly due: readonly string[];
    readonly doubtful: readonly string[];
    readonly last: string | null;
  }> {
    const next = (after: Prisma.Sql) => Prisma.sql`
      SELECT endpoint_id FROM webhook_notices WHERE state = 'pending' AND endpoint_id > ${after}
      ORDER BY endpoint_id LIMIT 1`;
    const after = options.after ?? '00000000-0000-0000-0000-000000000000';
    const rows = await this.#prisma.$queryRaw<DueRow[]>`
      /* find_due_endpoints */
      WITH RECURSIVE waiting (id, number) AS (
        SELECT (${next(Prisma.sql`${after}::uuid`)}), 1
        UNION ALL
        SELECT (${next(Prisma.sql`w.id`)}), w.number + 1 FROM waiting w
        WHERE w.id IS NOT NULL AND w.number < ${options.limit}::int
      )
      SELECT w.id, (
        SELECT n.id FROM webhook_notices n
        WHERE n.state = 'pending' AND n.endpoint_id = w.id AND n.next_attempt_at <= ${thisMoment}
        ORDER BY n.next_attempt_at LIMIT 1) IS NOT NULL AS is_due,
        coalesce((SELECT failures FROM webhook_endpoints WHERE id = w.id), 0) >= ${doubtfulAfter}::int AS is_doubtful
      FROM waiting w WHERE w.id IS NOT NULL`;
    return {
      due: rows.filter((row) => row.is_due && !row.is_doubtful).map(({ id }) => id),
      doubtful: rows.filter((row) => row.is_due && row.is_doubtful).map(({ id }) => id),
      last: rows.length < options.limit ? null : (rows.at(-1)?.id ?? null),
    };
  }

  /**
   * Claims what is due of an endpoint, by compare-and-set: a lease by the database's own clock, and one try more. What
   * others have locked is passed over. While nothing arrives there, one at a time.
   */
  async claim(endpointId: string, limit: number): Promise<ClaimedNotices> {
    const leaseToken = randomUUID();
    const rows = await this.#prisma.$queryRaw<ClaimedRow[]>`
      /* claim_notices */
      WITH endpoint AS MATERIALIZED (
        SELECT enabled AND deleted_at IS NULL AS is_open, url, failures, ${secrets} AS secrets
        FROM webhook_endpoints WHERE id = ${endpointId}::uuid
      ), due AS MATERIALIZED (
        SELECT n.id FROM webhook_notices n
        WHERE n.endpoint_id = ${endpointId}::uuid AND n.state = 'pending' AND n.next_attempt_at <= ${moment}
          AND (SELECT is_open FROM endpoint)
        ORDER BY n.next_attempt_at
        LIMIT CASE WHEN (SELECT failures FROM endpoint) >= ${doubtfulAfter}::int THEN 1 ELSE ${limit}::int END
        FOR UPDATE SKIP LOCKED
      ), claimed AS (
        UPDATE webhook_notices n SET
          lease_token = ${leaseToken}::uuid, attempts = n.attempts + 1, tries = n.tries + 1,
          next_attempt_at = now() + ${this.#leaseMs} * interval '1 millisecond'
        WHERE n.id = ANY(ARRAY(SELECT id FROM due))
        RETURNING n.id, n.workspace_id, n.type, n.facts, n.occurred_at, n.attempts, n.tries, n.send_id
      )
      SELECT coalesce((SELECT is_open FROM endpoint), false) AS is_open, c.id, c.workspace_id AS "workspaceId", c.type,
        c.facts, c.occurred_at AS "occurredAt", c.attempts AS attempt, c.tries, (SELECT url FROM endpoint) AS url,
        (SELECT secrets FROM endpoint) AS secrets, p.email AS "profileEmail", ${toldColumns}
      FROM (SELECT 1) one LEFT JOIN claimed c ON true
      LEFT JOIN LATERAL (SELECT * FROM email_sends WHERE id = c.send_id OFFSET 0) s ON true
      LEFT JOIN LATERAL (SELECT subject FROM template_snapshots WHERE id = s.snapshot_id OFFSET 0) t ON true
      LEFT JOIN LATERAL (
        SELECT email FROM profiles WHERE id = (c.facts ->> 'profileId')::uuid OFFSET 0) p ON true`;
    if (rows[0]?.is_open !== true) return { kind: 'closed', ended: await this.#endPending(endpointId) };
    const notices = rows.flatMap((row): ClaimedNotice[] =>
      row.id === null ? [] : [{ ...row, id: row.id, endpointId, leaseToken, send: toldSendOf(row) }],
    );
    return { kind: 'claimed', notices };
  }

  /** Ends what waits for an endpoint that is still told of nothing, a piece of it; answers how many. */
  async #endPending(endpointId: string): Promise<number> {
    return this.#prisma.$executeRaw`
      UPDATE webhook_notices n SET state = 'failed', lease_token = NULL
      WHERE n.id = ANY(ARRAY(
        SELECT id FROM webhook_notices WHERE endpoint_id = ${endpointId}::uuid AND state = 'pending'
          AND NOT (SELECT EXISTS (
            SELECT FROM webhook_endpoints WHERE id = ${endpointId}::uuid AND enabled AND deleted_at IS NULL))
        LIMIT ${pieceSize}::int FOR UPDATE SKIP LOCKED))`;
  }

  /**
   * Writes what came of a try, only while its lease is its own, with the try itself and what it says of the endpoint: what
   * fails for days without anything that arrives, or answers 410, is disabled, and the others are told of it. Of one that
   * got another URL meanwhile it says nothing.
   */
  async record(
    record: NoticeRecord,
  ): Promise<{ readonly isRecorded: boolean; readonly disabled: string | null }> {
    const isDelivered = record.state === 'delivered';
    const [row] = await this.#prisma.$queryRaw<{ is_recorded: boolean; disabled: string | null }[]>`
      /* record_notice */
      WITH written AS (
        UPDATE webhook_notices n SET
          state = ${stateAfter(record)}, lease_token = NULL,
          next_attempt_at = now() + ${record.delayMs} * interval '1 millisecond'
        WHERE n.id = ${record.noticeId}::uuid AND n.lease_token = ${record.leaseToken}::uuid AND n.state ${hides} 'pending'
        RETURNING n.id, n.endpoint_id
      ), logged AS (
        INSERT INTO webhook_attempts (notice_id, number, started_at, duration_ms, request, status_code, answer, error)
        SELECT id, ${record.attempt}::int, ${record.startedAt.toISOString()}::timestamptz, ${record.durationMs}::int,
          ${storable(record.request)}, ${record.statusCode}::int,
          ${record.answer === null ? null : storable(record.answer)}::text, ${record.error}::text
        FROM written ON CONFLICT DO NOTHING
      ), forgotten AS (
        DELETE FROM webhook_attempts
        WHERE notice_id = ANY(ARRAY(SELECT id FROM written)) AND number <= ${record.attempt - keptTries}::int
      ), health AS (
        UPDATE webhook_endpoints e SET
          failures = CASE WHEN ${isDelivered}::boolean THEN 0 ELSE e.failures + 1 END,
          failing_since = CASE WHEN NOT ${isDelivered}::boolean THEN coalesce(e.failing_since, now()) END,
          enabled = NOT (${record.isGone}::boolean OR ${isDying(isDelivered)}),
          disabled_reason = CASE WHEN ${record.isGone}::boolean THEN 'gone'
            WHEN ${isDying(isDelivered)} THEN 'failing' END
        WHERE e.id = ANY(ARRAY(SELECT endpoint_id FROM written)) AND ${isThere(record)}
          AND e.enabled AND (NOT ${isDelivered}::boolean OR e.failures > 0)
        RETURNING e.id, e.workspace_id, e.simulated, e.url, e.disabled_reason AS reason
      ), told AS (${tell(
        Prisma.sql`
        SELECT h.workspace_id, h.simulated, NULL::uuid AS send_id, 'webhook.disabled' AS type, now() AS occurred_at,
          jsonb_build_object('webhookId', h.id, 'url', h.url, 'reason', h.reason) AS facts
        FROM health h WHERE h.reason IS NOT NULL`,
        // For this statement it is still enabled itself.
        Prisma.sql`w.id <> (SELECT id FROM health)`,
      )}
      )
      SELECT EXISTS (SELECT FROM written) AS is_recorded, (SELECT reason FROM health) AS disabled`;
    return { isRecorded: row?.is_recorded ?? false, disabled: row?.disabled ?? null };
  }

  /** Removes a piece of what is left of a deleted endpoint, and then the endpoint; answers whether there may be more. */
  async removeDeleted(): Promise<boolean> {
    const [endpoint] = await this.#prisma.$queryRaw<{ readonly id: string; readonly workspace_id: string }[]>`
      SELECT id, workspace_id FROM webhook_endpoints WHERE deleted_at <= now() - ${settledFor} ORDER BY deleted_at LIMIT 1`;
    if (endpoint === undefined) return false;
    const { id, workspace_id: workspaceId } = endpoint;
    const removed = await this.#prisma.$executeRaw`
      DELETE FROM webhook_notices WHERE id = ANY(ARRAY(
        SELECT id FROM webhook_notices WHERE endpoint_id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid
        LIMIT ${pieceSize}::int))`;
    // Also when another worker has removed the piece: what is left would never be found without its endpoint.
    if (removed === 0) {
      await this.#prisma.$executeRaw`
        DELETE FROM webhook_endpoints WHERE id = ${id}::uuid AND NOT EXISTS (
          SELECT FROM webhook_notices WHERE endpoint_id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid)`;
    }
    return true;
  }
}
