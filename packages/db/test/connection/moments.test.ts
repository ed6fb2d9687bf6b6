import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { temporaryFolder } from '@postroom/servers';
import { createTestDatabase, runSql, startPgBouncer } from '@postroom/testkit';
import { momentInUtc } from '../../src/connection/moments.ts';
import {
  createResourceStores,
  type Database,
  openDatabase,
  type ResourceStores,
  WorkspaceStore,
} from '../../src/index.ts';

/** Zones west and east, with half and quarter hours, far beyond noon, and with an offset of seconds long ago. */
const zones = [
  'Asia/Kolkata',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'America/Los_Angeles',
];

/** What has to be set for a database that is reached through a transaction pooler. */
const pooledSettings = [
  "datestyle = 'ISO'",
  "default_transaction_isolation = 'read committed'",
  'array_nulls = on',
  'extra_float_digits = 1',
];

const sessions = [
  ...zones.map((zone) => ({ zone, through: 'a session of its own' as const })),
  ...zones.slice(0, 2).map((zone) => ({ zone, through: 'a transaction pooler' as const })),
];

describe.each(sessions)('on a server in $zone, through $through', ({ zone, through }) => {
  const closers: (() => Promise<void>)[] = [];
  let database: Database;
  let stores: ResourceStores;
  let workspaceId: string;

  beforeAll(async () => {
    const own = await createTestDatabase();
    closers.unshift(() => own.drop());
    const name = new URL(own.url).pathname.slice(1);
    await runSql(own.url, `ALTER DATABASE ${name} SET timezone = '${zone}'`);
    let url = own.directUrl;
    if (through === 'a transaction pooler') {
      // What is said at the start to be set for a database behind one, however this run's are set up.
      for (const line of pooledSettings) await runSql(own.url, `ALTER DATABASE ${name} SET ${line}`);
      const dir = await temporaryFolder('pooler');
      closers.unshift(() => rm(dir, { recursive: true, force: true }));
      const pooler = await startPgBouncer({
        dir: join(dir, 'pooler'),
        serverUrl: url,
        poolMode: 'transaction',
      });
      closers.unshift(() => pooler.stop());
      ({ url } = pooler);
    } else {
      await runSql(own.url, `ALTER DATABASE ${name} SET datestyle = 'SQL, DMY'`);
      await runSql(own.url, `ALTER DATABASE ${name} SET intervalstyle = 'sql_standard'`);
    }
    database = openDatabase({ url, maxConnections: 2 });
    closers.unshift(() => database.close());
    stores = createResourceStores(database.prisma, { refusesFlagged: false });
    workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  });

  afterAll(async () => {
    for (const close of closers) await close();
  });

  test('the session is what it is taken for', async () => {
    const { isTransactionPooled } = await database.connect();
    expect(isTransactionPooled).toBe(through === 'a transaction pooler');
  });

  test('a moment given as a Date is stored as that moment, and read as it', async () => {
    const checkedAt = new Date('2026-07-28T12:31:02.345Z');
    const made = await stores.domains.create(workspaceId, {
      domain: `${newId()}.test`,
      status: 'pending',
      dnsRecords: [],
      checkedAt,
    });
    if (made.kind !== 'created') throw new Error(made.kind);
    expect(made.domain.checkedAt).toEqual(checkedAt);
    const [row] = await database.prisma.$queryRaw<{ ms: number }[]>`
      SELECT extract(epoch FROM checked_at)::float8 * 1000 AS ms FROM domains WHERE id = ${made.domain.id}::uuid`;
    expect(row?.ms).toBe(checkedAt.getTime());
  });

  test("Prisma's own queries write and read the moment, compare with it and order by it", async () => {
    const { prisma } = database;
    const at = (text: string) => new Date(text);
    const batch = { dialect: 'items' as const, total: 1, accepted: 1, rejected: 0 };
    const createdAt = [
      at('2026-03-29T00:59:59.999Z'),
      at('2026-03-29T01:30:00Z'),
      at('1999-12-31T23:59:59.001Z'),
    ];
    await prisma.batch.createMany({
      data: createdAt.map((moment) => ({ id: newId(), workspaceId, createdAt: moment, ...batch })),
    });
    const found = await prisma.batch.findMany({
      where: { createdAt: { gte: at('1999-12-31T23:59:59.001Z'), lt: at('2026-03-29T01:30:00Z') } },
      orderBy: { createdAt: 'asc' },
    });
    expect(found.map((stored) => stored.createdAt)).toEqual([createdAt[2], createdAt[0]]);
  });

  test('a statement on the pool writes and reads moments, alone and in a list', async () => {
    // Long ago zones had offsets with seconds.
    const listed = [new Date('2026-03-29T00:59:59.999Z'), new Date('1890-06-01T12:00:00Z')];
    for (const alone of listed) {
      const rows = await database.sql.query<{ ms: number; alone: Date; listed: Date }>`
        SELECT extract(epoch FROM ${alone}::timestamptz)::float8 * 1000 AS ms, ${alone}::timestamptz AS alone,
          unnest(${listed}::timestamptz[]) AS listed`;
      expect(rows).toEqual(listed.map((each) => ({ ms: alone.getTime(), alone, listed: each })));
    }
  });

  test("the server's clock is ours, in raw statements and in transactions", async () => {
    const { prisma } = database;
    const before = Date.now();
    const [[raw]] = await prisma.$transaction([prisma.$queryRaw<{ now: Date }[]>`SELECT now() AS now`]);
    const after = Date.now();
    expect(raw?.now.getTime()).toBeGreaterThan(before - 60_000);
    expect(raw?.now.getTime()).toBeLessThan(after + 60_000);
  });
});

test.each([
  ['2026-11-28 17:38:28.515+05:30', '2026-11-28T12:08:28.515Z'],
  ['2026-11-28 08:38:28-03:30', '2026-11-28T12:08:28.000Z'],
  ['1900-01-01 05:53:28+05:53:28', '1900-01-01T00:00:00.000Z'],
  ['2026-12-01 01:00:00.000001+13', '2026-11-30T12:00:00.000Z'],
  ['2026-11-28 12:08:28.515+00', '2026-11-28T12:08:28.515+00:00'],
  ['infinity', 'infinity'],
])('%p is read as %p', (text, moment) => {
  expect(momentInUtc(text)).toBe(moment);
});
