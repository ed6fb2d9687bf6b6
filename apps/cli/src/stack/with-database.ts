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
  /** Is told why PostgreSQL does not answer at first, and it is gone on with. Left out: then there is nothing to do. */
  readonly onAway?: (reason: string) => void;
};

/** Looks at the migrations once PostgreSQL answers, and no more then; throws `UnfitDatabaseError` for tables that are not there or older. */
type LookAtMigrations = () => Promise<void>;

/**
 * Opens the database of `DATABASE_URL`, else that of the stack that is up here, for as long as it is used. Throws what keeps it from
 * being used: `UnfitDatabaseError`, or a `Problem` where it does not answer. Who goes on while it is away looks at the migrations
 * with each turn.
 */
export async function withDatabase(
  use: (database: Database, lookAtMigrations: LookAtMigrations) => Promise<number>,
  { maxConnections = 1, onAway }: Use = {},
): Promise<number> {
  const url = runningServer('DATABASE_URL', 'database');
  const trouble = await findDatabaseTrouble(url);
  if (trouble !== null && (trouble.kind !== 'away' || onAway === undefined)) throw new Problem(trouble.what);
  if (trouble !== null) onAway?.(trouble.what);
  const database = openDatabase({ url, maxConnections, pooler: poolerOf(process.env) });
  let isLookedAt = false;
  const look = async () => {
    if (isLookedAt) return;
    await refuseUnmigrated(database);
    isLookedAt = true;
  };
  try {
    if (trouble === null) await look().catch(away);
    return await use(database, () => look().catch(unlessAway));
  } finally {
    await database.close();
  }
}

const isAway = (error: unknown) => !(error instanceof UnfitDatabaseError) && isDatabaseUnavailable(error);

function unlessAway(error: unknown): void {
  if (!isAway(error)) throw error;
}

/** What went away between two looks is told as what was away before them. */
function away(error: unknown): never {
  throw isAway(error) ? new Problem(silentDatabase(error), { cause: error }) : error;
}
