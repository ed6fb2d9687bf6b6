import type { SendOwner, SendsFilter } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { planSearch, type Search, walk } from './plan-search.ts';

/** What is looked for: `take` ids of those that meet the filter, newest first, after passing over `skip`. */
export type Wanted = {
  readonly owner: SendOwner;
  readonly filter: SendsFilter;
  /** Only ids before this one. */
  readonly below?: string | undefined;
  readonly skip: number;
  readonly take: number;
  /** No more ids are looked at than this, whatever was found among them; at least 1. */
  readonly most?: number | undefined;
};

/** The ids that were found, newest first, and how many there are with those that were passed over. */
export type FoundIds = {
  readonly ids: readonly string[];
  readonly met: number;
  /** The last that was looked at, where as many were as may be: what comes after it is not known. */
  readonly stoppedAt: string | null;
};

type Stride = {
  /** How many ids of the driver it looked at, and the last of them. */
  readonly walked: number;
  readonly reached: string | null;
  /** How many of those met every condition, and which of them were wanted. */
  readonly met: number;
  readonly ids: readonly string[];
};

const none: Stride = { walked: 0, reached: null, met: 0, ids: [] };

/** A stride is no shorter than this: a statement costs as much as looking up hundreds of ids. */
const minStride = 500;
/** And no longer, so that what is held in memory stays small: 50,000 ids are 0.8 MB. */
const maxStride = 50_000;

/**
 * Walks the driver for `size` ids and looks them up in the others. They are looked up all at once and in their order,
 * which reads every page of an index once; one at a time, each would begin at its root.
 */
async function takeStride(
  prisma: PrismaClient,
  { driver, others, ids }: Search,
  { size, skip, take }: { readonly size: number; readonly skip: number; readonly take: number },
): Promise<Stride> {
  const meeting = others.reduce(
    (met, other) => Prisma.sql`(${other.among(Prisma.sql`SELECT id FROM ${met} AS met`)})`,
    Prisma.sql`walked`,
  );
  const [stride = none] = await inOrder(
    prisma,
    prisma.$queryRaw<Stride[]>`
    WITH walked AS MATERIALIZED (
      ${walk({ source: driver, ids, limit: size })} LIMIT ${size}::int
    ), meeting AS MATERIALIZED (
      SELECT id FROM ${meeting} AS met
    )
    SELECT
      (SELECT count(*)::int FROM walked) AS walked,
      (SELECT id FROM walked ORDER BY id LIMIT 1) AS reached,
      (SELECT count(*)::int FROM meeting) AS met,
      ARRAY(SELECT id FROM meeting ORDER BY id DESC LIMIT ${take}::int OFFSET ${skip}::int) AS ids`,
  );
  return stride;
}

/** How long the next stride has to be if as many meet the conditions as in this one, and a tenth more. */
const sizeAfter = ({ walked, met }: Stride, missing: number): number =>
  Math.min(maxStride, Math.max(minStride, Math.ceil((1.1 * missing * walked) / Math.max(met, 1))));

/**
 * Finds the ids that meet several conditions, stride by stride, each planned anew: there may be a gap between two
 * that no source has to walk through. At the most it costs as many look-ups as the sparsest source has ids where all
 * of them overlap.
 */
export async function findIds(prisma: PrismaClient, wanted: Wanted): Promise<FoundIds> {
  const { owner, filter, skip, take, most = Number.POSITIVE_INFINITY } = wanted;
  const found: string[] = [];
  let { below } = wanted;
  let met = 0;
  let looked = 0;
  let size = Math.min(maxStride, Math.max(minStride, skip + take), most);
  for (;;) {
    const search = await planSearch(prisma, owner, { filter, below });
    if (search === null) break;
    const rest = { skip: Math.max(0, skip - met), take: take - found.length };
    const stride = await takeStride(prisma, search, { size, ...rest });
    found.push(...stride.ids);
    met += stride.met;
    if (met >= skip + take || stride.walked < size || stride.reached === null) break;
    below = stride.reached;
    looked += stride.walked;
    if (looked >= most) return { ids: found, met, stoppedAt: below };
    size = Math.min(sizeAfter(stride, skip + take - met), most - looked);
  }
  return { ids: found, met, stoppedAt: null };
}
