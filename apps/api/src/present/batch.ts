import type { BatchResource } from '@postroom/contracts';
import type { StoredBatch } from '@postroom/db';

/** A batch and how far it is. */
export function presentBatch(batch: StoredBatch): BatchResource {
  return {
    id: batch.id,
    dialect: batch.dialect,
    total: batch.total,
    accepted: batch.accepted,
    rejected: batch.rejected,
    counts: { ...batch.counts },
    engagement: batch.engagement,
    createdAt: batch.createdAt.toISOString(),
  };
}
