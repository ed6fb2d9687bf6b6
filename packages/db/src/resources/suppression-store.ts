import {
  addressKey,
  type SuppressionOrigin,
  type SuppressionReason,
  suppressionReasons,
} from '@postroom/contracts';
import { isInForce } from '../deliver/consent.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder, unseen } from '../look-up.ts';
import { isOver, merged, weightiest } from '../merged-suppression.ts';
import { addedOf, tellSuppressions } from '../notify/tell-resources.ts';
import { type Page, type PageRequest, toPage } from './page.ts';

/** An address that gets no mail. */
export type StoredSuppression = {
  readonly email: string;
  /** The address in its compared form: what lists are ordered by. */
  readonly emailKey: string;
  readonly reason: SuppressionReason;
  readonly origin: SuppressionOrigin;
  readonly note: string | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
};

/** A suppression that somebody asks for. */
export type AskedSuppression = {
  readonly email: string;
  readonly reason: SuppressionReason;
  readonly note?: string | null | undefined;
  readonly expiresAt?: Date | null | undefined;
};

/** Suppressions of a workspace in the order of time: those of a reason, and those since a moment. */
export type SuppressionsByTime = PageRequest & {
  readonly reason?: SuppressionReason | undefined;
  readonly createdFrom?: Date | undefined;
};

const columns = Prisma.sql`x.email, x.email_key AS "emailKey", x.reason, x.origin, x.note, x.expires_at AS "expiresAt",
  x.created_at AS "createdAt"`;

/** Those of an address: its own, and the hash that is left of it when its person was erased. */
function isOf(workspaceId: string, email: string): Prisma.Sql {
  const workspace = Prisma.sql`${workspaceId}::uuid`;
  const key = Prisma.sql`${addressKey(email)}::text`;
  return Prisma.sql`x.workspace_id = ${workspace} AND x.email_key IN (${key}, ${hiddenKey(workspace, key)})`;
}

/** When one that has expired is taken up again, it is a new one. */
const createdAnew = Prisma.sql`CASE WHEN ${isInForce} THEN x.created_at ELSE now() END`;

const toRecord = ({ email, reason, note, expiresAt }: AskedSuppression) => ({
  email,
  email_key: addressKey(email),
  reason,
  note: note ?? null,
  expires_at: expiresAt?.toISOString() ?? null,
});

/** The cursor of a list in the order of time: behind which moment and address it goes on. */
function placeOf(cursor: string): { readonly at: string; readonly key: string } {
  const slash = cursor.indexOf('/');
  return { at: cursor.slice(0, slash), key: cursor.slice(slash + 1) };
}

/** Suppressions of a workspace. Those that have expired are as good as gone. */
export class SuppressionStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Makes one, or gives the one that exists this reason, note and end. Whoever tells others of it has it in what returns. */
  async put(
    workspaceId: string,
    asked: AskedSuppression,
  ): Promise<{ readonly suppression: StoredSuppression; readonly isNew: boolean }> {
    const { email, email_key, reason, note, expires_at } = toRecord(asked);
    // A row that this statement inserted, rather than updated, was locked by nobody before: xmax is 0.
    const [row] = await this.#prisma.$queryRaw<(StoredSuppression & { readonly isNew: boolean })[]>`
      WITH written AS (
        INSERT INTO suppressions AS x (workspace_id, email_key, email, reason, origin, note, expires_at)
        VALUES (${workspaceId}::uuid, ${email_key}, ${email}, ${reason}::"SuppressionReason", 'client', ${note},
          ${expires_at}::timestamptz)
        ON CONFLICT (workspace_id, email_key) DO UPDATE SET reason = excluded.reason, origin = excluded.origin,
          note = excluded.note, expires_at = excluded.expires_at, created_at = ${createdAnew}
        RETURNING x.*, (x.xmax = 0) AS is_new
      ), told AS (${tellSuppressions(addedOf(Prisma.sql`written`), 'suppression.added')}
      )
      SELECT ${columns}, x.is_new AS "isNew" FROM written x`;
    if (row === undefined) throw new Error('a suppression that was just written is not there');
    return { suppression: row, isNew: row.isNew };
  }

  /** Suppresses an address: what weighs more of what is there stays. Answers the address as it is kept. */
  async add(
    workspaceId: string,
    asked: AskedSuppression,
  ): Promise<{ readonly email: string; readonly isNew: boolean }> {
    const [written] = await this.#strengthen(workspaceId, [asked], 'client');
    if (written !== undefined) return written;
    const before = await this.find(workspaceId, asked.email);
    return { email: before?.email ?? asked.email, isNew: false };
  }

  /** Adds those that do not exist yet, or weigh less, in one statement, and answers how many that were. */
  async addMany(workspaceId: string, suppressions: readonly AskedSuppression[]): Promise<number> {
    return (await this.#strengthen(workspaceId, suppressions, 'import')).length;
  }

  /**
   * Makes suppressions, gives those that are there what weighs more of reason and end, and answers what that changed: another origin
   * alone is no change. The rows go in sorted by address, so that imports that cross cannot deadlock. Of whom was erased the hash
   * that stands becomes so, and the address is not kept again.
   */
  #strengthen(workspaceId: string, suppressions: readonly AskedSuppression[], origin: SuppressionOrigin) {
    const records = suppressions.map((asked, place) => ({ ...toRecord(asked), place }));
    const workspace = Prisma.sql`${workspaceId}::uuid`;
    return this.#prisma.$queryRaw<{ readonly email: string; readonly isNew: boolean }[]>`
      /* add_suppressions */
      WITH asked AS (
        SELECT r.*, (SELECT x.email_key FROM suppressions x WHERE x.workspace_id = ${workspace} AND ${isInForce}
          AND x.email_key = ${hiddenKey(workspace, Prisma.sql`r.email_key`)}) AS hidden
        FROM jsonb_to_recordset(${JSON.stringify(records)}::jsonb) AS r(
          email_key text, email text, reason "SuppressionReason", note text, expires_at timestamptz(3), place int)
      ), written AS (
        INSERT INTO suppressions AS x (workspace_id, email_key, email, reason, origin, note, expires_at)
        SELECT ${workspace}, coalesce(hidden, email_key) AS key, (array_agg(coalesce(hidden, email) ORDER BY place))[1],
          ${weightiest.reason}, ${origin}::"SuppressionOrigin",
          (array_agg(CASE WHEN hidden IS NULL THEN note END ORDER BY expires_at DESC NULLS FIRST, place))[1], ${weightiest.expiresAt}
        FROM asked GROUP BY key ORDER BY key
        ON CONFLICT (workspace_id, email_key) DO UPDATE SET reason = ${merged.reason}, origin = ${merged.origin},
          note = coalesce(excluded.note, CASE WHEN NOT ${isOver} THEN x.note END), expires_at = ${merged.expiresAt},
          created_at = ${createdAnew}
        WHERE (x.reason, x.expires_at) IS DISTINCT FROM (${merged.reason}, ${merged.expiresAt})
        RETURNING x.*, (x.xmax = 0) AS is_new
      ), told AS (${tellSuppressions(addedOf(Prisma.sql`written`), 'suppression.added')}
      )
      SELECT email, is_new AS "isNew" FROM written`;
  }

  async find(workspaceId: string, email: string): Promise<StoredSuppression | null> {
    const [row] = await this.#prisma.$queryRaw<StoredSuppression[]>`
      SELECT ${columns} FROM suppressions x WHERE ${isOf(workspaceId, email)} AND ${isInForce}
      ORDER BY x.email_key = ${addressKey(email)}::text DESC LIMIT 1`;
    return row ?? null;
  }

  /** How many a workspace has, counted up to a bound. */
  async count(workspaceId: string, enough: number): Promise<number> {
    const [row] = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly count: number }[]>`
      SELECT count(*)::int AS count FROM (
        SELECT FROM suppressions x WHERE x.workspace_id = ${workspaceId}::uuid AND ${isInForce}
        ORDER BY x.email_key LIMIT ${enough}::int) AS counted`,
    );
    return row?.count ?? 0;
  }

  /** Those of a workspace, by address. */
  async list(workspaceId: string, { limit, cursor }: PageRequest): Promise<Page<StoredSuppression>> {
    const after = cursor === undefined ? Prisma.empty : Prisma.sql`AND x.email_key > ${cursor}::text`;
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<StoredSuppression[]>`
      SELECT ${columns} FROM suppressions x
      WHERE x.workspace_id = ${workspaceId}::uuid ${after} AND ${isInForce}
      ORDER BY x.email_key LIMIT ${limit + 1}::int`,
    );
    return toPage(rows, limit, (row) => row);
  }

  /** Those of a reason, or since a moment, the oldest first: one arm of the index for each reason. */
  async listByTime(
    workspaceId: string,
    { limit, cursor, reason, createdFrom }: SuppressionsByTime,
  ): Promise<Page<StoredSuppression>> {
    const { at, key } = cursor === undefined ? { at: '-infinity', key: '' } : placeOf(cursor);
    const from =
      createdFrom === undefined ? Prisma.sql`'-infinity'` : Prisma.sql`${createdFrom.toISOString()}`;
    const arms = (reason === undefined ? suppressionReasons : [reason]).map((one) => {
      const place = Prisma.sql`(x.workspace_id, x.reason, x.created_at, x.email_key)`;
      const start = Prisma.sql`(${workspaceId}::uuid, ${one}::"SuppressionReason",
        ${unseen(Prisma.sql`greatest(${at}::timestamptz, ${from}::timestamptz)`)},
        ${unseen(Prisma.sql`CASE WHEN ${at}::timestamptz >= ${from}::timestamptz THEN ${key}::text ELSE '' END`)})`;
      return Prisma.sql`(
        SELECT x.* FROM suppressions x
        WHERE x.reason IS NOT NULL AND ${place} > ${start} AND x.workspace_id = ${workspaceId}::uuid
          AND x.reason = ${one}::"SuppressionReason" AND ${isInForce}
        ORDER BY x.workspace_id, x.reason, x.created_at, x.email_key LIMIT ${limit + 1}::int)`;
    });
    const rows = await this.#prisma.$queryRaw<StoredSuppression[]>`
      SELECT ${columns} FROM (${Prisma.join(arms, ' UNION ALL ')}) x
      ORDER BY x.created_at, x.email_key LIMIT ${limit + 1}::int`;
    return toPage(rows, limit, (row) => row);
  }

  /**
   * Answers whether there was one, of these reasons. What bounced softly until now is forgotten: the next one would suppress the address again.
   * Whoever tells others that it is gone has it in this statement.
   */
  async remove(
    workspaceId: string,
    email: string,
    reasons: readonly SuppressionReason[] = suppressionReasons,
  ): Promise<boolean> {
    const isMeant = Prisma.sql`x.reason = ANY(${[...reasons]}::"SuppressionReason"[])`;
    const removed = await this.#prisma.$queryRaw<{ readonly is_live: boolean }[]>`
      WITH forgotten AS (DELETE FROM soft_bounces x WHERE ${isOf(workspaceId, email)}), gone AS (
        DELETE FROM suppressions x WHERE ${isOf(workspaceId, email)} AND ${isMeant}
        RETURNING x.workspace_id, x.email_key, x.reason, ${isInForce} AS is_live
      ), told AS (${tellSuppressions(
        // Of one whose person was erased a hash is left: who takes it back knows the address. That another has ended nobody else tells.
        Prisma.sql`(
          SELECT DISTINCT ON (workspace_id) workspace_id, reason, ${email}::text AS email FROM gone
          WHERE is_live OR email_key NOT LIKE 'erased:%' ORDER BY workspace_id, is_live DESC)`,
        'suppression.removed',
      )}
      )
      SELECT is_live FROM gone`;
    return removed.some(({ is_live }) => is_live);
  }
}
