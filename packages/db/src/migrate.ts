import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList, SchemaFilter } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { withSchemaEngine } from './schema-engine.ts';

/** The repository's `prisma/` folder, seen from `src/` and from `dist/` alike. */
const prismaDir = fileURLToPath(new URL('../../../prisma/', import.meta.url));
const noFilter: SchemaFilter = { externalTables: [], externalEnums: [] };

async function loadMigrations(): Promise<MigrationList> {
  const baseDir = path.join(prismaDir, 'migrations');
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
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

type Target = { readonly databaseUrl: string };

/**
 * Brings the database up to the newest migration and answers the names of those it applied. Writes
 * `_prisma_migrations` just as `prisma migrate deploy` does, so that either can follow the other.
 */
export async function migrate({ databaseUrl }: Target): Promise<readonly string[]> {
  const [migrationsList, datamodel] = await Promise.all([loadMigrations(), readSchema()]);
  return withSchemaEngine({ databaseUrl, datamodel }, async (engine) => {
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: noFilter });
    return appliedMigrationNames;
  });
}

/** The names of the migrations that the database still lacks. */
export async function pendingMigrations({ databaseUrl }: Target): Promise<readonly string[]> {
  const [migrationsList, datamodel] = await Promise.all([loadMigrations(), readSchema()]);
  return withSchemaEngine({ databaseUrl, datamodel }, async (engine) => {
    const diagnosis = { migrationsList, optInToShadowDatabase: false, filters: noFilter };
    const { history } = await engine.diagnoseMigrationHistory(diagnosis);
    return history?.diagnostic === 'databaseIsBehind' ? history.unappliedMigrationNames : [];
  });
}

/** The SQL that makes `schema.prisma` in an empty database: what the migrations together must come to. */
export async function schemaAsSql({ databaseUrl }: Target): Promise<string> {
  const datamodel = await readSchema();
  return withSchemaEngine({ databaseUrl, datamodel }, async (engine) => {
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
