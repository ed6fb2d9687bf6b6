import * as z from 'zod';
import type { Floor } from './floor.ts';

/** What floors that call SES are told. */
export const lanesSchema = z.object({ sesUrl: z.url(), concurrency: z.int().positive() });

/** A floor that makes one call for each email, so many at once. */
export function inLanes(concurrency: number, call: () => Promise<unknown>): Floor {
  let left = 0;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  return {
    prepare: ({ calls, emailsPerCall }) => {
      left = calls * emailsPerCall;
    },
    run: async () => {
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: concurrency }, lane));
      return { seconds: (performance.now() - startedAt) / 1000, latenciesMs: [] };
    },
  };
}
