import {
  type Database,
  isDatabaseUnavailable,
  openDatabase,
  refuseUnmigrated,
  UnfitDatabaseError,
} from '@postroom/db';
import { Problem } from '../problem.ts';
import { findDatabaseTrouble, poolerOf, silentDatabase } from './given-servers.ts';
import { runningServer } from './running-servers.ts';

/** How the database is used. */
type Use = {
  readonly maxConnections?: number;
  /** Is told why PostgreSQL does not answer now, and it is gone on with. Left out: then there is nothing to do. */
  readonly onAway?: (reason: string) => void;
};

/**
 * Opens the database of `DATABASE_URL`, else that of the stack that is up here, for as long as it is used. Throws what keeps it from
 * being used: `UnfitDatabaseError`, or a `Problem` where it does not answer.
 */
export async function withDatabase(
  use: (database: Database) => Promise<number>,
  { maxConnections = 1, onAway }: Use = {},
): Promise<number> {
  const url = runningServer('DATABASE_URL', 'database');
  const trouble = await findDatabaseTrouble(url);
  if (trouble !== null && (trouble.kind !== 'away' || onAway === undefined)) throw new Problem(trouble.what);
  if (trouble !== null) onAway?.(trouble.what);
  const database = openDatabase({ url, maxConnections, pooler: poolerOf(process.env) });
  try {
    if (trouble === null) await refuseUnmigrated(database).catch(away);
    return await use(database);
  } finally {
    await database.close();
  }
}

/** What went away between two looks is told as what was away before them. */
function away(error: unknown): never {
  const isUnfit = error instanceof UnfitDatabaseError;
  throw !isUnfit && isDatabaseUnavailable(error)
    ? new Problem(silentDatabase(error), { cause: error })
    : error;
}
