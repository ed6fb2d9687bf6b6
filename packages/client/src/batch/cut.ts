/** One request of a batch: so many entries from this place on. */
export type Chunk = { readonly offset: number; readonly size: number; readonly body: string };

/** A list that is to be cut into requests. */
export type CutPlan = {
  readonly count: number;
  readonly maxEntries: number;
  /** The JSON around the entries. */
  readonly before: () => string;
  readonly after: string;
  /** The JSON of one entry in the request that begins at `offset`. */
  readonly encode: (index: number, offset: number) => string;
};

/** The server takes 25 MiB; what stands between may count otherwise. */
const maxBodyBytes = 24 * 1024 * 1024;

const utf8 = new TextEncoder();
const byteLength = (text: string) => utf8.encode(text).length;

/**
 * Cuts a list into requests that are neither too many entries nor too many bytes. One is made when it is asked for,
 * so that a long list is never in memory as a whole. An entry too large for any request goes alone, to be refused by
 * the server; an empty list makes one empty request.
 */
export function* cut(plan: CutPlan): Generator<Chunk, void> {
  const { count, maxEntries, after, encode } = plan;
  const before = plan.before();
  const frameBytes = byteLength(before) + byteLength(after);
  let offset = 0;
  do {
    const entries: string[] = [];
    let bytes = frameBytes;
    while (entries.length < maxEntries && offset + entries.length < count) {
      const entry = encode(offset + entries.length, offset);
      bytes += byteLength(entry) + 1;
      if (entries.length > 0 && bytes > maxBodyBytes) break;
      entries.push(entry);
    }
    yield { offset, size: entries.length, body: `${before}${entries.join(',')}${after}` };
    offset += entries.length;
  } while (offset < count);
}
