import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createTestDatabase,
  type DatabaseView,
  openDatabaseView,
  runSql,
  type TestDatabase,
} from '@postroom/testkit';
import * as z from 'zod';

/*
 * What statements of the released version rely on, as it stood then: while one version replaces another, both work on the
 * tables that the newer one has made. `KEEP_TABLES=1` writes the file anew; that belongs to a release, and to nothing else.
 */
const file = new URL('./one-version-back/tables.json', import.meta.url);

const tablesSchema = z.strictObject({
  /** `table.column` and its type. */
  columns: z.record(z.string(), z.string()),
  /** Columns that a row of before may leave out. */
  optional: z.array(z.string()),
  /** What ON CONFLICT names: `table (columns)` and a condition. */
  unique: z.array(z.string()),
  /** The values of each type, in their order. */
  enums: z.record(z.string(), z.array(z.string())),
});
type Tables = z.infer<typeof tablesSchema>;

async function tablesOf(view: DatabaseView): Promise<Tables> {
  const columns = await view.rows(`
    SELECT c.table_name || '.' || c.column_name AS name, c.udt_name AS type,
      c.is_nullable = 'YES' OR c.column_default IS NOT NULL OR c.is_generated = 'ALWAYS' AS optional
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.table_name <> '_prisma_migrations'
    ORDER BY 1`);
  const unique = await view.rows(`
    SELECT i.indrelid::regclass || ' (' || string_agg(a.attname, ', ' ORDER BY k.place) || ')'
      || coalesce(' WHERE ' || pg_get_expr(i.indpred, i.indrelid), '') AS name
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indisunique AND c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname <> '_prisma_migrations'
    GROUP BY i.indexrelid, i.indrelid, i.indpred ORDER BY 1`);
  const enums = await view.rows(`
    SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS values
    FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typnamespace = quote_ident(current_schema())::regnamespace
    GROUP BY t.typname ORDER BY 1`);
  return tablesSchema.parse({
    columns: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    optional: columns.filter(({ optional }) => optional).map(({ name }) => name),
    unique: unique.map(({ name }) => name),
    enums: Object.fromEntries(enums.map(({ name, values }) => [name, values])),
  });
}

/** What of the tables now a process of the version before could not work with. */
function brokenFor(before: Tables, now: Tables): string[] {
  const tablesBefore = new Set(Object.keys(before.columns).map((name) => name.split('.')[0]));
  const kept = Object.entries(before.columns).flatMap(([name, type]) => {
    const found = now.columns[name];
    if (found === undefined) return [`${name} is gone`];
    return found === type ? [] : [`${name} was ${type} and is ${found}`];
  });
  const demanded = Object.keys(now.columns)
    .filter((name) => tablesBefore.has(name.split('.')[0]) && !now.optional.includes(name))
    .filter((name) => before.columns[name] === undefined || before.optional.includes(name))
    .map((name) => `${name} has to be given, which statements of before do not do`);
  const unique = before.unique
    .filter((name) => !now.unique.includes(name))
    .map((name) => `${name} is not unique`);
  const enums = Object.entries(before.enums).flatMap(([name, values]) => {
    const left = now.enums[name]?.filter((value) => values.includes(value));
    return JSON.stringify(left) === JSON.stringify(values)
      ? []
      : [`${name} lacks values, or has them in another order`];
  });
  return [...kept, ...demanded, ...unique, ...enums];
}

let database: TestDatabase;
let view: DatabaseView;
let before: Tables;
beforeAll(async () => {
  database = await createTestDatabase();
  view = openDatabaseView(database.url);
  if (process.env.KEEP_TABLES === '1') {
    await writeFile(file, `${JSON.stringify(await tablesOf(view), null, 2)}\n`);
  }
  before = tablesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
});
afterAll(async () => {
  await view?.close();
  await database?.drop();
});

test('statements of the version before go on working with the tables of this one', async () => {
  expect(Object.keys(before.columns).length).toBeGreaterThan(150);
  expect(brokenFor(before, await tablesOf(view))).toEqual([]);
});

/** A database of its own with these changes, as its tables are then. */
async function changedBy(statements: readonly string[]): Promise<Tables> {
  const fresh = await createTestDatabase();
  try {
    await runSql(fresh.url, statements.join(';'));
    const changed = openDatabaseView(fresh.url);
    const now = await tablesOf(changed);
    await changed.close();
    return now;
  } finally {
    await fresh.drop();
  }
}

test('each kind of migration that would break them is found', async () => {
  const breaking = {
    'ALTER TABLE profiles DROP COLUMN external_id CASCADE': 'profiles.external_id is gone',
    'ALTER TABLE templates RENAME COLUMN html TO body': 'templates.html is gone',
    'ALTER TABLE batches ALTER COLUMN total TYPE bigint': 'batches.total was int4 and is int8',
    'ALTER TABLE batches ADD COLUMN kind text NOT NULL':
      'batches.kind has to be given, which statements of before do not do',
    'ALTER TABLE batches ALTER COLUMN simulated DROP DEFAULT':
      'batches.simulated has to be given, which statements of before do not do',
    'DROP INDEX email_sends_workspace_id_simulated_idempotency_key_key':
      'email_sends (workspace_id, simulated, idempotency_key) is not unique',
    "ALTER TYPE \"SendLane\" RENAME VALUE 'marketing' TO 'bulk'":
      'SendLane lacks values, or has them in another order',
  };
  const broken = brokenFor(before, await changedBy(Object.keys(breaking)));
  expect(broken).toEqual(expect.arrayContaining(Object.values(breaking)));
});

test('a migration that only adds is none of them', async () => {
  const adding = [
    `ALTER TABLE batches ADD COLUMN kind text NOT NULL DEFAULT 'x', ADD COLUMN note text`,
    'CREATE TABLE more (id uuid PRIMARY KEY, name text NOT NULL)',
    `ALTER TYPE "SendLane" ADD VALUE 'late'`,
  ];
  expect(brokenFor(before, await changedBy(adding))).toEqual([]);
});
