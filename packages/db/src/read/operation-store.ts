import type { FoundCause, FoundFailures, SendOwner } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { firstIdOf } from '../ids-by-time.ts';
import { inOrder } from '../look-up.ts';
import { ownDomainOver } from '../resources/sender-claims.ts';
import { isSenderVerified, strictSenderPolicy } from '../resources/sender-policy.ts';
import { causeOf } from './failure-cause.ts';
import { walk } from './plan-search.ts';
import { createdWithin, sourcesOf } from './send-filter.ts';

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

/** Why sends failed, without what differs from one failure to the next, and how many. */
export type FailureCause = {
  readonly class: string | null;
  readonly message: string | null;
  readonly count: number;
};

/** So many failures of one owner are looked at, the newest, and so many causes told. */
const maxFailures = 5_000;
const maxCauses = 50;

type CauseRow = FoundCause & { readonly looked: number };

/** A backlog and whose it is. */
export type OwnedBacklog = Backlog & SendOwner;

/** How many sends were accepted in one minute, which is counted from 1970. */
export type AcceptedMinute = { readonly minute: number; readonly count: number };

/** An account that a workspace uses. */
export type UsedAccount = { readonly workspaceId: string; readonly accountId: string };

/** What the provider reported last. */
export type LastEvent = { readonly type: string; readonly receivedAt: Date };

/** No more batches than this are looked at to count what was accepted. */
const maxBatches = 100_000;

/** How many senders have their mail refused, counted up to 1,000, and the first of them. */
export type UnverifiedSenders = {
  readonly count: number;
  readonly first: readonly { readonly id: string; readonly reason: string | null }[];
};

const maxSenders = 1_000;

/** What keeps PostgreSQL from cleaning up, and how much of it there is. A role that may not see the sessions of others sees its own. */
export type Bloat = {
  /** Rows that were changed or removed and not yet cleaned up, of the tables that change most. */
  readonly deadRows: readonly { readonly table: string; readonly count: number }[];
  /** The age of the oldest transaction of the database, open or prepared, in seconds. */
  readonly oldestTransactionSeconds: number;
  /**
   * How many transactions the server has begun since the oldest one of which somebody may still need the rows: a session, a prepared
   * transaction, a replication slot, or a standby that says so.
   */
  readonly oldestSnapshotTransactions: number;
};

/** More scheduled sends that have come due than this are not counted. */
const maxCounted = 100_000;

/** Sends that are not finished, each status of its own: their indexes are partial by status. */
export const unfinished = Prisma.join(
  ['Scheduled', 'Queued', 'Processing'].map(
    (status) => Prisma.sql`
      SELECT workspace_id, simulated, status, lane, account_id, next_attempt_at, in_doubt_since FROM email_sends
      WHERE status = ${Prisma.raw(`'${status}'`)}`,
  ),
  ' UNION ALL ',
);

/** Counted of what is not finished, by status and lane. */
const counted = Prisma.sql`
  status::text, lane::text, count(*)::int AS count, count(in_doubt_since)::int AS "inDoubt",
  extract(epoch FROM now() - min(next_attempt_at) FILTER (WHERE next_attempt_at <= now()))::float8
    AS "oldestDueSeconds"`;

/** What operators see of the database. */
export class OperationStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Sends that are not finished, by status and lane. */
  async countBacklog(): Promise<readonly Backlog[]> {
    return this.#prisma.$queryRaw<Backlog[]>`
    SELECT ${counted} FROM (${unfinished}) AS unfinished GROUP BY status, lane`;
  }

  /** The same for some workspaces alone, and of each for itself. */
  async countBacklogOf(workspaceIds: readonly string[]): Promise<readonly OwnedBacklog[]> {
    return this.#prisma.$queryRaw<OwnedBacklog[]>`
    SELECT workspace_id AS "workspaceId", simulated AS "isSimulated", ${counted}
    FROM (${unfinished}) AS unfinished WHERE workspace_id = ANY(${[...workspaceIds]}::uuid[])
    GROUP BY workspace_id, simulated, status, lane`;
  }

  /** How many sends were accepted in each minute since one, in all workspaces. */
  async countAccepted(since: Date): Promise<readonly AcceptedMinute[]> {
    return inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<AcceptedMinute[]>`
      SELECT floor(extract(epoch FROM created_at) / 60)::int AS minute, sum(accepted)::int AS count
      FROM (SELECT created_at, accepted FROM batches WHERE id >= ${firstIdOf(since)}::uuid
            ORDER BY id DESC LIMIT ${maxBatches}::int) AS recent
      GROUP BY 1`,
    );
  }

  /** The newest of SES's events that is among the last thousand of all; opens and clicks are our own. */
  async findLastEvent(): Promise<LastEvent | null> {
    const [event] = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<LastEvent[]>`
      SELECT type::text, received_at AS "receivedAt"
      FROM (SELECT id, type, received_at FROM email_events ORDER BY id DESC LIMIT 1000) AS recent
      WHERE type NOT IN ('open', 'click') ORDER BY id DESC LIMIT 1`,
    );
    return event ?? null;
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
      SELECT f.failure_class AS class, ${causeOf(Prisma.sql`f.failure_message`)} AS message, count(*)::int AS count
      FROM (SELECT id, false AS simulated FROM workspaces) w CROSS JOIN LATERAL (
        SELECT s.failure_class, s.failure_message, s.updated_at FROM email_sends s
        WHERE s.workspace_id = w.id AND s.simulated = w.simulated AND s.status = 'Failed'
        ORDER BY s.id DESC LIMIT 1000) f
      WHERE f.updated_at > now() - ${withinSeconds} * interval '1 second'
      GROUP BY f.failure_class, message
      ORDER BY count(*) DESC, f.failure_class, message LIMIT 10`,
    );
  }

  /** What holds may be about beside accounts, of one workspace: scopes as they are stored, and what people call them. */
  async findHoldScopes(workspaceId: string): Promise<ReadonlyMap<string, string>> {
    const profiles = await this.#prisma.senderProfile.findMany({
      where: { workspaceId },
      select: { id: true, name: true, configurationSet: true },
    });
    return new Map(
      profiles.flatMap(({ id, name, configurationSet }) => [
        [`sender_profile:${id}`, name],
        ...(configurationSet === null
          ? []
          : [[`configuration_set:${configurationSet}`, configurationSet] as const]),
      ]),
    );
  }

  /** The accounts beside the environment's that workspaces send through, or that mail of theirs still waits in. */
  async findAccountsOf(workspaceIds: readonly string[]): Promise<readonly UsedAccount[]> {
    return this.#prisma.$queryRaw<UsedAccount[]>`
    SELECT workspace_id AS "workspaceId", account_id AS "accountId" FROM sender_profiles
    WHERE workspace_id = ANY(${[...workspaceIds]}::uuid[]) AND account_id IS NOT NULL
    UNION
    SELECT workspace_id, account_id FROM (${unfinished}) AS unfinished
    WHERE workspace_id = ANY(${[...workspaceIds]}::uuid[]) AND account_id IS NOT NULL`;
  }

  /**
   * What an owner's sends failed of that failed since a moment, of the newest 5,000 that did: at most 50 causes, the most frequent
   * first.
   */
  async findByCause(owner: SendOwner, since: Date): Promise<FoundFailures> {
    const [source] = sourcesOf(owner, { statuses: ['Failed'] });
    const newest = walk({ source, ids: createdWithin({}), limit: maxFailures });
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<CauseRow[]>`
      WITH newest AS MATERIALIZED (${newest} LIMIT ${maxFailures}::int), failed AS (
        SELECT s.failure_class, ${causeOf(Prisma.sql`s.failure_message`)} AS cause, s.created_at, s.updated_at
        FROM newest CROSS JOIN LATERAL (SELECT * FROM email_sends WHERE id = newest.id OFFSET 0) AS s
        WHERE s.updated_at >= ${since.toISOString()}::timestamptz
      )
      SELECT failure_class AS class, cause, count(*)::int AS count, min(created_at) AS "acceptedFrom",
        max(updated_at) AS "lastAt", (SELECT count(*)::int FROM newest) AS looked
      FROM failed GROUP BY failure_class, cause ORDER BY count(*) DESC, failure_class, cause LIMIT ${maxCauses}::int`,
    );
    return {
      causes: rows.map(({ looked: _, ...cause }) => cause),
      isPartial: (rows[0]?.looked ?? 0) === maxFailures,
    };
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

  /** What makes statements slow by and by. */
  async findBloat(): Promise<Bloat> {
    const deadRows = await this.#prisma.$queryRaw<{ readonly table: string; readonly count: number }[]>`
    SELECT relname AS table, n_dead_tup::float8 AS count FROM pg_stat_user_tables
    WHERE schemaname = current_schema()
      AND relname IN ('email_sends', 'send_attempts', 'email_events', 'webhook_notices')`;
    const [open] = await this.#prisma.$queryRaw<{ readonly seconds: number | null }[]>`
    SELECT extract(epoch FROM now() - min(began))::float8 AS seconds FROM (
      SELECT xact_start AS began FROM pg_stat_activity
      WHERE datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
      UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()) AS open`;
    const [needed] = await this.#prisma.$queryRaw<{ readonly age: number | null }[]>`
    SELECT max(age)::float8 AS age FROM (
      SELECT age(backend_xmin) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
      UNION ALL SELECT age(transaction) FROM pg_prepared_xacts
      UNION ALL SELECT greatest(age(xmin), age(catalog_xmin)) FROM pg_replication_slots) AS needed`;
    return {
      deadRows,
      oldestTransactionSeconds: open?.seconds ?? 0,
      oldestSnapshotTransactions: needed?.age ?? 0,
    };
  }
}
