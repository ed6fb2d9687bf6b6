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

/** The value that `percent` of all values do not pass (nearest rank); throws when there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('There is no percentile of no values.');
  return value;
}
