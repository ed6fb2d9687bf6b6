import type { LateFact } from '../facts/facts.ts';

/** Where those begin that were seen at that moment or later; they stand in the order of time. */
function firstSeenFrom(lates: readonly LateFact[], fromMs: number): number {
  let low = 0;
  let high = lates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lates[middle]?.monotonicMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * By how much a message may have been seen later than it was written, between two moments: as late as anything was seen
 * that was on its way meanwhile, in milliseconds. A long run has tens of thousands of each: only those are looked at.
 */
export function mostLateMs(lates: readonly LateFact[], fromMs: number, untilMs: number): number {
  let most = 0;
  for (let at = firstSeenFrom(lates, fromMs); ; at += 1) {
    const late = lates[at];
    if (late === undefined || late.monotonicMs - late.ms > untilMs) return most;
    most = Math.max(most, late.ms);
  }
}

/** How much longer one message may be on its way than another, on a machine that runs nothing else. */
export const unevenWayMs = 30;
