import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabaseView } from '@postroom/testkit';
import { migrate, openDatabase, UnfitDatabaseError, WorkspaceStore } from '../../src/index.ts';
import { type Closers, closeAll, inDatabase, makeDatabase, startPooler } from './own-database.ts';

const closers: Closers = [];
afterAll(() => closeAll(closers));

let made: Awaited<ReturnType<typeof makeDatabase>>;
let second: string;

const urlOf = (role: string): URL => {
  const url = new URL(made.url);
  url.username = role;
  return url;
};

/** Tables are made by the second of the two roles that operating.md says to have. */
beforeAll(async () => {
  made = await makeDatabase(closers);
  second = `${made.role}2`;
  const page = await readFile(new URL('../../../../docs/operating.md', import.meta.url), 'utf8');
  const [, statements = ''] = /```sql\n(CREATE ROLE postroom2 [\s\S]*?)```/.exec(page) ?? [];
  const lines = statements.replaceAll('postroom', made.role).trim().split('\n');
  expect(lines).toHaveLength(2);
  await inDatabase(made.name, ...lines);
  closers.push(() => inDatabase('postgres', `DROP ROLE ${second}`));
  await migrate({ databaseUrl: urlOf(second).href });
});

test('what the second role makes belongs to the first, and both use it, also through a pooler', async () => {
  const view = openDatabaseView(made.url.href);
  closers.push(() => view.close());
  const owners = await view.rows(
    `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'public'
     UNION SELECT typowner::regrole::text FROM pg_type WHERE typnamespace = 'public'::regnamespace`,
  );
  expect(owners).toEqual([{ owner: made.role }]);
  const pooled = urlOf(second);
  pooled.port = await startPooler(closers, { poolSize: 3, roles: [second], poolMode: 'transaction' });
  const found = [];
  for (const url of [urlOf(second), urlOf(made.role), pooled]) {
    const database = openDatabase({ url: url.href, maxConnections: 2 });
    closers.push(() => database.close());
    found.push(await new WorkspaceStore(database.prisma).ensureDefault());
    const [row] = await database.prisma.$queryRaw<
      { role: string; login: string }[]
    >`SELECT current_user::text AS role, session_user::text AS login`;
    expect(row).toEqual({ role: made.role, login: url.username });
  }
  expect(new Set(found).size).toBe(1);
});

test('a role that was granted everything and owns nothing is told what it lacks, and only when there is something to apply', async () => {
  const other = `${made.role}_c`;
  await inDatabase(
    made.name,
    `CREATE ROLE ${other} LOGIN`,
    `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${other}`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${other}`,
  );
  closers.push(() => inDatabase(made.name, `DROP OWNED BY ${other}`, `DROP ROLE ${other}`));
  const databaseUrl = urlOf(other).href;
  expect(await migrate({ databaseUrl })).toEqual([]);
  await inDatabase(
    made.name,
    'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)',
  );
  const refused = migrate({ databaseUrl });
  await expect(refused).rejects.toThrow(UnfitDatabaseError);
  await expect(refused).rejects.toThrow(
    `does not own the table _prisma_migrations in the schema public, which ${made.role} owns`,
  );
  await expect(refused).rejects.toThrow(
    `GRANT "${made.role}" TO "${other}"; ALTER ROLE "${other}" SET role = "${made.role}"`,
  );
});
