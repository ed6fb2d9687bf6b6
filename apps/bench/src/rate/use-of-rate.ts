import type { Arrival } from './ledger.ts';

/** What is left out at the beginning, until the workers have found their pace, and at the end, when they run dry; in ms. */
const edgeMs = { start: 2_000, end: 500 } as const;

/** How a rate was used, by recipients: the part of it, over the whole run but for its edges, and the most in a sliding second. */
export type UseOfRate = { readonly used: number; readonly peak: number };

const recipientsOf = (arrivals: readonly Arrival[]) =>
  arrivals.reduce((sum, { recipientsCount }) => sum + recipientsCount, 0);

/** The most recipients in any sliding second: of those that ended by a given arrival, and began less than a second before. */
function peakOf(arrivals: readonly Arrival[]): number {
  let [from, sum, peak] = [0, 0, 0];
  for (const { monotonicMs, recipientsCount } of arrivals) {
    sum += recipientsCount;
    for (let first = arrivals[from]; first !== undefined && first.monotonicMs <= monotonicMs - 1_000; ) {
      sum -= first.recipientsCount;
      from += 1;
      first = arrivals[from];
    }
    peak = Math.max(peak, sum);
  }
  return peak;
}

/** Judges what SES got, as it counts. */
export function useOfRate(arrivals: readonly Arrival[], rate: number): UseOfRate {
  const startMs = (arrivals[0]?.monotonicMs ?? 0) + edgeMs.start;
  const endMs = (arrivals.at(-1)?.monotonicMs ?? 0) - edgeMs.end;
  const [first, ...others] = arrivals.filter(
    ({ monotonicMs }) => monotonicMs >= startMs && monotonicMs <= endMs,
  );
  const last = others.at(-1);
  const used =
    first === undefined || last === undefined
      ? 0
      : recipientsOf(others) / ((last.monotonicMs - first.monotonicMs) / 1_000) / rate;
  return { used, peak: peakOf(arrivals) };
}
