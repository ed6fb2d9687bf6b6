/** Bounds of a back-off, in milliseconds. */
export type BackOff = { readonly baseMs: number; readonly maxMs: number };

/** After an outage of the provider: 2 s, 4 s, ... at most 5 min. */
export const outageBackOff: BackOff = { baseMs: 2_000, maxMs: 300_000 };

/** After throttling: soon, since every replica slows down as well. */
export const throttleBackOff: BackOff = { baseMs: 500, maxMs: 8_000 };

/** After there was no place in the line for a rendering: soon, since most lines are short, and who missed its turn before comes first. */
export const lineBackOff: BackOff = { baseMs: 1_000, maxMs: 8_000 };

/**
 * Exponential back-off with jitter: between half and all of `base * 2^(failures - 1)`, capped.
 * `random` is in [0, 1).
 */
export function backOffMs(bounds: BackOff, failures: number, random: number): number {
  const full = Math.min(bounds.maxMs, bounds.baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.round(full * (0.5 + random / 2));
}
