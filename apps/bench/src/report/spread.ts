/** The median of some runs, with the least and the greatest. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** Sums up the runs of one figure; throws when there are none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  const [min] = sorted;
  const max = sorted.at(-1);
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new Error('There is no spread of no values.');
  }
  return { median: (low + high) / 2, min, max };
}
