import {
  maxReplayed,
  type WebhookDeliveriesQuery,
  type WebhookDeliveryStatus,
  type WebhookEvent,
  webhookDeliveryStatuses,
} from '@postroom/contracts';
import { type NoticeRecord, newId, type SendRef } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { firstIdOf } from '../ids-by-time.ts';
import { hides, inOrder } from '../look-up.ts';
import { type BoundedRow, withinBytes } from '../resources/page.ts';

/** One try to deliver, as it is kept. */
export type StoredNoticeAttempt = { readonly number: number } & Pick<
  NoticeRecord,
  'startedAt' | 'durationMs' | 'request' | 'statusCode' | 'answer' | 'error'
>;

/** A notice as it is kept; with which of its tries, its reader says. */
export type StoredNotice = {
  readonly id: string;
  readonly type: WebhookEvent;
  readonly state: WebhookDeliveryStatus;
  readonly sendId: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly createdAt: Date;
};

type ListedRow = StoredNotice &
  BoundedRow & { readonly [Name in keyof StoredNoticeAttempt]: StoredNoticeAttempt[Name] | null };

/** Some notices, and the id after which the list goes on, or null. */
export type NoticePage = {
  readonly items: readonly (StoredNotice & { readonly last: StoredNoticeAttempt | null })[];
  readonly next: string | null;
};

/** So many notices are looked at for a page that wants those of one event: it may have fewer than were asked for. */
const maxLookedAt = 1_000;

const noticeColumns = Prisma.sql`
  n.id, n.type, n.state::text, n.send_id AS "sendId", n.attempts, n.next_attempt_at AS "nextAttemptAt",
  n.created_at AS "createdAt"`;
const attemptColumns = Prisma.sql`
  a.number, a.started_at AS "startedAt", a.duration_ms AS "durationMs", a.request, a.status_code AS "statusCode",
  a.answer, a.error`;

/** How long a try is when it is shown: requests and answers may be long, and of characters that JSON writes as six. */
const attemptBytes = Prisma.sql`(
  octet_length(to_json(a.request)::text) + coalesce(octet_length(to_json(a.answer)::text), 0))`;

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** A notice of an endpoint that this workspace and mode have. */
export type NoticeRef = { readonly webhook: SendRef; readonly id: string };

const ofWebhook = ({ workspaceId, isSimulated, id }: SendRef): Prisma.Sql => Prisma.sql`(
  SELECT e.id FROM webhook_endpoints e
  WHERE e.id = ${id}::uuid AND e.workspace_id ${hides} ${workspaceId}::uuid
    AND e.simulated ${hides} ${isSimulated}::boolean AND e.deleted_at IS NULL)`;

/** What is kept of an endpoint's notices, for whoever looks at them and sends them again. */
export class NoticeLogStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Newest first. The endpoint must exist; a page may be shorter than asked for and have another behind it. */
  async list(webhook: SendRef, query: WebhookDeliveriesQuery): Promise<NoticePage> {
    const { limit, event } = query;
    const window = event === undefined ? limit + 1 : maxLookedAt;
    const near = await this.#near(webhook, query, window);
    const wanted = near.filter(({ type }) => event === undefined || type === event);
    const ids = wanted.slice(0, limit).map(({ id }) => id);
    const items = await this.#withLastTries(ids);
    // The bytes of a page may have ended it before.
    const isCut = items.length < ids.length;
    const isWindowFull = near.length === window;
    if (isCut || wanted.length > limit) return { items, next: items.at(-1)?.id ?? null };
    return { items, next: isWindowFull ? (near.at(-1)?.id ?? null) : null };
  }

  /** The newest ids of an endpoint, state by state, as their index has them. */
  async #near(
    webhook: SendRef,
    { status, since, cursor }: WebhookDeliveriesQuery,
    window: number,
  ): Promise<readonly { readonly id: string; readonly type: string }[]> {
    const from = since === undefined ? firstIdOf(new Date(0)) : firstIdOf(since);
    const arms = (status === undefined ? webhookDeliveryStatuses : [status]).map(
      (state) => Prisma.sql`(
        SELECT id, type FROM webhook_notices
        WHERE workspace_id = ${webhook.workspaceId}::uuid AND endpoint_id = ${webhook.id}::uuid
          AND state = ${state}::"NoticeState" AND id >= ${from}::uuid AND id < ${cursor ?? lastId}::uuid
        ORDER BY endpoint_id DESC, state DESC, id DESC LIMIT ${window}::int)`,
    );
    return inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly id: string; readonly type: string }[]>`
      SELECT id, type FROM (${Prisma.join(arms, ' UNION ALL ')}) AS near ORDER BY id DESC LIMIT ${window}::int`,
    );
  }

  async #withLastTries(ids: readonly string[]): Promise<NoticePage['items']> {
    const rows = await this.#prisma.$queryRaw<ListedRow[]>`${withinBytes(Prisma.sql`
      SELECT ${noticeColumns}, ${attemptColumns}, coalesce(${attemptBytes}, 0) + 500 AS bytes
      FROM unnest(${[...ids]}::uuid[]) WITH ORDINALITY AS w(id, place)
      CROSS JOIN LATERAL (SELECT * FROM webhook_notices WHERE id = w.id OFFSET 0) n
      LEFT JOIN LATERAL (
        SELECT * FROM webhook_attempts WHERE notice_id = w.id ORDER BY number DESC LIMIT 1) a ON true
      ORDER BY w.place`)}`;
    return rows.map((row) => ({ ...row, last: lastOf(row) }));
  }

  /** One notice with its tries, the latest of them where they are too many to be shown. Null: there is no such notice. */
  async find({ webhook, id }: NoticeRef): Promise<{
    readonly notice: StoredNotice;
    readonly attempts: readonly StoredNoticeAttempt[];
  } | null> {
    const [notice] = await this.#prisma.$queryRaw<StoredNotice[]>`
      SELECT ${noticeColumns} FROM webhook_notices n
      WHERE n.id = ${id}::uuid AND n.endpoint_id ${hides} ${ofWebhook(webhook)}`;
    if (notice === undefined) return null;
    const attempts = await this.#prisma.$queryRaw<StoredNoticeAttempt[]>`${withinBytes(Prisma.sql`
      SELECT ${attemptColumns}, ${attemptBytes} AS bytes FROM webhook_attempts a
      WHERE a.notice_id = ${id}::uuid ORDER BY a.number DESC LIMIT 100`)}`;
    return { notice, attempts: attempts.toReversed() };
  }

  /** Makes a notice due at once, under the same id, with a new round of tries; one that is in hand stays there. Null: there is none. */
  async replay({ webhook, id }: NoticeRef): Promise<StoredNotice | null> {
    const [row] = await this.#prisma.$queryRaw<StoredNotice[]>`
      UPDATE webhook_notices n SET
        state = 'pending', tries = CASE WHEN n.lease_token IS NULL THEN 0 ELSE n.tries END,
        next_attempt_at = CASE WHEN n.lease_token IS NULL THEN now() ELSE n.next_attempt_at END
      WHERE n.id = ${id}::uuid AND n.endpoint_id ${hides} ${ofWebhook(webhook)}
      RETURNING ${noticeColumns}`;
    return row ?? null;
  }

  /** The same for all of a time that have come to their end; answers how many, and where a further request goes on. */
  async replayMany(
    webhook: SendRef,
    asked: { readonly since: Date; readonly until?: Date | undefined; readonly failedOnly: boolean },
  ): Promise<{ readonly replayed: number; readonly nextSince: Date | null }> {
    const { since, until } = asked;
    const states = asked.failedOnly ? ['failed', 'blocked'] : ['delivered', 'failed', 'blocked'];
    const to = until === undefined ? lastId : firstIdOf(new Date(until.getTime() + 1));
    const arms = states.map(
      (state) => Prisma.sql`(
        SELECT id FROM webhook_notices
        WHERE workspace_id = ${webhook.workspaceId}::uuid AND endpoint_id = ${ofWebhook(webhook)}
          AND state = ${state}::"NoticeState" AND id >= ${firstIdOf(since)}::uuid AND id < ${to}::uuid
        ORDER BY endpoint_id, state, id LIMIT ${maxReplayed + 1}::int)`,
    );
    const [row] = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly replayed: number; readonly next: Date | null }[]>`
      WITH found AS MATERIALIZED (
        SELECT id FROM (${Prisma.join(arms, ' UNION ALL ')}) AS ended ORDER BY id LIMIT ${maxReplayed + 1}::int
      ), chosen AS MATERIALIZED (
        SELECT id FROM found ORDER BY id LIMIT ${maxReplayed}::int
      ), changed AS (
        UPDATE webhook_notices n SET state = 'pending', tries = 0, next_attempt_at = now(), lease_token = NULL
        WHERE n.id = ANY(ARRAY(SELECT id FROM chosen)) AND n.state <> 'pending'
        RETURNING n.id
      )
      SELECT (SELECT count(*)::int FROM changed) AS replayed, (
        SELECT n.created_at FROM webhook_notices n WHERE n.id = (
          SELECT id FROM found ORDER BY id DESC OFFSET ${maxReplayed}::int LIMIT 1)) AS next`,
    );
    return { replayed: row?.replayed ?? 0, nextSince: row?.next ?? null };
  }

  /** Writes a notice that nothing has happened for. Null: there is no such endpoint. */
  async addTest(
    webhook: SendRef,
    { type, facts }: { readonly type: WebhookEvent; readonly facts: object },
  ): Promise<StoredNotice | null> {
    const [row] = await this.#prisma.$queryRaw<StoredNotice[]>`
      INSERT INTO webhook_notices AS n (id, workspace_id, endpoint_id, type, facts)
      SELECT ${newId()}::uuid, ${webhook.workspaceId}::uuid, e.id, ${type}, ${JSON.stringify(facts)}::jsonb
      FROM ${ofWebhook(webhook)} e
      RETURNING ${noticeColumns}`;
    return row ?? null;
  }

  /** Notices that have not arrived yet, for the metrics. */
  async countPending(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ readonly count: number }[]>`
      SELECT count(*)::int AS count FROM webhook_notices WHERE state = 'pending'`;
    return row?.count ?? 0;
  }
}

function lastOf(row: ListedRow): StoredNoticeAttempt | null {
  const { number, startedAt, durationMs, request, statusCode, answer, error } = row;
  if (number === null || startedAt === null || durationMs === null || request === null) return null;
  return { number, startedAt, durationMs, request, statusCode, answer, error };
}
