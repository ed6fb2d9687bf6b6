import * as z from 'zod';

/** How often a floor does its work in one run, and for how many emails each time. */
export const floorRunSchema = z.object({ calls: z.int().positive(), emailsPerCall: z.int().positive() });
type FloorRun = z.infer<typeof floorRunSchema>;

/** What a run took: in seconds as a whole, and in milliseconds for each call where calls come one by one. */
type FloorResult = { readonly seconds: number; readonly latenciesMs: readonly number[] };

/** The least that some part of the pipeline can cost: the library alone. `prepare` is not measured. */
export type Floor = {
  prepare(run: FloorRun): Promise<void> | void;
  run(): Promise<FloorResult> | FloorResult;
};

/** A floor whose calls, each with what was made for so many emails, come one after the other and are timed each. */
export function floorInTurn<Item>(
  make: (emails: number) => Item,
  call: (item: Item) => Promise<unknown>,
): Floor {
  let items: Item[] = [];
  return {
    prepare: ({ calls, emailsPerCall }) => {
      items = Array.from({ length: calls }, () => make(emailsPerCall));
    },
    run: async () => {
      const latenciesMs: number[] = [];
      const startedAt = performance.now();
      for (const item of items) {
        const callAt = performance.now();
        await call(item);
        latenciesMs.push(performance.now() - callAt);
      }
      return { seconds: (performance.now() - startedAt) / 1000, latenciesMs };
    },
  };
}
