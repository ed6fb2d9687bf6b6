import type { SendOwner, StoredSend } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { type BoundedRow, type Page, toBoundedPage, withinBytes } from '../resources/page.ts';
import { findIds } from './find-ids.ts';
import { walk } from './plan-search.ts';
import { createdWithin, type SendsFilter, sourcesOf } from './send-filter.ts';
import { type SendRow, sendColumns, toStoredSend } from './send-row.ts';

/** Which page of the sends that a filter lets through. */
export type SendsPage = {
  readonly filter: SendsFilter;
  readonly limit: number;
  /** How many to pass over. */
  readonly offset?: number | undefined;
  /** The id of the last send seen: the page begins with the next older one. */
  readonly cursor?: string | undefined;
};

/** A query for the ids of a page and of one send more. */
async function idsOf(
  prisma: PrismaClient,
  owner: SendOwner,
  { filter, limit, offset = 0, cursor }: SendsPage,
): Promise<Prisma.Sql> {
  const [source, ...others] = sourcesOf(owner, filter);
  if (others.length === 0) {
    const range = { source, ids: createdWithin(filter, cursor), limit: offset + limit + 1 };
    return Prisma.sql`${walk(range)} LIMIT ${limit + 1}::int OFFSET ${offset}::int`;
  }
  const wanted = { owner, filter, below: cursor, skip: offset, take: limit + 1 };
  const { ids } = await findIds(prisma, wanted);
  return Prisma.sql`SELECT unnest(${[...ids]}::uuid[]) AS id`;
}

/** What may be large about a send that is listed. A name is quoted in the answer, and what was quoted of it once more. */
const bytes = Prisma.sql`2 * coalesce(octet_length(s.cc::text), 0) + coalesce(octet_length(s.tags::text), 0)`;

/**
 * One page of an owner's sends, newest first. Ids are found in the indexes, and only those of the page are joined
 * with their rows. Pages that are walked by cursor show every send once that was there at the first of them.
 */
export async function listSends(
  prisma: PrismaClient,
  owner: SendOwner,
  page: SendsPage,
): Promise<Page<StoredSend>> {
  const sized = Prisma.sql`
    WITH page AS MATERIALIZED (${await idsOf(prisma, owner, page)})
    SELECT ${sendColumns}, ${bytes} AS bytes
    FROM page CROSS JOIN LATERAL (SELECT * FROM email_sends WHERE id = page.id OFFSET 0) s
    CROSS JOIN LATERAL (SELECT subject FROM template_snapshots WHERE id = s.snapshot_id OFFSET 0) t
    WHERE s.workspace_id = ${owner.workspaceId}::uuid AND s.simulated = ${owner.isSimulated}::boolean
    ORDER BY s.id DESC`;
  const rows = await inOrder(prisma, prisma.$queryRaw<(SendRow & BoundedRow)[]>`${withinBytes(sized)}`);
  return toBoundedPage(rows, page.limit, toStoredSend);
}
