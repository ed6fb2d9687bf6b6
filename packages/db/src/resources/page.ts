import { Prisma } from '../generated/client.ts';

/** What a list is asked for: at most `limit` entries that come after the one that `cursor` names. */
export type PageRequest = { readonly limit: number; readonly cursor?: string | undefined };

/** Some entries of a list, and whether there are more. */
export type Page<Item> = { readonly items: readonly Item[]; readonly hasMore: boolean };

/** Makes a page of rows of which one more than `limit` was asked for. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  return { items: rows.slice(0, limit).map(toItem), hasMore: rows.length > limit };
}

/** A page of rows of which `found` were there to choose from, one more than `limit` at most. */
export type BoundedRow = { readonly found: number };

/** Bytes of text that the rows of one page may have before its last one. */
const maxPageBytes = 4 * 1024 * 1024;

/**
 * Of a list's rows, in their order, those before which there are less than 4 MiB, and so always the first. `rows` is a query
 * whose column `bytes` says what is large about each; nothing of the others is read from where PostgreSQL keeps large values.
 */
export const withinBytes = (rows: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT * FROM (
    SELECT r.*, sum(r.bytes) OVER (ROWS UNBOUNDED PRECEDING) - r.bytes AS bytes_before, (count(*) OVER ())::int AS found
    FROM (${rows}) r) b
  WHERE b.bytes_before < ${maxPageBytes}::int`;

/** Makes a page of rows that came `withinBytes`: shorter than `limit` where they are large. */
export function toBoundedPage<Row extends BoundedRow, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  const items = rows.slice(0, limit).map(toItem);
  return { items, hasMore: (rows[0]?.found ?? 0) > items.length };
}
