import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { ownDomainOver } from '../resources/sender-claims.ts';
import { isSenderVerified, strictSenderPolicy } from '../resources/sender-policy.ts';

/** Sends of one status and lane that are not finished. */
export type Backlog = {
  readonly status: string;
  readonly lane: string;
  readonly count: number;
  /** Of those that are due, how long the oldest has been so, in seconds; null: none is due. */
  readonly oldestDueSeconds: number | null;
  /** Of which SES may or may not have accepted the last attempt. */
  readonly inDoubt: number;
};

/** Why sends failed, and how many. */
export type FailureCause = {
  readonly class: string | null;
  readonly message: string | null;
  readonly count: number;
};

/** How many senders have their mail refused, counted up to 1,000, and the first of them. */
export type UnverifiedSenders = {
  readonly count: number;
  readonly first: readonly { readonly id: string; readonly reason: string | null }[];
};

const maxSenders = 1_000;

/** More scheduled sends that have come due than this are not counted. */
const maxCounted = 100_000;

/** Each of its own: the indexes of what is not finished are partial by status. */
const unfinished = Prisma.join(
  ['Scheduled', 'Queued', 'Processing'].map(
    (status) => Prisma.sql`
      SELECT status, lane, next_attempt_at, in_doubt_since FROM email_sends
      WHERE status = ${Prisma.raw(`'${status}'`)}`,
  ),
  ' UNION ALL ',
);

/** What operators see of the database. */
export class OperationStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Sends that are not finished, by status and lane. */
  async countBacklog(): Promise<readonly Backlog[]> {
    return this.#prisma.$queryRaw<Backlog[]>`
    SELECT status::text, lane::text, count(*)::int AS count, count(in_doubt_since)::int AS "inDoubt",
      extract(epoch FROM now() - min(next_attempt_at) FILTER (WHERE next_attempt_at <= now()))::float8
        AS "oldestDueSeconds"
    FROM (${unfinished}) AS unfinished GROUP BY status, lane`;
  }

  /** Work that the queue may not know: scheduled sends that are due, and whether any queued one is overdue. */
  async findUntoldWork(): Promise<{ readonly due: number; readonly isAnyOverdue: boolean }> {
    const [row] = await this.#prisma.$queryRaw<{ readonly due: number; readonly isAnyOverdue: boolean }[]>`
    SELECT
      (SELECT count(*) FROM (
        SELECT FROM email_sends WHERE status = 'Scheduled' AND sweep_at <= now() LIMIT ${maxCounted}) AS d)::int AS due,
      EXISTS (SELECT FROM email_sends WHERE status = 'Queued' AND sweep_at <= now()) AS "isAnyOverdue"`;
    return row ?? { due: 0, isAnyOverdue: false };
  }

  /**
   * What sends failed of that were changed within so many seconds, the most frequent first: at most ten causes, of the
   * newest 1,000 failures of each workspace.
   */
  async findRecentFailures(withinSeconds: number): Promise<readonly FailureCause[]> {
    return inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<FailureCause[]>`
      SELECT f.failure_class AS class, f.failure_message AS message, count(*)::int AS count
      FROM workspaces w CROSS JOIN LATERAL (
        SELECT s.failure_class, s.failure_message, s.updated_at FROM email_sends s
        WHERE s.workspace_id = w.id AND s.simulated = false AND s.status = 'Failed'
        ORDER BY s.id DESC LIMIT 1000
      ) f
      WHERE f.updated_at > now() - ${withinSeconds} * interval '1 second'
      GROUP BY f.failure_class, f.failure_message
      ORDER BY count(*) DESC, f.failure_class, f.failure_message LIMIT 10`,
    );
  }

  /**
   * Of the newest 500 sends those that SES took within a day and more than ten minutes ago, and on how many of them it has
   * reported.
   */
  async countReported(): Promise<{ readonly sent: number; readonly reported: number }> {
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly sent: number; readonly reported: number }[]>`
      SELECT count(*)::int AS sent, count(*) FILTER (WHERE e.is_reported)::int AS reported FROM (
        SELECT id, status, simulated, sent_at FROM email_sends ORDER BY id DESC LIMIT 500
      ) s CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM email_events WHERE send_id = s.id OFFSET 0) AS is_reported
      ) e
      WHERE s.status::text = 'Sent' AND NOT s.simulated AND s.sent_at < now() - interval '10 minutes'
        AND s.sent_at > now() - interval '1 day'`,
    );
    return rows[0] ?? { sent: 0, reported: 0 };
  }

  /** Sender profiles whose mail is refused, the first few of them, and why SES refused one. */
  async findUnverifiedSenders(): Promise<UnverifiedSenders> {
    const rows = await this.#prisma.$queryRaw<UnverifiedSenders['first'][number][]>`
      SELECT p.id, p.flagged_reason AS reason FROM sender_profiles p
      LEFT JOIN LATERAL ${ownDomainOver(Prisma.sql`p.from_domain`, Prisma.sql`p.workspace_id`)} d ON true
      WHERE NOT ${isSenderVerified(strictSenderPolicy)} ORDER BY p.id LIMIT ${maxSenders}::int`;
    return { count: rows.length, first: rows.slice(0, 3) };
  }

  /**
   * What makes statements slow by and by: rows that were changed or removed and not yet cleaned up, of the tables that
   * change most, and the age of the oldest transaction, which keeps them from being cleaned up, in seconds. A role that
   * may not see the sessions of others sees its own.
   */
  async findBloat(): Promise<{
    readonly deadRows: readonly { readonly table: string; readonly count: number }[];
    readonly oldestTransactionSeconds: number;
  }> {
    const deadRows = await this.#prisma.$queryRaw<{ readonly table: string; readonly count: number }[]>`
    SELECT relname AS table, n_dead_tup::float8 AS count FROM pg_stat_user_tables
    WHERE schemaname = current_schema()
      AND relname IN ('email_sends', 'send_attempts', 'email_events', 'webhook_notices')`;
    const [row] = await this.#prisma.$queryRaw<{ readonly seconds: number | null }[]>`
    SELECT extract(epoch FROM now() - min(xact_start))::float8 AS seconds FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()`;
    return { deadRows, oldestTransactionSeconds: row?.seconds ?? 0 };
  }
}
