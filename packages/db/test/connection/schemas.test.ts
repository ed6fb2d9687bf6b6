import { afterEach, describe, expect, test } from '@jest/globals';
import {
  connectMigrated,
  createResourceStores,
  type Database,
  isDatabaseUnavailable,
  migrate,
  openDatabase,
  pendingMigrations,
  refuseUnmigrated,
  UnfitDatabaseError,
  WorkspaceStore,
} from '../../src/index.ts';
import { type Closers, closeAll, inDatabase, makeDatabase, tablesIn, withParameter } from './own-database.ts';

const closers: Closers = [];
afterEach(() => closeAll(closers));

function open(url: string): Database {
  const database = openDatabase({ url, maxConnections: 3 });
  closers.push(() => database.close());
  return database;
}

/** What Prisma's own queries, raw statements and statements of a transaction find of what the first of them made. */
async function useIt(url: string, domain: string): Promise<readonly string[]> {
  const database = open(url);
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  const stores = createResourceStores(database.prisma, { refusesFlagged: false });
  await stores.domains.create(workspaceId, { domain, status: 'pending', dnsRecords: [], checkedAt: null });
  const found = await database.prisma.domain.findMany({ where: { workspaceId } });
  return found.map((row) => row.domain);
}

describe('the schema of all tables', () => {
  test.each([['mail'], ['Mail Room'], ["über'room\\"], ['select']])(
    '%p is that of ?schema=, made by the migration, for every kind of statement',
    async (schema) => {
      const { url } = await makeDatabase(closers);
      const named = withParameter(url, 'schema', schema);
      expect(await migrate({ databaseUrl: named })).not.toEqual([]);
      expect(await pendingMigrations({ databaseUrl: named })).toEqual([]);
      expect(Object.keys(await tablesIn(url))).toEqual([schema]);
      expect(await useIt(named, 'a.test')).toEqual(['a.test']);
      expect(await refuseUnmigrated(open(named))).toEqual([]);
    },
  );

  test("is that of the URL's search_path, of the role's, or of the role's name", async () => {
    for (const how of ['options', 'role', 'user']) {
      const { url, name, role } = await makeDatabase(closers);
      const schema = how === 'user' ? role : 'post';
      await inDatabase(name, `CREATE SCHEMA ${schema} AUTHORIZATION ${role}`);
      if (how === 'role')
        await inDatabase(name, `ALTER ROLE ${role} SET search_path = nowhere, post, public`);
      const named =
        how === 'options' ? withParameter(url, 'options', '-c search_path=post,public') : url.href;
      await migrate({ databaseUrl: named });
      expect(Object.keys(await tablesIn(url))).toEqual([schema]);
      expect(await useIt(named, 'a.test')).toEqual(['a.test']);
    }
  });

  test('two installations in one database do not see one another', async () => {
    const { url } = await makeDatabase(closers);
    const [one, two] = [withParameter(url, 'schema', 'one'), withParameter(url, 'schema', 'two')];
    await migrate({ databaseUrl: one });
    expect(await pendingMigrations({ databaseUrl: two })).not.toEqual([]);
    await expect(refuseUnmigrated(open(two))).rejects.toThrow(
      'schema two that DATABASE_URL names is not there',
    );
    await migrate({ databaseUrl: two });
    await migrate({ databaseUrl: url.href });
    expect(await useIt(one, 'one.test')).toEqual(['one.test']);
    expect(await useIt(two, 'two.test')).toEqual(['two.test']);
    expect(await useIt(url.href, 'public.test')).toEqual(['public.test']);
    const tables = await tablesIn(url);
    expect(Object.keys(tables).sort()).toEqual(['one', 'public', 'two']);
    expect(new Set(Object.values(tables)).size).toBe(1);
  });

  test('needs no right on the database when it is there', async () => {
    const { url, name, role } = await makeDatabase(closers, { isOwner: false });
    await expect(migrate({ databaseUrl: url.href })).rejects.toThrow(
      /GRANT USAGE, CREATE ON SCHEMA "public"/,
    );
    const named = withParameter(url, 'schema', 'mail');
    await expect(migrate({ databaseUrl: named })).rejects.toThrow(
      `CREATE SCHEMA "mail" AUTHORIZATION "${role}"`,
    );
    await inDatabase(name, `CREATE SCHEMA "mail" AUTHORIZATION "${role}"`);
    await migrate({ databaseUrl: named });
    expect(Object.keys(await tablesIn(url))).toEqual(['mail']);
  });

  test('that cannot be found is refused by name', async () => {
    const { url } = await makeDatabase(closers);
    const nowhere = withParameter(url, 'options', '-c search_path=nowhere');
    await expect(migrate({ databaseUrl: withParameter(url, 'schema', 'a"b') })).rejects.toThrow(
      'double quote',
    );
    await expect(open(nowhere).connect()).rejects.toThrow(/search_path \(nowhere\).*\?schema=name/);
    await expect(open(withParameter(url, 'schema', 'nil')).connect()).rejects.toThrow(
      /schema nil .*npm run db:migrate/,
    );
  });
});

describe('a database that cannot be used as it is', () => {
  test.each(['LATIN1', 'WIN1252', 'EUC_JP'])(
    'in %s is refused by what migrates and what works',
    async (encoding) => {
      const options = `ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`;
      const { url } = await makeDatabase(closers, { options });
      const why = `is encoded in ${encoding}`;
      await expect(migrate({ databaseUrl: url.href })).rejects.toThrow(why);
      await expect(open(url.href).connect()).rejects.toThrow(why);
      await expect(open(url.href).prisma.workspace.count()).rejects.toThrow(why);
    },
  );

  test('in SQL_ASCII is used, whatever the letters', async () => {
    const options = `ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`;
    const { url } = await makeDatabase(closers, { options });
    await migrate({ databaseUrl: url.href });
    const [row] = await open(url.href).prisma.$queryRaw<{ text: string }[]>`SELECT ${'ä€😀'} AS text`;
    expect(row?.text).toBe('ä€😀');
  });

  test('that has no tables yet, or too few, says to migrate; one of a newer version is used', async () => {
    const { url, name } = await makeDatabase(closers);
    await expect(refuseUnmigrated(open(url.href))).rejects.toThrow(
      /no tables of Postroom yet.*npm run db:migrate/,
    );
    await migrate({ databaseUrl: url.href });
    await inDatabase(
      name,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
      VALUES ('x', 'x', '20990101000000_newer', now())`,
    );
    const told: object[] = [];
    const tell = (line: object) => void told.push(line);
    await connectMigrated(open(url.href), { info: tell, warn: tell });
    expect(told).toEqual([
      { event: 'database_connected', schema: 'public', isTransactionPooled: false },
      { event: 'database_newer', migrations: ['20990101000000_newer'] },
    ]);
    expect(await migrate({ databaseUrl: url.href })).toEqual([]);
    await inDatabase(
      name,
      "UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '%_init'",
    );
    await expect(refuseUnmigrated(open(url.href))).rejects.toThrow(/lacks 1 migration.*_init/);
    await inDatabase(name, `REVOKE ALL ON _prisma_migrations FROM ${name}_app`);
    expect(await refuseUnmigrated(open(url.href))).toEqual([]);
  });

  test('that can only be read says so, and what was begun is to be tried again', async () => {
    const { url, name } = await makeDatabase(closers);
    await migrate({ databaseUrl: url.href });
    const before = open(url.href);
    await before.connect();
    await inDatabase(name, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await expect(open(url.href).connect()).rejects.toThrow(
      /default_transaction_read_only is on\. Run: ALTER ROLE/,
    );
    await expect(open(url.href).connect()).rejects.toBeInstanceOf(UnfitDatabaseError);
    const error = await before.prisma.$executeRaw`DELETE FROM domains`.catch((reason: unknown) => reason);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(await before.trouble()).toBe('read_only');
  });
});
