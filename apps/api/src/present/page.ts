import { encodeCursor, type PageResource } from '@postroom/contracts';
import type { Page } from '@postroom/db';

/** A page of a list whose order follows `keyOf`: the id, unless the entries have none. */
export function presentPage<Item, Resource>(
  { items, hasMore }: Page<Item>,
  present: (item: Item) => Resource,
  keyOf: (item: Item) => string,
): PageResource<Resource> {
  const last = items.at(-1);
  return {
    data: items.map(present),
    nextCursor: hasMore && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}

/** A page of a list that is ordered by id. */
export const presentPageById = <Item extends { readonly id: string }, Resource>(
  page: Page<Item>,
  present: (item: Item) => Resource,
): PageResource<Resource> => presentPage(page, present, ({ id }) => id);
