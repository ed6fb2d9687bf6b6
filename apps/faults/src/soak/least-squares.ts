/** One reading of something that should not grow. */
export type Sample = { readonly atMs: number; readonly value: number };

/** The slope of the straight line that fits the samples best, per minute; 0 of fewer than two. */
export function slopePerMinute(samples: readonly Sample[]): number {
  const count = samples.length;
  if (count < 2) return 0;
  const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / count;
  const mean = meanOf(samples);
  const spread = samples.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  if (spread === 0) return 0;
  const shared = samples.reduce((sum, { atMs, value }) => sum + (atMs - meanAt) * (value - mean), 0);
  return (shared / spread) * 60_000;
}

/** The mean of the values; 0 of none. */
export const meanOf = (samples: readonly Sample[]): number =>
  samples.length === 0 ? 0 : samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
