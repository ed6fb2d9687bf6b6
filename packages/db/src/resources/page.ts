/** One resource of one workspace; what another workspace owns counts as missing. */
export type ResourceRef = { readonly workspaceId: string; readonly id: string };

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
