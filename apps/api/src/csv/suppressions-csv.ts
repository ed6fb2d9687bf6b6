import type { ResourceStores, StoredSuppression } from '@postroom/db';
import type { CsvFile } from './write-csv.ts';

/** Rows that are read at once. */
const pageRows = 500;

/** All suppressions of a workspace as a file, as they can be imported again. */
export const suppressionsCsv = (
  suppressions: ResourceStores['suppressions'],
  workspaceId: string,
): CsvFile<StoredSuppression> => ({
  name: 'suppressions',
  columns: ['email', 'reason', 'origin', 'note', 'expiresAt', 'createdAt'],
  toCells: ({ email, reason, origin, note, expiresAt, createdAt }) => [
    email,
    reason,
    origin,
    note ?? '',
    expiresAt?.toISOString() ?? '',
    createdAt.toISOString(),
  ],
  cursorOf: ({ emailKey }) => emailKey,
  pageAfter: (cursor) => suppressions.list(workspaceId, { cursor, limit: pageRows }),
});
