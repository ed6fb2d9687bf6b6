import { seldom, shared } from '../shared.ts';

/** A scrape takes some ten milliseconds: whoever asks for more of them is told the last one again. */
const scrapes = { burst: 10, everyMs: 100 };

/** What counts, as far as it is told. */
export type Counted = { readonly contentType: string; readonly metrics: () => Promise<string> };

/** What `/metrics` answers with. */
export type Scrape = { readonly contentType: string; readonly bytes: Buffer };

/** Reads what a registry counts, once for all who ask at the same time, and no more often than it may cost. */
export const createScrape = (registry: Counted): (() => Promise<Scrape>) =>
  seldom(
    shared(async () => ({ contentType: registry.contentType, bytes: Buffer.from(await registry.metrics()) })),
    scrapes,
  );
