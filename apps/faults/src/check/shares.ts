/** How many sends SES took from each worker, by its process. */
export type SentBy = ReadonlyMap<number, number>;

/** The least of an even share that a worker has to take: it has its part in the work, whatever else the machine does. */
const leastPart = 0.1;

/** What each of these workers had taken by SES after a moment that it had not before, in their order. */
export const sharesOf = (workers: readonly number[], before: SentBy, after: SentBy): readonly number[] =>
  workers.map((pid) => (after.get(pid) ?? 0) - (before.get(pid) ?? 0));

/** The workers that took next to nothing of what went out while all of them were there. */
export function idleAmong(workers: readonly number[], shares: readonly number[]): readonly number[] {
  const all = shares.reduce((sum, share) => sum + share, 0);
  const least = Math.max(1, (leastPart * all) / workers.length);
  return workers.filter((_, at) => (shares[at] ?? 0) < least);
}
