import { openDatabase, type PrismaClient, SendReadStore } from '@postroom/db';
import type { RunOptions } from '../run-options.ts';
import { startDatabase } from '../stack/start-database.ts';
import { batchIdAt, fillSends, workspaceId } from './fill-sends.ts';
import { type ListQuery, listQueries } from './list-queries.ts';
import { type ListsReport, type QueryReport, type QueryTimes, slowOnes, timesOf } from './lists-report.ts';
import { explaining } from './query-plan.ts';

/** How often each page and count is measured. */
const runs = { full: 20, short: 3 } as const;

const owner = { workspaceId, isSimulated: false };

/** The greatest page there is. */
const limit = 100;

async function timesOfRuns(count: number, run: () => Promise<unknown>): Promise<QueryTimes> {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
  }
  return timesOf(times);
}

async function measureList(
  prisma: PrismaClient,
  { name, page }: ListQuery,
  count: number,
): Promise<QueryReport> {
  const explained = explaining(prisma);
  const { items } = await new SendReadStore(explained.prisma).list(owner, { ...page, limit });
  const plans = await explained.plans();
  return {
    name,
    rows: items.length,
    page: await timesOfRuns(count, () => new SendReadStore(prisma).list(owner, { ...page, limit })),
    counted: {
      ...(await new SendReadStore(prisma).count(owner, page.filter)),
      times: await timesOfRuns(count, () => new SendReadStore(prisma).count(owner, page.filter)),
    },
    // With several conditions, the last statement only reads the rows whose ids the one before it found.
    plan: plans.at(plans.length > 1 ? -2 : -1) ?? [],
  };
}

/** A batch of 1,000 sends, counted by status. */
async function measureBatch(prisma: PrismaClient, sends: number, count: number): Promise<QueryReport> {
  const explained = explaining(prisma);
  const ref = { workspaceId, id: batchIdAt(sends, 0.5) };
  const batch = await new SendReadStore(explained.prisma).findBatch(ref);
  return {
    name: 'one batch, by status',
    rows: batch === null ? 0 : 1,
    page: await timesOfRuns(count, () => new SendReadStore(prisma).findBatch(ref)),
    counted: null,
    plan: (await explained.plans()).at(-1) ?? [],
  };
}

/** Measures how long every kind of page and count takes when there are many sends. */
export async function runLists({ closeStack, say, sends, isShort }: RunOptions): Promise<ListsReport> {
  const count = runs[isShort ? 'short' : 'full'];
  say('lists: starting PostgreSQL');
  const { url: databaseUrl } = await startDatabase(closeStack, 'none');
  say(`lists: writing ${sends} sends`);
  await fillSends(databaseUrl, sends);
  const database = openDatabase({ url: databaseUrl, maxConnections: 2 });
  closeStack.defer('database', () => database.close());
  const queries: QueryReport[] = [];
  for (const query of listQueries(sends)) {
    say(`lists: ${query.name}`);
    queries.push(await measureList(database.prisma, query, count));
  }
  queries.push(await measureBatch(database.prisma, sends, count));
  return { kind: 'queries', command: 'lists', sends, queries, problems: slowOnes(queries) };
}
