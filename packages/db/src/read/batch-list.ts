import type { SendOwner } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import type { StoredBatch } from './stored-batch.ts';

/** A batch without what would have to be counted. */
type BatchSummary = Pick<StoredBatch, 'id' | 'dialect' | 'total' | 'accepted' | 'rejected' | 'createdAt'>;

/** One page of them; a page may have none, and more may come after it all the same. */
export type BatchPage = { readonly batches: readonly BatchSummary[]; readonly next: string | null };

/** So many batches of all owners are looked at for one page: no index of them begins with the owner. */
const maxWalked = 20_000;

type Row = BatchSummary & { readonly isOwn: boolean };

/** An owner's batches, newest first. */
export async function listBatches(
  prisma: PrismaClient,
  { workspaceId, isSimulated }: SendOwner,
  { limit, below }: { readonly limit: number; readonly below?: string | undefined },
): Promise<BatchPage> {
  const from = below === undefined ? Prisma.sql`true` : Prisma.sql`id < ${below}::uuid`;
  const rows = await inOrder(
    prisma,
    prisma.$queryRaw<Row[]>`
    WITH walked AS MATERIALIZED (
      SELECT id, workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean AS "isOwn", dialect::text,
        total, accepted, rejected, created_at AS "createdAt"
      FROM batches WHERE ${from} ORDER BY id DESC LIMIT ${maxWalked}::int)
    (SELECT * FROM walked WHERE "isOwn" ORDER BY id DESC LIMIT ${limit + 1}::int)
    UNION ALL
    (SELECT * FROM walked WHERE NOT "isOwn" AND (SELECT count(*) FROM walked) = ${maxWalked}::int ORDER BY id LIMIT 1)`,
  );
  const own = rows.filter(({ isOwn }) => isOwn);
  const batches = own.slice(0, limit).map(({ isOwn: _, ...batch }) => batch);
  // A whole page ends with its last batch; else all that was walked is behind it, also what is of others.
  const reached = rows
    .map(({ id }) => id)
    .sort()
    .at(0);
  const isWalkedOut = own.length <= limit && rows.every(({ isOwn }) => isOwn);
  if (own.length > limit) return { batches, next: batches.at(-1)?.id ?? null };
  return { batches, next: isWalkedOut ? null : (reached ?? null) };
}
