import type { SendStatus } from '@postroom/contracts';
import type { Dialect, ReadRef } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** A request that made sends, and how many of those have which status. */
export type StoredBatch = {
  readonly id: string;
  readonly dialect: Dialect;
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly counts: Readonly<Record<SendStatus, number>>;
  readonly createdAt: Date;
};

type BatchRow = Omit<StoredBatch, 'counts'> & { readonly counts: Partial<StoredBatch['counts']> };

const noCounts: StoredBatch['counts'] = {
  Scheduled: 0,
  Queued: 0,
  Processing: 0,
  Sent: 0,
  Failed: 0,
  Skipped: 0,
  Canceled: 0,
};

/** A batch that may be seen with its sends counted, at most 1,000 look-ups, or null. */
export async function findBatch(
  prisma: PrismaClient,
  { workspaceId, id, isSimulated }: ReadRef,
): Promise<StoredBatch | null> {
  const [row] = await prisma.$queryRaw<BatchRow[]>`
    SELECT b.id, b.dialect::text, b.total, b.accepted, b.rejected, b.created_at AS "createdAt", coalesce((
      SELECT jsonb_object_agg(status, sends) FROM (
        SELECT s.status, count(*) AS sends
        FROM send_facets f CROSS JOIN LATERAL (SELECT status FROM email_sends WHERE id = f.send_id OFFSET 0) s
        WHERE f.workspace_id = ${workspaceId}::uuid AND f.simulated = b.simulated AND f.kind = 'batch' AND f.value = ${id}
        GROUP BY s.status) AS counted), '{}') AS counts
    FROM batches b
    WHERE b.id = ${id}::uuid AND b.workspace_id = ${workspaceId}::uuid 
      AND coalesce(b.simulated = ${isSimulated ?? null}::boolean, true)`;
  return row === undefined ? null : { ...row, counts: { ...noCounts, ...row.counts } };
}
