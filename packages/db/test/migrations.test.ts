import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  eventually,
  openDatabaseView,
  runSql,
  type TestDatabase,
  testDatabaseServerUrl,
} from '@postroom/testkit';
import pg from 'pg';
import { migrate, pendingMigrations, schemaAsSql } from '../src/index.ts';
import { migrationsDir } from '../src/migration-files.ts';
import { withSchemaEngine } from '../src/schema-engine.ts';

/** Every table, column, default, key, index and enum of the public schema, as text. */
const catalogue = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || coalesce('(' || datetime_precision || ')', '')
         || ' ' || is_nullable || ' ' || coalesce(column_default, '-') AS fact
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
  UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('_prisma_migrations'), 0)
    AND contype <> 'n'
  UNION ALL SELECT 'enum ' || t.typname || '.' || e.enumlabel || ' ' || e.enumsortorder
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
  ORDER BY fact`;

let migrated: TestDatabase;
let described: TestDatabase;

async function emptyDatabase(): Promise<TestDatabase> {
  const name = `empty_${Math.random().toString(36).slice(2)}`;
  await runSql(testDatabaseServerUrl(), `CREATE DATABASE ${name}`);
  const url = new URL(testDatabaseServerUrl());
  url.pathname = `/${name}`;
  const drop = () => runSql(testDatabaseServerUrl(), `DROP DATABASE ${name} WITH (FORCE)`);
  return { url: url.href, directUrl: url.href, drop };
}

async function factsOf(url: string): Promise<string[]> {
  const view = openDatabaseView(url);
  try {
    return (await view.rows(catalogue)).map(({ fact }) => String(fact));
  } finally {
    await view.close();
  }
}

beforeAll(async () => {
  [migrated, described] = await Promise.all([emptyDatabase(), emptyDatabase()]);
  await migrate({ databaseUrl: migrated.url });
});

afterAll(async () => {
  await Promise.all([migrated?.drop(), described?.drop()]);
});

/** What Prisma's schema cannot say: an index of expressions. */
const isBeyondTheSchema = (fact: string) => fact.startsWith('index CREATE INDEX webhook_notices_untold ');

test('the migrations produce exactly the schema', async () => {
  await runSql(described.url, await schemaAsSql({ databaseUrl: described.url }));
  const all = await factsOf(migrated.url);
  const facts = all.filter((fact) => !isBeyondTheSchema(fact));
  expect(all).toHaveLength(facts.length + 1);
  expect(facts.length).toBeGreaterThan(150);
  expect(facts).toEqual(await factsOf(described.url));
});

test('the indexes that operating.md says to make before a migration are those that it makes', async () => {
  const page = await readFile(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const statements = page.match(/^CREATE INDEX CONCURRENTLY[^;]*;/gm) ?? [];
  const facts = await factsOf(migrated.url);
  expect(statements).toHaveLength(3);
  for (const statement of statements) {
    await runSql(migrated.url, `DROP INDEX ${/IF NOT EXISTS (\w+)/.exec(statement)?.[1]}`);
    await runSql(migrated.url, statement);
  }
  expect(await factsOf(migrated.url)).toEqual(facts);
});

test('migrating is repeatable, and says what is still to be applied', async () => {
  const fresh = await emptyDatabase();
  try {
    const pending = await pendingMigrations({ databaseUrl: fresh.url });
    expect(pending.length).toBeGreaterThan(0);
    expect(await migrate({ databaseUrl: fresh.url })).toEqual(pending);
    expect(await pendingMigrations({ databaseUrl: fresh.url })).toEqual([]);
    expect(await migrate({ databaseUrl: fresh.url })).toEqual([]);
    const view = openDatabaseView(fresh.url);
    const rows = await view.rows(
      'SELECT migration_name, finished_at IS NOT NULL AS done FROM _prisma_migrations ORDER BY migration_name',
    );
    await view.close();
    expect(rows).toEqual(pending.map((name) => ({ migration_name: name, done: true })));
  } finally {
    await fresh.drop();
  }
});

test('several processes may migrate at once', async () => {
  const fresh = await emptyDatabase();
  try {
    const applied = await Promise.all([1, 2, 3].map(() => migrate({ databaseUrl: fresh.url })));
    expect(applied.flat()).toHaveLength(new Set(applied.flat()).size);
    expect(await pendingMigrations({ databaseUrl: fresh.url })).toEqual([]);
  } finally {
    await fresh.drop();
  }
});

test('what was cut off is applied by the next that migrates', async () => {
  const fresh = await emptyDatabase();
  const other = new pg.Client(fresh.url);
  const view = openDatabaseView(fresh.url);
  try {
    await other.connect();
    // What the first script makes as well: it waits for this, and its connection is cut meanwhile.
    await other.query('BEGIN; CREATE TABLE workspaces ()');
    const cut = expect(migrate({ databaseUrl: fresh.url })).rejects.toThrow();
    const ends = `SELECT pg_terminate_backend(pid) AS is_ended FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event <> 'advisory'`;
    await eventually(async () => (await view.rows(ends)).length > 0);
    await cut;
    await other.query('ROLLBACK');
    const unfinished = await other.query('SELECT 1 FROM _prisma_migrations WHERE finished_at IS NULL');
    expect(unfinished.rows).toHaveLength(1);
    await migrate({ databaseUrl: fresh.url });
    expect(await pendingMigrations({ databaseUrl: fresh.url })).toEqual([]);
    expect(await migrate({ databaseUrl: fresh.url })).toEqual([]);
  } finally {
    await Promise.all([other.end(), view.close()]);
    await fresh.drop();
  }
});

/** Applies migrations of these texts as `migrate` applies those of the release. */
async function applyScripts(databaseUrl: string, scripts: readonly string[]): Promise<void> {
  const content = await readFile(join(migrationsDir, 'migration_lock.toml'), 'utf8');
  const migrationsList = {
    baseDir: migrationsDir,
    lockfile: { path: 'migration_lock.toml', content },
    shadowDbInitScript: '',
    migrationDirectories: scripts.map((value, at) => ({
      path: `2026010100000${at}_script`,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
    })),
  };
  const datamodel = 'datasource db { provider = "postgresql" }';
  await withSchemaEngine({ databaseUrl, datamodel, prepare: async () => undefined }, (engine) =>
    engine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } }),
  );
}

describe('a migration is one script', () => {
  let fresh: TestDatabase;
  beforeAll(async () => {
    fresh = await emptyDatabase();
  });
  afterAll(() => fresh?.drop());

  const rowsOf = async (sql: string) => {
    const view = openDatabaseView(fresh.url);
    try {
      return await view.rows(sql);
    } finally {
      await view.close();
    }
  };

  test('in which a semicolon within a comment, a text, a name or a body ends no statement', async () => {
    const script = `
      -- The first; the table.
      CREATE TABLE said ("a;b" text); /* all; of; it /* and; within */ ; */
      INSERT INTO said VALUES ('one; -- two'), (E'it\\'s; three'), ($$four;$$), ($of$five; $$six;$$$of$);
      CREATE FUNCTION seven() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 7; END; $$;
      -- Nothing follows; at all;`;
    await applyScripts(fresh.url, [script]);
    expect(await rowsOf('SELECT "a;b" AS text, seven() FROM said')).toEqual(
      ['one; -- two', "it's; three", 'four;', 'five; $$six;$$'].map((text) => ({ text, seven: 7 })),
    );
  });

  test('that is listed as applied with its own commit, before the engine comes to it', async () => {
    const refusing = `
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut off'; END; $$;
      DO $$ BEGIN EXECUTE 'CREATE TRIGGER refusing BEFORE UPDATE OF applied_steps_count ON _prisma' || '_migrations
        FOR EACH ROW EXECUTE FUNCTION refuse()'; END; $$`;
    const other = await emptyDatabase();
    try {
      await expect(applyScripts(other.url, [refusing])).rejects.toThrow('cut off');
      const view = openDatabaseView(other.url);
      const finished = await view.rows('SELECT 1 FROM _prisma_migrations WHERE finished_at IS NOT NULL');
      await view.close();
      expect(finished).toHaveLength(1);
    } finally {
      await other.drop();
    }
  });

  test('that leaves nothing behind when a part of it fails', async () => {
    const script = 'CREATE TABLE half (); SELECT 1 / 0;';
    await expect(applyScripts(fresh.url, ['SELECT 1', script])).rejects.toThrow();
    expect(await rowsOf(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
  });
});
