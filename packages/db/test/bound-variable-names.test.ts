import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createTestDatabase,
  type DatabaseView,
  openDatabaseView,
  runSql,
  type TestDatabase,
} from '@postroom/testkit';

const migration = new URL(
  '../../../prisma/migrations/20261128130000_bound_variable_names/migration.sql',
  import.meta.url,
);

let database: TestDatabase;
let view: DatabaseView;

beforeAll(async () => {
  database = await createTestDatabase();
  view = openDatabaseView(database.url);
  await runSql(database.url, `INSERT INTO workspaces (id, name) VALUES (gen_random_uuid(), 'old')`);
});
afterAll(async () => {
  await view?.close();
  await database?.drop();
});

/** A snapshot as it was stored before names were bounded; `required` and `optional` are SQL. */
const insertOld = (label: string, required: string, optional: string) =>
  runSql(
    database.url,
    `INSERT INTO template_snapshots
       (id, workspace_id, kind, content_hash, subject, html, required_variables, optional_variables)
     SELECT gen_random_uuid(), id, 'template', sha256('${label}'), '${label}', 'x', ${required}, ${optional}
     FROM workspaces`,
  );

const names = (prefix: string, count: number, length: number) =>
  `(SELECT array_agg('${prefix}' || n || repeat('a', ${length})) FROM generate_series(1, ${count}) n)`;

test('snapshots whose names had grown without bound keep those that fit, required ones first', async () => {
  await insertOld('huge', `'{a,b}'`, names('w', 1_000, 50_000));
  await insertOld('long', names('r', 30, 20_000), `'{c}'`);
  await insertOld('many', names('r', 100, 500), names('o', 100, 500));
  await insertOld('sound', `'{name,user.first}'`, names('o', 120, 500));
  await insertOld('none', `'{}'`, `'{}'`);
  await runSql(database.url, await readFile(migration, 'utf8'));
  const rows = await view.rows(
    `SELECT subject, required_variables AS required, optional_variables AS optional,
            length(array_to_string(required_variables || optional_variables, '')) AS characters
     FROM template_snapshots ORDER BY subject`,
  );
  const counts = rows.map(({ subject, required, optional, characters }) => [
    subject,
    Array.isArray(required) ? required.length : null,
    Array.isArray(optional) ? optional.length : null,
    Number(characters) <= 65_536,
  ]);
  expect(counts).toEqual([
    ['huge', 2, 0, true],
    ['long', 0, 1, true],
    ['many', 100, 30, true],
    ['none', 0, 0, true],
    ['sound', 2, 120, true],
  ]);
});
