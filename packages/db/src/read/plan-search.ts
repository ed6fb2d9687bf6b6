import type { SendOwner, SendsFilter } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder, unseen } from '../look-up.ts';
import { createdWithin, type IdRange, nextId, type Source, sourcesOf } from './send-filter.ts';

/** Which ids of which source there are. */
type Range = {
  readonly source: Source;
  readonly ids: IdRange;
  /** As many are enough. */
  readonly limit: number;
  readonly order?: 'newest first' | 'oldest first';
};

/**
 * A query for ids of a source in order. Each arm is an index read from its end, and they are merged as they are read,
 * so that none is read further than it is needed. The outermost LIMIT is for the caller to add.
 *
 * Rows of all the index's columns are compared and ordered, so that nothing else than this index can answer in order.
 */
export function walk({ source, ids, limit, order = 'newest first' }: Range): Prisma.Sql {
  const direction = order === 'newest first' ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const arms = source.arms.map(({ table, columns, values, id, least, met = Prisma.sql`true` }) => {
    const key = Prisma.join([...columns, id]);
    const unseenValues = values.map(unseen);
    const begin = Prisma.join(unseenValues);
    const order = Prisma.join([...columns, id].map((column) => Prisma.sql`${column} ${direction}`));
    const from =
      least === undefined ? Prisma.sql`${ids.from}::uuid` : Prisma.sql`greatest(${ids.from}::uuid, ${least})`;
    // The last column before the id is said to have a value: what the index of statuses is partial by.
    const hasValue = Prisma.sql`${columns.at(-1)} >= ${unseenValues.at(-1)}`;
    return Prisma.sql`
      (SELECT ${id} AS id FROM ${table}
       WHERE ${hasValue} AND (${key}) >= (${begin}, ${from}) AND (${key}) < (${begin}, ${ids.below}::uuid)
         AND ${met}
       ORDER BY ${order} LIMIT ${limit}::int)`;
  });
  return Prisma.sql`SELECT id FROM (${Prisma.join(arms, ' UNION ALL ')}) AS arm ORDER BY id ${direction}`;
}

/** How sends are found: `driver` is walked, newest first, and its ids are looked up in the others. */
export type Search = {
  readonly driver: Source;
  readonly others: readonly Source[];
  readonly ids: IdRange;
};

/** How dense a source is shows in how far back its newest so many ids reach. */
const sampleSize = 1_000;

type Edges = { readonly newest: string | null; readonly oldest: string | null };

/** The ids between which all sources that have any have some, or null when none has. */
async function findOverlap(
  prisma: PrismaClient,
  sources: readonly Source[],
  ids: IdRange,
): Promise<{ readonly newest: string; readonly oldest: string } | null> {
  const edge = (source: Source, order: 'newest first' | 'oldest first') =>
    Prisma.sql`(${walk({ source, ids, limit: 1, order })} LIMIT 1)`;
  const edges = sources.map(
    (source) =>
      Prisma.sql`SELECT ${edge(source, 'newest first')} AS newest, ${edge(source, 'oldest first')} AS oldest`,
  );
  const rows = await inOrder(prisma, prisma.$queryRaw<Edges[]>`${Prisma.join(edges, ' UNION ALL ')}`);
  const [newest] = rows.flatMap((row) => row.newest ?? []).toSorted();
  const oldest = rows
    .flatMap((row) => row.oldest ?? [])
    .toSorted()
    .at(-1);
  return newest === undefined || oldest === undefined ? null : { newest, oldest };
}

/** The sources, first the one whose newest ids are the fewest. */
async function sparsestFirst(
  prisma: PrismaClient,
  sources: readonly Source[],
  ids: IdRange,
): Promise<readonly Source[]> {
  const reaches = sources.map(
    (source, at) => Prisma.sql`
      SELECT ${at}::int AS at, (
        ${walk({ source, ids, limit: sampleSize })} LIMIT 1 OFFSET ${sampleSize - 1}::int) AS reach`,
  );
  const rows = await inOrder(
    prisma,
    prisma.$queryRaw<{ readonly at: number }[]>`
    SELECT at FROM (${Prisma.join(reaches, ' UNION ALL ')}) AS sampled ORDER BY reach NULLS FIRST`,
  );
  return rows.flatMap(({ at }) => sources[at] ?? []);
}

/**
 * Finds out how to search below an id: which source to walk, and between which ids. Null when there is nothing.
 *
 * The planner knows how often a value occurs and not where: it takes a walk past a whole backlog for a short one. But
 * a backlog is the newest of all, and what failed may be the oldest: two sources can be large and hardly overlap. So
 * the edges of each are asked for, a step down an index each, and then how dense each is where they overlap.
 */
export async function planSearch(
  prisma: PrismaClient,
  owner: SendOwner,
  { filter, below }: { readonly filter: SendsFilter; readonly below?: string | undefined },
): Promise<Search | null> {
  const created = createdWithin(filter, below);
  const all = sourcesOf(owner, filter);
  const sources = all.filter(({ arms }) => arms.length > 0);
  const checks = all.filter(({ arms }) => arms.length === 0);
  const overlap = await findOverlap(prisma, sources, created);
  if (overlap === null || overlap.newest < overlap.oldest) return null;
  const ids = { from: overlap.oldest, below: nextId(overlap.newest) };
  const [driver = all[0], ...others] = await sparsestFirst(prisma, sources, ids);
  // What has to be looked at in the rows comes last, when few are left.
  return { driver, others: [...others, ...checks], ids };
}
