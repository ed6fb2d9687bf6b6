import { setTimeout as sleep } from 'node:timers/promises';
import type { Timing } from '../nouns/facts.ts';
import type { Size } from '../nouns/size.ts';
import { settleBounds } from '../nouns/timing.ts';

/** Ends a wait with an error that says what took too long; what was waited for goes on. */
export async function endWithin<T>(
  work: Promise<T>,
  { what, withinMs }: { readonly what: string; readonly withinMs: number },
): Promise<T> {
  const ended = new AbortController();
  const deadline = async (): Promise<never> => {
    await sleep(withinMs, undefined, { signal: ended.signal });
    throw new Error(`${what} did not end within ${Math.round(withinMs / 1_000)} s`);
  };
  try {
    return await Promise.race([work, deadline()]);
  } finally {
    ended.abort();
  }
}

/** A fault that is repeated may end processes and start others, each time. */
const eachFaultMs = 8_000;
const startMs = 60_000;

/** What a send may wait for that was put off by the longest pause. */
const longestPauseMs = 300_000;

type Bounded = {
  readonly size: Size;
  readonly timing: Timing;
  /** Recipients per second that SES takes. */
  readonly rate: number;
};

/** What hangs is told from what is slow: a machine may need twice the time. */
const slowness = 2;

/** How long a load and the faults under it may take, in milliseconds: whatever takes longer hangs. */
export const breakingBoundMs = (run: Bounded): number =>
  (startMs + run.size.seconds * 2_000 + run.size.kills * eachFaultMs) * slowness;

/** How long all of a run may take, in milliseconds, until what it left is checked. */
export const wholeBoundMs = (run: Bounded): number => {
  const drainMs = (run.size.sends / run.rate) * 2_000;
  const settlingMs = settleBounds(run.timing).unreported + longestPauseMs + drainMs;
  return 4 * startMs + breakingBoundMs(run) + settlingMs * slowness;
};
