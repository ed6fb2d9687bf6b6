import { maxExactCount } from '@postroom/contracts';
import type { SendOwner } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { findIds } from './find-ids.ts';
import { walk } from './plan-search.ts';
import { createdWithin, isWithin, type SendsFilter, type Source, sourcesOf } from './send-filter.ts';

/** How many sends there are; an estimate says that there are more than 10,000, and about how many. */
export type SendsCount = { readonly count: number; readonly isEstimate: boolean };

/** Counting stops here: one more than what is told exactly. */
const enough = maxExactCount + 1;

async function countOne(prisma: PrismaClient, source: Source, filter: SendsFilter): Promise<number> {
  const ids = walk({ source, ids: createdWithin(filter), limit: enough });
  const [row] = await inOrder(
    prisma,
    prisma.$queryRaw<{ readonly count: number }[]>`
    SELECT count(*)::int AS count FROM (${ids} LIMIT ${enough}::int) AS matching`,
  );
  return row?.count ?? 0;
}

/** How many rows the planner expects, which the first line of a plan says. */
async function estimate(
  prisma: PrismaClient,
  [source, ...others]: readonly [Source, ...Source[]],
  filter: SendsFilter,
): Promise<number> {
  const created = isWithin(createdWithin(filter));
  const all = source.only((id) => {
    const inOthers = others.map((other) => Prisma.sql`${id} IN (${other.only(created)})`);
    return Prisma.join([created(id), ...inOthers], ' AND ');
  });
  const [plan] = await prisma.$queryRaw<{ readonly 'QUERY PLAN': string }[]>`EXPLAIN ${all}`;
  return Number(/ rows=(\d+) /.exec(plan?.['QUERY PLAN'] ?? '')?.[1] ?? 0);
}

/**
 * Counts an owner's sends that a filter lets through: exactly up to 10,000, which costs no more than a page at
 * that offset; beyond, it says what the planner expects, and never less than 10,001.
 */
export async function countSends(
  prisma: PrismaClient,
  owner: SendOwner,
  filter: SendsFilter,
): Promise<SendsCount> {
  const sources = sourcesOf(owner, filter);
  const isOne = sources.length === 1;
  const count = isOne
    ? await countOne(prisma, sources[0], filter)
    : (await findIds(prisma, { owner, filter, skip: enough, take: 0 })).met;
  if (count <= maxExactCount) return { count, isEstimate: false };
  return { count: Math.max(enough, await estimate(prisma, sources, filter)), isEstimate: true };
}
