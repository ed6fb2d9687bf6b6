import type { IncomingHttpHeaders } from 'node:http';

/**
 * How far our clock is behind the one of whoever answered, in milliseconds, by the answer's `Date`; null: it does not tell,
 * as one from a cache does not. The same rule as the SDK's, so that its calls and ours share one clock: a signature that is
 * off by more than five minutes is refused, and the answer to it sets the clock right for the next.
 */
export function findClockOffset({ date, age }: IncomingHttpHeaders, receivedAt: number): number | null {
  if (date === undefined || age !== undefined) return null;
  const theirs = Date.parse(date);
  return Number.isNaN(theirs) ? null : theirs - receivedAt;
}
