import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createTestDatabase,
  openDatabaseView,
  runSql,
  type TestDatabase,
  testDatabaseServerUrl,
} from '@postroom/testkit';
import { migrate, pendingMigrations, schemaAsSql } from '../src/index.ts';

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
  return { url: url.href, drop: () => runSql(testDatabaseServerUrl(), `DROP DATABASE ${name} WITH (FORCE)`) };
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
  [migrated, described] = await Promise.all([createTestDatabase(), emptyDatabase()]);
});

afterAll(async () => {
  await Promise.all([migrated?.drop(), described?.drop()]);
});

test('the migrations produce exactly the schema', async () => {
  await runSql(described.url, await schemaAsSql({ databaseUrl: described.url }));
  const facts = await factsOf(migrated.url);
  expect(facts.length).toBeGreaterThan(150);
  expect(facts).toEqual(await factsOf(described.url));
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
      'SELECT migration_name, finished_at IS NOT NULL AS done FROM _prisma_migrations',
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
