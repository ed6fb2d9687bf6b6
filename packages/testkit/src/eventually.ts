import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long `eventually` keeps trying (90 s unless told) and how often it looks: unless told after 20 ms at first, and then
 * more and more seldom, down to every 200 ms, so that what waits long takes little from what it waits for.
 */
export type EventuallyOptions = {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** What was waited for, in the failure's first words. */
  readonly what?: string;
};

const firstIntervalMs = 20;
const longestIntervalMs = 200;
const growth = 1.1;

/** What hangs is told from what is slow, on a machine that does other work too. */
const usualMs = 90_000;

/**
 * Repeats `check` until it neither throws nor returns `false`, and resolves with what it returned;
 * rejects after the time-out with the last failure as its message and cause.
 */
export async function eventually<T>(
  check: () => T | false | Promise<T | false>,
  { timeoutMs = usualMs, intervalMs, what = 'The condition' }: EventuallyOptions = {},
): Promise<T> {
  const startedAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    let failure: unknown = new Error('the check returned false');
    try {
      const value = await check();
      if (value !== false) return value;
    } catch (error) {
      failure = error;
    }
    const elapsedMs = Math.round(performance.now() - startedAt);
    if (elapsedMs >= timeoutMs) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      throw new Error(`${what} did not hold within ${elapsedMs} ms (${tries} tries); last: ${reason}`, {
        cause: failure,
      });
    }
    await sleep(intervalMs ?? Math.min(longestIntervalMs, firstIntervalMs * growth ** (tries - 1)));
  }
}
