import type { SnapshotContent } from '@postroom/core';
import { LRUCache } from 'lru-cache';

/** What is kept for a snapshot, as long as it is among the most recently used. */
export type SnapshotCache<Value> = { get(snapshot: SnapshotContent): Value };

/** Characters of source that one cache keeps compiled; compiled code takes some ten times as much. */
const maxCachedCharacters = 8 * 1024 * 1024;

/**
 * Keeps what `prepare` makes of a snapshot, by its id, bounded by count and by size of source.
 * An id that comes with other content (a preview, say) is prepared anew, never mistaken.
 */
export function createSnapshotCache<Value extends object>(
  maxEntries: number,
  prepare: (snapshot: SnapshotContent) => Value,
): SnapshotCache<Value> {
  const cache = new LRUCache<string, { snapshot: SnapshotContent; value: Value }>({
    max: maxEntries,
    maxSize: maxCachedCharacters,
    sizeCalculation: ({ snapshot: { subject, html, text } }) =>
      1 + subject.length + (html?.length ?? 0) + (text?.length ?? 0),
  });
  return {
    get(snapshot) {
      const known = cache.get(snapshot.id);
      if (known !== undefined && hasSameContent(known.snapshot, snapshot)) return known.value;
      const value = prepare(snapshot);
      const { id, kind, subject, html, text } = snapshot;
      cache.set(id, { snapshot: { id, kind, subject, html, text }, value });
      return value;
    },
  };
}

function hasSameContent(a: SnapshotContent, b: SnapshotContent): boolean {
  return a.subject === b.subject && a.html === b.html && a.text === b.text;
}
