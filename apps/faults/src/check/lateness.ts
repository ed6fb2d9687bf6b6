import type { LateFact } from '../facts/facts.ts';

/**
 * By how much a message may have been seen later than it was written, between two moments: as late as anything was seen
 * that was on its way meanwhile, in milliseconds.
 */
export const mostLateMs = (lates: readonly LateFact[], fromMs: number, untilMs: number): number =>
  lates
    .filter(({ monotonicMs, ms }) => monotonicMs >= fromMs && monotonicMs - ms <= untilMs)
    .reduce((most, { ms }) => Math.max(most, ms), 0);

/** How much longer one message may be on its way than another, on a machine that runs nothing else. */
export const unevenWayMs = 30;
