import * as z from 'zod';

const pageSchema = z.object({
  entries: z.array(z.object({ seq: z.int(), monotonicMs: z.number(), recipientsCount: z.int() })),
  lastSeq: z.int(),
});

/** One message as SES got it. */
export type Arrival = { readonly monotonicMs: number; readonly recipientsCount: number };

async function page(sesUrl: string, from: number, limit: number) {
  const response = await fetch(`${sesUrl}/_fake/ledger?from=${from}&limit=${limit}`);
  return pageSchema.parse(await response.json());
}

/** The number of the newest message that SES has got. */
export async function lastSeq(sesUrl: string): Promise<number> {
  return (await page(sesUrl, 0, 0)).lastSeq;
}

/** All that SES has got after a number, in the order of time, by its own clock. */
export async function arrivalsAfter(sesUrl: string, seq: number): Promise<readonly Arrival[]> {
  return (await page(sesUrl, seq, 50_000)).entries;
}
