import type { FoundCause, FoundFailures, SendOwner } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { firstIdOf } from '../ids-by-time.ts';
import { inOrder, unseen } from '../look-up.ts';
import { ownDomainOver } from '../resources/sender-claims.ts';
import { isSenderVerified, strictSenderPolicy } from '../resources/sender-policy.ts';
import { causeOf } from './failure-cause.ts';

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

/** So many failures of one owner are looked at, the latest, or of each workspace where all are; and so many causes told. */
const maxFailures = { ofOwner: 5_000, ofEach: 1_000 } as const;
const maxCauses = 50;

type CauseRow = FoundCause & { readonly isPartial: boolean };

/** A backlog and whose it is. */
export type OwnedBacklog = Backlog & SendOwner;

/** How many sends were accepted in one minute, which is counted from 1970. */
type AcceptedMinute = { readonly minute: number; readonly count: number };
/** Minutes that were counted whole, from one on; those that are left out had none. */
type AcceptedMinutes = { readonly from: number; readonly minutes: readonly AcceptedMinute[] };

/** An account that a workspace uses. */
export type UsedAccount = { readonly workspaceId: string; readonly accountId: string };

/** What the provider reported last. */
export type LastEvent = { readonly type: string; readonly receivedAt: Date };

/** What SES took through one account, and on how much of it it has reported. */
type Reported = { readonly accountId: string | null; readonly sent: number; readonly reported: number };

/** No more batches than this are looked at at once to count what was accepted: a minute of 3,000 requests a second has fewer. */
const maxBatches = 200_000;

/** The minute of a UUID v7, by the milliseconds that it begins with. */
const minuteOfId = Prisma.sql`(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 60000)`;

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

/**
 * The latest failures of an owner, and one more than are looked at. By when they failed, and not by when they were accepted:
 * a send that has waited for hours may be the latest of all to fail.
 */
const latestFailures = ({
  workspaceId,
  isSimulated,
  since,
  most,
}: {
  readonly workspaceId: Prisma.Sql;
  readonly isSimulated: boolean;
  readonly since: Date;
  readonly most: number;
}): Prisma.Sql => {
  const begin = Prisma.sql`${workspaceId}, ${unseen(Prisma.sql`${isSimulated}::boolean`)}`;
  return Prisma.sql`
  SELECT workspace_id, failure_class, failure_message, created_at, updated_at FROM email_sends
  WHERE status = 'Failed'
    AND (workspace_id, simulated, updated_at) >= (${begin}, ${since.toISOString()}::timestamptz)
    AND (workspace_id, simulated, updated_at) <= (${begin}, 'infinity'::timestamptz)
  ORDER BY workspace_id DESC, simulated DESC, updated_at DESC LIMIT ${most + 1}::int`;
};

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

  /** The same of each workspace and mode for itself: of some, or of all. */
  async countBacklogOf(workspaceIds: readonly string[] | 'all'): Promise<readonly OwnedBacklog[]> {
    const asked =
      workspaceIds === 'all'
        ? Prisma.sql`true`
        : Prisma.sql`workspace_id = ANY(${[...workspaceIds]}::uuid[])`;
    return this.#prisma.$queryRaw<OwnedBacklog[]>`
    SELECT workspace_id AS "workspaceId", simulated AS "isSimulated", ${counted}
    FROM (${unfinished}) AS unfinished WHERE ${asked}
    GROUP BY workspace_id, simulated, status, lane`;
  }

  /**
   * How many sends were accepted from one minute until before another, in all workspaces, by the ids of their batches: each is of
   * one minute for good. The newest so many batches are looked at, and `from` is the first minute of which that is all.
   */
  async countAccepted(from: number, below: number, most: number = maxBatches): Promise<AcceptedMinutes> {
    const idOf = (minute: number) => Prisma.sql`${firstIdOf(new Date(minute * 60_000))}::uuid`;
    const minutes = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<(AcceptedMinute & { readonly looked: number })[]>`
      SELECT ${minuteOfId}::int AS minute, sum(accepted)::int AS count, count(*)::int AS looked
      FROM (SELECT id, accepted FROM batches WHERE id >= ${idOf(from)} AND id < ${idOf(below)}
            ORDER BY id DESC LIMIT ${most}::int) AS newest
      GROUP BY 1 ORDER BY 1`,
    );
    const looked = minutes.reduce((sum, minute) => sum + minute.looked, 0);
    const first = minutes[0];
    const wholeFrom = looked < most || first === undefined ? from : first.minute + 1;
    return { from: wholeFrom, minutes: minutes.filter(({ minute }) => minute >= wholeFrom) };
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

  /** What live sends failed of since a moment, in all workspaces, of the latest failures of each; as of one owner. */
  async findCausesOfAll(since: Date, most: number = maxFailures.ofEach): Promise<FoundFailures> {
    const latest = latestFailures({ workspaceId: Prisma.sql`w.id`, isSimulated: false, since, most });
    return this.#countCauses(
      Prisma.sql`SELECT f.* FROM workspaces w CROSS JOIN LATERAL (${latest}) AS f`,
      most,
    );
  }

  /** What holds may be about beside accounts, of one workspace: scopes as they are stored, and what people call them. */
  async findHoldScopes(workspaceId: string, scopes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const named = (kind: string) =>
      scopes.filter((scope) => scope.startsWith(`${kind}:`)).map((scope) => scope.slice(kind.length + 1));
    const [ids, sets] = [named('sender_profile'), named('configuration_set')];
    const found = await this.#prisma.$queryRaw<{ readonly scope: string; readonly name: string }[]>`
    SELECT 'sender_profile:' || id AS scope, name FROM sender_profiles
    WHERE workspace_id = ${workspaceId}::uuid AND id = ANY(${ids}::uuid[])
    UNION
    SELECT 'configuration_set:' || configuration_set, configuration_set FROM sender_profiles
    WHERE workspace_id = ${workspaceId}::uuid AND configuration_set = ANY(${sets})`;
    return new Map(found.map(({ scope, name }) => [scope, name]));
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
   * What an owner's sends failed of that failed since a moment, of the latest that did: at most 50 causes, the most frequent
   * first. It says whether there were more than were looked at.
   */
  async findByCause(
    { workspaceId, isSimulated }: SendOwner,
    since: Date,
    most: number = maxFailures.ofOwner,
  ): Promise<FoundFailures> {
    const owner = { workspaceId: unseen(Prisma.sql`${workspaceId}::uuid`), isSimulated };
    return this.#countCauses(latestFailures({ ...owner, since, most }), most);
  }

  async #countCauses(latest: Prisma.Sql, most: number): Promise<FoundFailures> {
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<CauseRow[]>`
      WITH latest AS MATERIALIZED (${latest})
      SELECT failure_class AS class, ${causeOf(Prisma.sql`failure_message`)} AS cause, count(*)::int AS count,
        min(created_at) AS "acceptedFrom", max(updated_at) AS "lastAt",
        EXISTS (SELECT FROM latest GROUP BY workspace_id HAVING count(*) > ${most}::int) AS "isPartial"
      FROM latest GROUP BY failure_class, cause ORDER BY count(*) DESC, failure_class, cause LIMIT ${maxCauses}::int`,
    );
    return {
      causes: rows.map(({ isPartial: _, ...cause }) => cause),
      isPartial: rows[0]?.isPartial ?? false,
    };
  }

  /**
   * Of the newest 5,000 sends those that SES took within a day and more than ten minutes ago, and on how many of them it has
   * reported, by the account that they went out through: one may send much, and another report nothing.
   */
  async countReported(): Promise<readonly Reported[]> {
    return inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<Reported[]>`
      SELECT s.account_id AS "accountId", count(*)::int AS sent, count(*) FILTER (WHERE e.is_reported)::int AS reported FROM (
        SELECT id, status, simulated, sent_at, account_id FROM email_sends ORDER BY id DESC LIMIT 5000
      ) s CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM email_events WHERE send_id = s.id OFFSET 0) AS is_reported
      ) e
      WHERE s.status::text = 'Sent' AND NOT s.simulated AND s.sent_at < now() - interval '10 minutes'
        AND s.sent_at > now() - interval '1 day'
      GROUP BY s.account_id ORDER BY s.account_id NULLS FIRST`,
    );
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
      WHERE datname = current_database() AND coalesce(backend_xmin, backend_xid) IS NOT NULL AND pid <> pg_backend_pid()
      UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()) AS open`;
    // What a session of another database reads is no matter here, and that it has written is: no snapshot of ours is newer.
    // A slot of another one holds back the catalogs of all.
    const [needed] = await this.#prisma.$queryRaw<{ readonly age: number | null }[]>`
    SELECT max(age)::float8 AS age FROM (
      SELECT age(backend_xmin) FROM pg_stat_activity
      WHERE coalesce(datname = current_database(), true) AND pid <> pg_backend_pid()
      UNION ALL SELECT age(backend_xid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
      UNION ALL SELECT age(transaction) FROM pg_prepared_xacts
      UNION ALL SELECT greatest(age(xmin), age(catalog_xmin)) FROM pg_replication_slots) AS needed`;
    return {
      deadRows,
      oldestTransactionSeconds: open?.seconds ?? 0,
      oldestSnapshotTransactions: needed?.age ?? 0,
    };
  }
}
