import type { Database } from './connection/database.ts';
import { refuseUnmigrated } from './migration-state.ts';

/** What a process tells by of the database that it found. */
type Logger = { info(line: object): void; warn(line: object): void };

/**
 * Connects a process, and says through what: the schema, whether a pooler stands before it, and which migrations a newer
 * version has made. Rejects as `connect` does, and with `UnfitDatabaseError` when the tables are not there or older.
 */
export async function connectMigrated(database: Database, logger: Logger): Promise<void> {
  const { schema, isTransactionPooled } = await database.connect();
  const newer = await refuseUnmigrated(database);
  logger.info({ event: 'database_connected', schema, isTransactionPooled });
  if (newer.length > 0) logger.warn({ event: 'database_newer', migrations: newer });
}
