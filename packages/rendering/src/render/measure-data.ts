/** How large the data of one render is, as far as it matters for how long the render takes. */
export type DataSize = {
  /** Characters of its strings and keys, and a few for every other value. */
  readonly characters: number;
  /** Entries of its largest list or object: how often one loop can run at most. */
  readonly widest: number;
};

const charactersOfScalar = 8;

/** Measures JSON data; gives up with null as soon as it is larger than the limit. */
export function measureData(data: unknown, maxCharacters: number): DataSize | null {
  let characters = 0;
  let widest = 0;
  const pending: unknown[] = [data];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) {
      characters += typeof value === 'string' ? value.length : charactersOfScalar;
    } else {
      const entries = Array.isArray(value) ? value.length : pushEntries(value, pending);
      if (Array.isArray(value)) for (const item of value) pending.push(item);
      widest = Math.max(widest, entries);
      characters += charactersOfScalar * entries;
    }
    if (characters > maxCharacters) return null;
  }
  return { characters, widest };
}

function pushEntries(object: object, pending: unknown[]): number {
  let entries = 0;
  for (const [key, value] of Object.entries(object)) {
    pending.push(key, value);
    entries += 1;
  }
  return entries;
}
