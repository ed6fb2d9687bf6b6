import { type Database, openDatabase } from './connection/database.ts';
import { isPermissionDenied } from './connection/database-error.ts';
import { quoted } from './connection/session-settings.ts';
import { howToMigrate, UnfitDatabaseError } from './connection/unfit-database.ts';
import { Prisma } from './generated/client.ts';
import { migrationNames } from './migration-files.ts';
import type { EngineTarget } from './schema-engine.ts';

/** The names of the migrations that were applied in the schema, or null: there are none, or the role may not look. */
async function appliedNames(
  { prisma }: Database,
  schema: string,
): Promise<readonly string[] | 'none' | 'unknown'> {
  const table = `${quoted(schema)}._prisma_migrations`;
  const [found] = await prisma.$queryRaw<{ readonly is_there: boolean }[]>`
    SELECT to_regclass(${table}) IS NOT NULL AS is_there`;
  if (found?.is_there !== true) return 'none';
  try {
    const rows = await prisma.$queryRaw<{ readonly migration_name: string }[]>`
      SELECT migration_name FROM ${Prisma.raw(table)} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
    return rows.map((row) => row.migration_name);
  } catch (error) {
    // A role that only works with the tables need not see how they were made.
    if (isPermissionDenied(error)) return 'unknown';
    throw error;
  }
}

/** What the schema has of the migrations that this code knows; `unknown` when the role may not look. */
async function stateOf(database: Database) {
  const { schema } = await database.connect();
  const [known, applied] = await Promise.all([migrationNames(), appliedNames(database, schema)]);
  if (applied === 'unknown') return { schema, applied, lacking: [], newer: [] };
  const names = applied === 'none' ? [] : applied;
  return {
    schema,
    applied,
    lacking: known.filter((name) => !names.includes(name)),
    newer: names.filter((name) => !known.includes(name)),
  };
}

/**
 * Throws `UnfitDatabaseError` when the tables are not there, or older than this code, and says how to make them; answers
 * the names of migrations that only a newer version knows, under which this one goes on working.
 */
export async function refuseUnmigrated(database: Database): Promise<readonly string[]> {
  const { schema, applied, lacking, newer } = await stateOf(database);
  if (applied === 'none') {
    throw new UnfitDatabaseError(
      `The schema ${schema} of DATABASE_URL has no tables of Postroom yet. ${howToMigrate}`,
    );
  }
  if (lacking.length === 0) return newer;
  throw new UnfitDatabaseError(
    `The schema ${schema} of DATABASE_URL lacks ${lacking.length} migration(s), from ${lacking[0]} on. ${howToMigrate}`,
  );
}

/** The names of the migrations that the database still lacks. Makes nothing, not even the schema. */
export async function pendingMigrations({
  databaseUrl,
  pooler = 'auto',
}: EngineTarget): Promise<readonly string[]> {
  const database = openDatabase({ url: databaseUrl, maxConnections: 1, pooler, isSchemaOptional: true });
  try {
    return (await stateOf(database)).lacking;
  } finally {
    await database.close();
  }
}
