import { useEffect } from 'preact/hooks';
import { useList } from './use-list.ts';

/** The most that are loaded: nobody chooses among more. */
const most = 1_000;

/** All entries of a list, for those who name or choose among them. */
export function useAll<Item>(path: string): readonly Item[] {
  const { items, more } = useList<Item>(`${path}?limit=100`);
  useEffect(() => {
    if (items.length < most) void more();
  });
  return items;
}
