import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createDraw,
  createTestDatabase,
  type DatabaseView,
  openDatabaseView,
  runSql,
  type TestDatabase,
} from '@postroom/testkit';
import { type Database, openDatabase, type PrismaClient } from '../src/index.ts';
import { statements } from './rows-read/statements.ts';
import { fill, filled, setStatus, shrink, size, stopAutovacuum, unknown } from './rows-read/world.ts';

/** All wait, or are in hand. */
const backlog = `CASE WHEN i > 1000 AND i % 3 = 0 OR i % 200 = 0 THEN 'Processing' ELSE 'Queued' END`;
const nothingWaits = `CASE WHEN i % 100 = 0 THEN 'Failed' ELSE 'Sent' END`;
const lastOnes = `CASE WHEN i <= 40 THEN 'Queued' WHEN i % 100 = 0 THEN 'Failed' ELSE 'Sent' END`;
const analyze = (url: string) => runSql(url, 'ANALYZE');

/** What the planner may believe when a statement comes, and how that came about; `plan` makes plans that are kept. */
const states: Readonly<Record<string, (url: string, plan: () => Promise<void>) => Promise<void>>> = {
  'no statistics': async (url) => {
    await fill(url, 'other', { rows: size, status: nothingWaits });
    await fill(url, 'own', { rows: size, status: backlog });
  },
  'statistics of an empty backlog': async (url, plan) => {
    await fill(url, 'other', { rows: size, status: nothingWaits });
    await fill(url, 'own', { rows: size, status: nothingWaits });
    await analyze(url);
    await plan();
    await setStatus(url, backlog);
  },
  'statistics of before the workspace had anything': async (url, plan) => {
    await fill(url, 'other', { rows: size, status: nothingWaits });
    await analyze(url);
    await plan();
    await fill(url, 'own', { rows: size, status: backlog });
  },
  'statistics of a full backlog': async (url, plan) => {
    await fill(url, 'other', { rows: size, status: backlog });
    await fill(url, 'own', { rows: size, status: backlog });
    await analyze(url);
    await plan();
    await setStatus(url, lastOnes);
  },
  'statistics of a table that has since shrunk': async (url, plan) => {
    await fill(url, 'own', { rows: size, status: backlog });
    await analyze(url);
    await plan();
    await shrink(url);
  },
};

/** No plan is made anew because its parameters have other values. */
const keptSettings = ['plan_cache_mode = force_generic_plan'];

/** What has to be set for a database that is reached through a transaction pooler. */
const pooledSettings = [
  "datestyle = 'ISO'",
  "default_transaction_isolation = 'read committed'",
  'array_nulls = on',
  'standard_conforming_strings = on',
  'extra_float_digits = 1',
  'statement_timeout = 0',
];

/** How plans come about. */
const ways = {
  'kept since the tables were empty': {
    open: (url: string) => openDatabase({ url, maxConnections: 1 }),
    isKept: true,
  },
  'made anew, through a pooler': {
    open: (url: string) => openDatabase({ url, maxConnections: 1, pooler: 'transaction' }),
    isKept: false,
  },
} as const;

const cases = Object.entries(statements).flatMap(([name, listed]) =>
  [listed]
    .flat()
    .flatMap((statement, at) => ('run' in statement ? [{ name: `${name} ${at + 1}`, ...statement }] : [])),
);

type Reads = ReadonlyMap<string, number>;

/**
 * Rows that were read so far, by table and by how: from end to end, or fetched through an index. Nothing is ever vacuumed
 * here, so that what only an index is asked for is fetched as well; rows that are dead do not count.
 */
async function rowsRead(view: DatabaseView, prisma: PrismaClient): Promise<Reads> {
  await prisma.$executeRaw`SELECT pg_stat_force_next_flush()`;
  const rows = await view.rows(`
    SELECT 'all of ' || relname AS place, seq_tup_read::int AS read FROM pg_stat_user_tables
    UNION ALL SELECT relname, idx_tup_fetch::int FROM pg_stat_user_tables`);
  return new Map(rows.map(({ place, read }) => [String(place), Number(read)]));
}

/** What was read between two moments, and where. */
function difference(before: Reads, after: Reads): { readonly rows: number; readonly where: string } {
  const places = [...after].flatMap(([place, read]) => {
    const rows = read - (before.get(place) ?? 0);
    return rows === 0 ? [] : [{ place, rows }];
  });
  return {
    rows: places.reduce((sum, { rows }) => sum + rows, 0),
    where: places.map(({ place, rows }) => `${rows} from ${place}`).join(', '),
  };
}

const draw = createDraw();

for (const [way, { open, isKept }] of Object.entries(ways)) {
  // Half of them, where they are drawn.
  describe.each(draw(Object.keys(states), 3))(`with a plan that was ${way}, and %s`, (state) => {
    let database: TestDatabase;
    let client: Database;
    let view: DatabaseView;

    beforeAll(async () => {
      database = await createTestDatabase();
      await stopAutovacuum(database.url);
      const name = new URL(database.url).pathname.slice(1);
      for (const setting of isKept ? keptSettings : pooledSettings) {
        await runSql(database.url, `ALTER DATABASE ${name} SET ${setting}`);
      }
      if (isKept) await analyze(database.url);
      client = open(database.url);
      const plan = async () => {
        if (isKept) for (const { run } of cases) await run(client, unknown).catch(() => undefined);
      };
      await plan();
      view = openDatabaseView(database.url);
      await states[state]?.(database.url, plan);
    });

    afterAll(async () => {
      await view?.close();
      await client?.close();
      await database?.drop();
    });

    test('no statement reads more than it answers, and a few', async () => {
      const tooMany: string[] = [];
      for (const { name, run, most } of cases) {
        const before = await rowsRead(view, client.prisma);
        await run(client, filled);
        const read = difference(before, await rowsRead(view, client.prisma));
        if (read.rows > most) tooMany.push(`${name}: ${read.rows} rows, ${most} allowed (${read.where})`);
      }
      expect(tooMany).toEqual([]);
    });
  });
}

const runsSql =
  /\$(?:query|execute)Raw|\bsql\.(?:query|run)|prisma\.[a-z]\w+\.[a-z]\w+\(|prisma\.\$transaction/;
const begins =
  /^(?:export )?(?:async )?function\*? (\w+)|^(?:export )?const (\w+)(?:: \w+)? =|^(?:export )?class (\w+)/;
const beginsInClass = /^ {2}(?:async )?#?(\w+)\(/;

test('every function that runs SQL is listed', async () => {
  const root = new URL('../src/', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('generated') && !file.startsWith('connection'),
  );
  const found = new Set<string>();
  for (const file of files.sort()) {
    let name = '';
    let isInClass = false;
    for (const line of (await readFile(new URL(file, root), 'utf8')).split('\n')) {
      const match: RegExpExecArray | null =
        begins.exec(line) ?? (isInClass ? beginsInClass.exec(line) : null);
      name = match?.[1] ?? match?.[2] ?? name;
      if (begins.test(line)) isInClass = match?.[3] !== undefined;
      if (runsSql.test(line)) found.add(`${file} ${name}`);
    }
  }
  expect([...found].sort()).toEqual(Object.keys(statements).sort());
});
