import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@postroom/testkit';
import { type Database, isDatabaseUnavailable, isUniqueViolation, openDatabase } from '../../src/index.ts';
import { startEndingProxy } from './ending-proxy.ts';

let lent: TestDatabase;
beforeAll(async () => {
  lent = await createTestDatabase();
});
afterAll(() => lent?.drop());

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

function open(url = lent.url, maxConnections = 1): Database {
  const database = openDatabase({ url, maxConnections });
  opened.push(database);
  return database;
}

/** A value as a parameter and what PostgreSQL is to take it for; the statement answers it. */
const answered: readonly (readonly [type: string, ...values: readonly unknown[]])[] = [
  ['boolean', true, false, null],
  ['int', 0, -2_147_483_648, null],
  ['smallint', 7],
  ['bigint', 9_007_199_254_740_993n, -1n, 5, null],
  ['float8', 0.1, 1e300, -0, null],
  ['text', 'ä€😀', '', "quo'te", 'back\\slash', 'NULL', null],
  ['varchar', 'x'],
  ['uuid', '0190abcd-0000-7000-8000-000000000001', null],
  ['json', '{"b": 1.50, "a": [null, "x"]}', 'null', '"text"', null],
  ['jsonb', '{"b": 1.50, "a": [null, "x"]}', 'null', '-0', '12345678901234567890', null],
  ['text[]', ['a', 'b,c', '"d"', '{}', '', 'NULL', null, '\\'], [], null],
  ['uuid[]', ['0190abcd-0000-7000-8000-000000000001']],
  ['bytea', new Uint8Array([0, 1, 92, 39, 255]), new Uint8Array(), null],
  ['timestamptz', new Date('2026-03-29T00:59:59.999Z'), new Date('0099-12-31T23:59:59.001Z'), null],
  ['timestamptz', '2026-03-29 01:30:00.123456+05:30', '1890-01-01 00:00:00+00'],
  ['"SendStatus"', 'Queued', null],
];

const cases = answered.flatMap(([type, ...values]) => values.map((value) => ({ type, value })));

test.each(cases)('$type $value is written and read as by Prisma', async ({ type, value }) => {
  const { prisma, sql } = open();
  const cast = Object.assign(['SELECT ', `::${type} AS value`], { raw: [] });
  const [byPrisma] = await prisma.$queryRaw<{ value: unknown }[]>(cast, value);
  const [byPool] = await sql.query<{ value: unknown }>(cast, value);
  expect(byPool).toStrictEqual(byPrisma);
});

test('a moment is written to the second, whatever the zone of this process', async () => {
  const { sql } = open();
  const moment = new Date('1960-01-01T00:00:00.500Z');
  const { TZ } = process.env;
  try {
    // 44 minutes and 30 seconds west.
    process.env.TZ = 'Africa/Monrovia';
    const rows = await sql.query<{ alone: Date; listed: Date }>`
      SELECT ${moment}::timestamptz AS alone, (${[moment]}::timestamptz[])[1] AS listed`;
    expect(rows).toEqual([{ alone: moment, listed: moment }]);
  } finally {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
});

test('a type that nobody has settled is refused, and what comes after it is answered', async () => {
  const { sql } = open();
  await expect(sql.query`SELECT 1.5::numeric AS value`).rejects.toThrow('1700');
  await expect(sql.query`SELECT '12:00'::time AS value`).rejects.toThrow('1083');
  expect(await sql.query`SELECT 1 AS value`).toEqual([{ value: 1 }]);
});

describe('one pool', () => {
  test('is shared with Prisma, and so are the statements that its connections have prepared', async () => {
    const { prisma, sql, connect } = open();
    const { isTransactionPooled } = await connect();
    const number = 7;
    const [byPrisma] = await prisma.$queryRaw<{ pid: number }[]>`
      /* of_both */ SELECT pg_backend_pid() AS pid, ${number}::int AS number`;
    const [byPool] = await sql.query<{ pid: number }>`
      /* of_both */ SELECT pg_backend_pid() AS pid, ${number}::int AS number`;
    expect(byPool).toEqual(byPrisma);
    const prepared = await sql.query<{ name: string }>`SELECT name::text FROM pg_prepared_statements`;
    expect(prepared).toEqual(isTransactionPooled ? [] : [{ name: 'of_both' }]);
  });

  test('is closed with the database', async () => {
    const { sql, close } = open();
    await sql.run`SELECT 1`;
    await close();
    await expect(sql.run`SELECT 1`).rejects.toThrow('after calling end');
  });
});

describe('a transaction', () => {
  const kept = async ({ sql }: Database, name: string) =>
    (await sql.query`SELECT FROM workspaces WHERE name = ${name}`).length;
  const add = (sql: Pick<Database['sql'], 'run'>, name: string) =>
    sql.run`INSERT INTO workspaces (id, name) VALUES (gen_random_uuid(), ${name})`;

  test('is kept as a whole, and its settings end with it', async () => {
    const database = open();
    const within = await database.sql.transaction(async (sql) => {
      await sql.run`SELECT set_config('enable_sort', 'off', true)`;
      expect(await add(sql, 'whole')).toBe(1);
      return sql.query<{ sort: string }>`SELECT current_setting('enable_sort') AS sort`;
    });
    expect(within).toEqual([{ sort: 'off' }]);
    expect(await database.sql.query`SELECT current_setting('enable_sort') AS sort`).toEqual([{ sort: 'on' }]);
    expect(await kept(database, 'whole')).toBe(1);
  });

  test('is undone as a whole, whoever fails, and the next has a connection', async () => {
    const database = open();
    const failing = database.sql.transaction(async (sql) => {
      await add(sql, 'undone');
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    const refused = database.sql.transaction(async (sql) => {
      await add(sql, 'undone');
      await sql.run`SELECT 1 / 0`;
    });
    await expect(refused).rejects.toThrow('division by zero');
    expect(await kept(database, 'undone')).toBe(0);
  });

  test('that loses its connection rejects as an outage, and the next has another', async () => {
    const database = open();
    const other = open();
    const error = await database.sql
      .transaction(async (sql) => {
        const [{ pid } = { pid: 0 }] = await sql.query<{ pid: number }>`SELECT pg_backend_pid() AS pid`;
        await other.sql.run`SELECT pg_terminate_backend(${pid}::int)`;
        await add(sql, 'lost');
      })
      .catch((reason: unknown) => reason);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(await kept(database, 'lost')).toBe(0);
  });

  test('whose connection is ended as soon as it is ready rejects, with Prisma too, and harms nothing else', async () => {
    const proxy = await startEndingProxy(lent.url);
    try {
      const { sql, prisma, connect } = open(proxy.url);
      await connect();
      proxy.endNew();
      await expect(sql.transaction((tx) => tx.run`SELECT 1`)).rejects.toThrow();
      await expect(prisma.$transaction((tx) => tx.$executeRaw`SELECT 1`)).rejects.toThrow();
    } finally {
      proxy.stop();
    }
  });
});

describe('what a statement fails with', () => {
  test('is told apart as with Prisma', async () => {
    const { sql } = open();
    const add = () =>
      sql.run`INSERT INTO workspaces (id, name) VALUES ('0190abcd-0000-7000-8000-000000000009', 'x')`;
    await add();
    const twice = await add().catch((reason: unknown) => reason);
    expect([isUniqueViolation(twice), isDatabaseUnavailable(twice)]).toEqual([true, false]);
    const late = await sql
      .transaction(async (tx) => {
        await tx.run`SET LOCAL statement_timeout = '10ms'`;
        await tx.run`SELECT pg_sleep(30)::text`;
      })
      .catch((reason: unknown) => reason);
    expect(isDatabaseUnavailable(late)).toBe(true);
  });

  test.each(['127.0.0.1', 'localhost'])(
    'is an outage with a reason when nobody listens at %s',
    async (host) => {
      const { sql, prisma } = open(`postgresql://nobody@${host}:1/none`);
      for (const asked of [sql.run`SELECT 1`, sql.transaction(async () => null), prisma.workspace.count()]) {
        const error = await asked.catch((reason: unknown) => reason);
        expect(isDatabaseUnavailable(error)).toBe(true);
        expect(String(error)).toContain('ECONNREFUSED');
      }
    },
  );
});
