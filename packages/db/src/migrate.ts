import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { MigrationList, SchemaFilter } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';
import type { Session } from './connection/find-session.ts';
import { quoted } from './connection/session-settings.ts';
import { UnfitDatabaseError } from './connection/unfit-database.ts';
import { migrationNames, migrationsDir, prismaDir } from './migration-files.ts';
import { type EngineTarget, withSchemaEngine } from './schema-engine.ts';

const noFilter: SchemaFilter = { externalTables: [], externalEnums: [] };

async function loadMigrations(): Promise<MigrationList> {
  const baseDir = migrationsDir;
  const names = await migrationNames();
  const migrationDirectories = await Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: await readFile(path.join(baseDir, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  );
  const lockfile = {
    path: 'migration_lock.toml',
    content: await readFile(path.join(baseDir, 'migration_lock.toml'), 'utf8'),
  };
  return { baseDir, lockfile, shadowDbInitScript: '', migrationDirectories };
}

const readSchema = () => readFile(path.join(prismaDir, 'schema.prisma'), 'utf8');

/** Makes the schema when it is not there; throws `UnfitDatabaseError` when the role may make no tables in it. */
async function prepareSchema(pool: pg.Pool, { schema, facts }: Session): Promise<void> {
  const [name, role] = [quoted(schema), quoted(facts.role)];
  const { rows } = await pool.query<{ is_there: boolean; may_make: boolean }>(
    `SELECT n.oid IS NOT NULL AS is_there, coalesce(has_schema_privilege(n.oid, 'CREATE'), false) AS may_make
     FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = $1`,
    [schema],
  );
  if (rows[0]?.is_there !== true) {
    await pool.query(`CREATE SCHEMA IF NOT EXISTS ${name}`).catch((error: unknown) => {
      throw new UnfitDatabaseError(
        `The role ${facts.role} of DATABASE_URL may not make the schema ${schema}. As the owner of the database, run: CREATE SCHEMA ${name} AUTHORIZATION ${role}`,
        { cause: error },
      );
    });
    return;
  }
  if (rows[0].may_make) return;
  throw new UnfitDatabaseError(
    `The role ${facts.role} of DATABASE_URL may not make tables in the schema ${schema}. As the owner of the database, run: GRANT USAGE, CREATE ON SCHEMA ${name} TO ${role}, or name another schema: DATABASE_URL=...?schema=name`,
  );
}

/** The tables that are made here, and that of the engine, as `schema.prisma` names them. */
const tablesOf = (datamodel: string) => [
  '_prisma_migrations',
  ...[...datamodel.matchAll(/@@map\("(\w+)"\)/g)].map(([, name = '']) => name),
];

/**
 * Forgets what began and was cut off: each script is one transaction that lists itself as finished (`schema-engine.ts`), so
 * that what is not listed as that has left nothing behind, and can be applied again.
 */
async function forgetUnfinished(pool: pg.Pool, schema: string): Promise<void> {
  const list = `${quoted(schema)}._prisma_migrations`;
  const isUnfinished = 'finished_at IS NULL AND rolled_back_at IS NULL';
  // Where there is no list yet, or this role may not read it, the engine says what it makes of that.
  const found = await pool.query(`SELECT 1 FROM ${list} WHERE ${isUnfinished}`).catch(() => ({ rows: [] }));
  if (found.rows.length === 0) return;
  await pool.query(`UPDATE ${list} SET rolled_back_at = now() WHERE ${isUnfinished}`);
}

/** Whether something is still to be applied; a list that may not be read is taken for too short. */
async function isBehind(pool: pg.Pool, schema: string, names: readonly string[]): Promise<boolean> {
  const applied = await pool
    .query<{ readonly name: string }>(
      `SELECT migration_name AS name FROM ${quoted(schema)}._prisma_migrations WHERE finished_at IS NOT NULL`,
    )
    .catch(() => ({ rows: [] }));
  const known = new Set(applied.rows.map(({ name }) => name));
  return names.some((name) => !known.has(name));
}

/** Throws `UnfitDatabaseError` when a migration is to alter tables that another role owns: no grant allows that, and it would end halfway. */
async function refuseForeignTables(
  pool: pg.Pool,
  { schema, facts: { role } }: Session,
  { tables, names }: { readonly tables: readonly string[]; readonly names: readonly string[] },
): Promise<void> {
  const { rows } = await pool.query<{ readonly name: string; readonly owner: string }>(
    `SELECT tablename::text AS name, tableowner::text AS owner FROM pg_tables
     WHERE schemaname = $1 AND tablename = ANY($2) AND NOT pg_has_role(tableowner, 'USAGE') ORDER BY tablename LIMIT 1`,
    [schema, tables],
  );
  const [table] = rows;
  if (table === undefined || !(await isBehind(pool, schema, names))) return;
  const [owner, member] = [quoted(table.owner), quoted(role)];
  throw new UnfitDatabaseError(
    `The role ${role} of DATABASE_URL does not own the table ${table.name} in the schema ${schema}, which ${table.owner} owns: whatever it was granted, it may not alter it. Migrate with the URL of ${table.owner}, or make ${role} a member of it: GRANT ${owner} TO ${member}; ALTER ROLE ${member} SET role = ${owner}`,
  );
}

/**
 * Brings the database up to the newest migration and answers the names of those it applied. Writes
 * `_prisma_migrations` just as `prisma migrate deploy` does, so that either can follow the other.
 */
export async function migrate(target: EngineTarget): Promise<readonly string[]> {
  const [migrationsList, datamodel] = await Promise.all([loadMigrations(), readSchema()]);
  const names = migrationsList.migrationDirectories.map(({ path: name }) => name);
  const prepare = async (pool: pg.Pool, session: Session) => {
    await prepareSchema(pool, session);
    await refuseForeignTables(pool, session, { tables: tablesOf(datamodel), names });
    await forgetUnfinished(pool, session.schema);
  };
  return withSchemaEngine({ ...target, datamodel, prepare }, async (engine) => {
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: noFilter });
    return appliedMigrationNames;
  });
}

/** The SQL that makes `schema.prisma` in an empty database: what the migrations together must come to. */
export async function schemaAsSql(target: EngineTarget): Promise<string> {
  const datamodel = await readSchema();
  return withSchemaEngine({ ...target, datamodel }, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: datamodel }] },
      script: true,
      exitCode: null,
      filters: noFilter,
    });
    return stdout ?? '';
  });
}
