import { addressKey, type CreateSuppression, type SuppressionReason } from '@postroom/contracts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { type Page, type PageRequest, toPage } from './page.ts';

/** An address that gets no mail. */
export type StoredSuppression = {
  readonly email: string;
  /** The address in its compared form: what lists are ordered by. */
  readonly emailKey: string;
  readonly reason: SuppressionReason;
  readonly note: string | null;
  readonly createdAt: Date;
};

const columns = Prisma.sql`email, email_key AS "emailKey", reason, note, created_at AS "createdAt"`;

/** Those of an address: its own, and the hash that is left of it when its person was erased. */
function isOf(workspaceId: string, email: string): Prisma.Sql {
  const workspace = Prisma.sql`${workspaceId}::uuid`;
  const key = Prisma.sql`${addressKey(email)}::text`;
  return Prisma.sql`workspace_id = ${workspace} AND email_key IN (${key}, ${hiddenKey(workspace, key)})`;
}

/** Suppressions of a workspace, ordered by address in lists. */
export class SuppressionStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Makes one, or gives the one that exists this reason and note. */
  async put(
    workspaceId: string,
    { email, reason, note }: CreateSuppression,
  ): Promise<{ readonly suppression: StoredSuppression; readonly isNew: boolean }> {
    // A row that this statement inserted, rather than updated, was locked by nobody before: xmax is 0.
    const [row] = await this.#prisma.$queryRaw<(StoredSuppression & { readonly isNew: boolean })[]>`
      INSERT INTO suppressions (workspace_id, email_key, email, reason, note)
      VALUES (${workspaceId}::uuid, ${addressKey(email)}, ${email}, ${reason}::"SuppressionReason", ${note ?? null})
      ON CONFLICT (workspace_id, email_key) DO UPDATE SET reason = excluded.reason, note = excluded.note
      RETURNING ${columns}, (xmax = 0) AS "isNew"`;
    if (row === undefined) throw new Error('a suppression that was just written is not there');
    return { suppression: row, isNew: row.isNew };
  }

  /**
   * Adds those that do not exist yet, in one statement, and answers how many that were. The rows go in sorted by
   * address, so that imports that cross cannot deadlock.
   */
  async addMany(workspaceId: string, suppressions: readonly CreateSuppression[]): Promise<number> {
    const records = suppressions
      .map(({ email, reason, note }) => ({ email, email_key: addressKey(email), reason, note }))
      .toSorted((a, b) => (a.email_key < b.email_key ? -1 : a.email_key > b.email_key ? 1 : 0));
    return this.#prisma.$executeRaw`
      INSERT INTO suppressions (workspace_id, email_key, email, reason, note)
      SELECT ${workspaceId}::uuid, r.email_key, r.email, r.reason, r.note
      FROM jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        AS r(email_key text, email text, reason "SuppressionReason", note text)
      ON CONFLICT (workspace_id, email_key) DO NOTHING`;
  }

  async find(workspaceId: string, email: string): Promise<StoredSuppression | null> {
    const [row] = await this.#prisma.$queryRaw<StoredSuppression[]>`
      SELECT ${columns} FROM suppressions WHERE ${isOf(workspaceId, email)}
      ORDER BY email_key = ${addressKey(email)}::text DESC LIMIT 1`;
    return row ?? null;
  }

  async list(workspaceId: string, { limit, cursor }: PageRequest): Promise<Page<StoredSuppression>> {
    const after = cursor === undefined ? Prisma.empty : Prisma.sql`AND email_key > ${cursor}::text`;
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<StoredSuppression[]>`
      SELECT ${columns} FROM suppressions
      WHERE workspace_id = ${workspaceId}::uuid ${after}
      ORDER BY email_key LIMIT ${limit + 1}::int`,
    );
    return toPage(rows, limit, (row) => row);
  }

  /** Answers whether there was one. */
  async remove(workspaceId: string, email: string): Promise<boolean> {
    return (await this.#prisma.$executeRaw`DELETE FROM suppressions WHERE ${isOf(workspaceId, email)}`) > 0;
  }
}
