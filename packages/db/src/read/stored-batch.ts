import type { Engagement, SendStatus } from '@postroom/contracts';
import type { Dialect } from '@postroom/core';

/** A request that made sends, and how many of those have which status. */
export type StoredBatch = {
  readonly id: string;
  readonly dialect: Dialect;
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly counts: Readonly<Record<SendStatus, number>>;
  /** How many of its sends were opened, or had a link followed, by a person, and by machines alone. */
  readonly engagement: Engagement;
  readonly createdAt: Date;
};

/** A batch as the driver hands it over. */
export type BatchRow = Omit<StoredBatch, 'counts'> & { readonly counts: Partial<StoredBatch['counts']> };

/** What is counted where there is nothing to count. */
export const noCounts: StoredBatch['counts'] = {
  Scheduled: 0,
  Queued: 0,
  Processing: 0,
  Sent: 0,
  Failed: 0,
  Skipped: 0,
  Canceled: 0,
};
