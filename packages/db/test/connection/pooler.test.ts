import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createDraw, runSql } from '@postroom/testkit';
import { migrate, openDatabase, pendingMigrations, refuseUnmigrated } from '../../src/index.ts';
import {
  type Closers,
  closeAll,
  inDatabase,
  makeDatabase,
  startPooler,
  withParameter,
} from './own-database.ts';

const ofAll: Closers = [];
const closers: Closers = [];
afterEach(() => closeAll(closers));
afterAll(() => closeAll(ofAll));

let made: Awaited<ReturnType<typeof makeDatabase>>;
beforeAll(async () => {
  made = await makeDatabase(ofAll);
});

/** Whoever waits in line for one of few connections waits as long as a busy machine takes. */
const patient = 'connect_timeout=60';

const usual = ['extra_float_digits', 'options', 'statement_timeout'];

/** The database behind a pooler of its own with few connections to PostgreSQL. */
async function behindPooler(options: Omit<Parameters<typeof startPooler>[1], 'poolSize'>): Promise<URL> {
  const url = new URL(made.url);
  url.port = await startPooler(closers, { poolSize: 3, roles: [made.role], ...options });
  url.search = patient;
  return url;
}

type Opening = Omit<Parameters<typeof openDatabase>[0], 'url' | 'maxConnections'>;

function open(url: string | URL, options: Opening = {}) {
  const database = openDatabase({ url: String(url), maxConnections: 20, ...options });
  closers.push(() => database.close());
  return database;
}

/** Many at once of a statement that has a name where names last, each with another answer, and transactions beside them. */
async function manyAtOnce({ prisma, sql }: ReturnType<typeof open>): Promise<void> {
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  const named = numbers.map(async (number) => {
    const [row] = await prisma.$queryRaw<{ number: number }[]>`
      /* a_named_one */ SELECT ${number}::int AS number, pg_sleep(0.002)::text`;
    return row?.number;
  });
  const hot = numbers.map(async (number) => {
    const [row] = await sql.query<{ number: number }>`
      /* a_hot_one */ SELECT ${number}::int AS number, pg_sleep(0.002)::text`;
    return row?.number;
  });
  const hotTransactions = numbers.map((number) =>
    sql.transaction(async (tx) => {
      await tx.run`/* a_hot_lock */ SELECT pg_advisory_xact_lock(${number % 5})::text`;
      const [row] = await tx.query<{ number: number }>`/* a_hot_third */ SELECT ${number}::int AS number`;
      return row?.number;
    }),
  );
  const transactions = numbers.map(async (number) => {
    const [, [row]] = await prisma.$transaction([
      prisma.$executeRaw`/* another */ SELECT pg_advisory_xact_lock(${number % 5})`,
      prisma.$queryRaw<{ number: number }[]>`/* a_third */ SELECT ${number}::int AS number`,
    ]);
    return row?.number;
  });
  expect(await Promise.all(named)).toEqual(numbers);
  expect(await Promise.all(transactions)).toEqual(numbers);
  expect(await Promise.all(hot)).toEqual(numbers);
  expect(await Promise.all(hotTransactions)).toEqual(numbers);
}

const draw = createDraw();

describe('behind PgBouncer', () => {
  const ways = [
    ['transaction', [], 'auto', true],
    ['transaction', usual, 'auto', true],
    ['transaction', ['statement_timeout'], 'auto', true],
    ['transaction', [], 'transaction', true],
    ['session', [], 'auto', true],
    ['session', usual, 'auto', true],
    ['session', [], 'session', false],
    ['session', usual, 'session', false],
  ] as const;
  test.each(draw(ways, 4))(
    'in mode %s, which drops %j, DATABASE_POOLER=%s works (one transaction at a time: %p)',
    async (poolMode, ignoredParameters, pooler, isTransactionPooled) => {
      // Each client keeps its connection to PostgreSQL in mode session.
      const url = await behindPooler({ poolMode, ignoredParameters });
      const maxConnections = poolMode === 'session' ? 2 : 20;
      await migrate({ databaseUrl: url.href, pooler });
      expect(await pendingMigrations({ databaseUrl: url.href, pooler })).toEqual([]);
      const database = openDatabase({ url: url.href, maxConnections, pooler });
      closers.push(() => database.close());
      expect(await database.connect()).toMatchObject({ isTransactionPooled, schema: 'public' });
      expect(await refuseUnmigrated(database)).toEqual([]);
      await manyAtOnce(database);
      expect(await database.trouble()).toBeNull();
    },
  );

  test('pgbouncer=true in the URL is DATABASE_POOLER=transaction', async () => {
    const url = withParameter(await behindPooler({ poolMode: 'transaction' }), 'pgbouncer', 'true');
    const database = open(url);
    expect(await database.connect()).toMatchObject({ isTransactionPooled: true });
    await manyAtOnce(database);
    expect(await open(withParameter(made.url, 'pgbouncer', 'true')).connect()).toMatchObject({
      isTransactionPooled: true,
    });
  });

  test('DATABASE_POOLER=none is refused by name', async () => {
    for (const ignoredParameters of [[], usual]) {
      const url = await behindPooler({ poolMode: 'transaction', ignoredParameters });
      await expect(open(url, { pooler: 'none' }).connect()).rejects.toThrow('DATABASE_POOLER=transaction');
    }
  });

  test('several may migrate at once, and no lock stays behind', async () => {
    const fresh = await makeDatabase(closers);
    fresh.url.port = await startPooler(closers, { poolMode: 'transaction', roles: [fresh.role] });
    const applied = await Promise.all([1, 2, 3].map(() => migrate({ databaseUrl: fresh.url.href })));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    const [locks] = await open(fresh.url).prisma.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM pg_locks JOIN pg_database d ON d.oid = database
      WHERE locktype = 'advisory' AND d.datname = ${fresh.name}`;
    expect(locks?.count).toBe(0);
  });

  const wrong = [
    ['default_transaction_isolation', 'serializable'],
    // Too short for what is done with it, and long enough to be asked for it, on a busy machine too.
    ['statement_timeout', '4s'],
    ['extra_float_digits', '-3'],
    ['array_nulls', 'off'],
    ['synchronous_commit', 'off'],
    ['enable_indexscan', 'off'],
    ['search_path', 'elsewhere'],
  ] as const;
  test.each(draw(wrong, 3))(
    'a role with %s = %s is refused with the statement that mends it',
    async (name, value) => {
      const fresh = await makeDatabase(closers);
      await inDatabase(fresh.name, `CREATE SCHEMA elsewhere AUTHORIZATION ${fresh.role}`);
      await inDatabase(fresh.name, `ALTER ROLE ${fresh.role} SET ${name} = '${value}'`);
      const roles = { poolMode: 'transaction', roles: [fresh.role] } as const;
      const pooled = new URL(fresh.url);
      pooled.port = await startPooler(closers, roles);
      const search = `?schema=public&${patient}`;
      const why = await open(`${pooled.href}${search}`)
        .connect()
        .catch((error: unknown) => String(error));
      expect(why).toContain('DATABASE_URL');
      const mend = /ALTER ROLE .+? SET \w+ = (?:'[^']*'|"[^"]*")/.exec(String(why))?.[0] ?? '';
      expect(mend).toContain(name);
      // The role itself may run it.
      await runSql(fresh.url.href, mend);
      pooled.port = await startPooler(closers, roles);
      await migrate({ databaseUrl: `${pooled.href}${search}` });
      await manyAtOnce(open(`${pooled.href}${search}`));
    },
  );

  test('options in the URL, which do not arrive, are refused', async () => {
    const url = withParameter(
      await behindPooler({ poolMode: 'transaction', ignoredParameters: usual }),
      'options',
      '-c a.b=1',
    );
    await expect(open(url).connect()).rejects.toThrow('DATABASE_URL: options do not pass a pooler');
  });
});

test('a session of our own has the settings that are relied on, whatever the role has', async () => {
  const fresh = await makeDatabase(closers);
  const settings = {
    timezone: 'Asia/Kolkata',
    datestyle: 'German',
    intervalstyle: 'iso_8601',
    default_transaction_isolation: 'serializable',
    // Long enough for the statement that sets the others, on a busy machine too.
    statement_timeout: '61s',
    lock_timeout: '61s',
    idle_in_transaction_session_timeout: '61s',
    bytea_output: 'escape',
    extra_float_digits: '-15',
    array_nulls: 'off',
    standard_conforming_strings: 'off',
    jit: 'on',
    idle_session_timeout: '61s',
    synchronous_commit: 'off',
    enable_indexscan: 'off',
    enable_indexonlyscan: 'off',
    enable_nestloop: 'off',
    enable_sort: 'off',
    plan_cache_mode: 'force_custom_plan',
  };
  for (const [name, value] of Object.entries(settings)) {
    await inDatabase(fresh.name, `ALTER ROLE ${fresh.role} SET ${name} = '${value}'`);
  }
  await migrate({ databaseUrl: fresh.url.href });
  const direct = open(fresh.url, { statementTimeoutMs: 70_000 });
  const pooled = new URL(fresh.url);
  pooled.port = await startPooler(closers, { poolMode: 'session', roles: [fresh.role] });
  const inSession = openDatabase({
    url: pooled.href,
    maxConnections: 2,
    statementTimeoutMs: 70_000,
    pooler: 'session',
  });
  closers.push(() => inSession.close());
  for (const { prisma } of [direct, inSession]) {
    const shown = await prisma.$queryRaw<{ name: string; setting: string }[]>`
      SELECT lower(name) AS name, current_setting(name) AS setting FROM pg_settings
      WHERE lower(name) = ANY (${Object.keys(settings)})`;
    expect(Object.fromEntries(shown.map(({ name, setting }) => [name, setting]))).toEqual({
      timezone: 'UTC',
      datestyle: 'ISO, MDY',
      intervalstyle: 'postgres',
      default_transaction_isolation: 'read committed',
      statement_timeout: '70s',
      lock_timeout: '0',
      idle_in_transaction_session_timeout: '0',
      bytea_output: 'hex',
      extra_float_digits: '1',
      array_nulls: 'on',
      standard_conforming_strings: 'on',
      jit: 'off',
      idle_session_timeout: '0',
      synchronous_commit: 'on',
      enable_indexscan: 'on',
      enable_indexonlyscan: 'on',
      enable_nestloop: 'on',
      enable_sort: 'on',
      plan_cache_mode: 'auto',
    });
  }
  // What does more than is relied on is somebody's wish, and what is as durable here costs less.
  for (const wished of ['remote_apply', 'local']) {
    await inDatabase(fresh.name, `ALTER ROLE ${fresh.role} SET synchronous_commit = '${wished}'`);
    const [found] = await open(fresh.url).prisma.$queryRaw<{ setting: string }[]>`
      SELECT current_setting('synchronous_commit') AS setting`;
    expect(found?.setting).toBe(wished);
  }
});
