import { setTimeout as sleep } from 'node:timers/promises';
import { type BackOff, backOffMs } from '@postroom/core';

/** Pauses of a loop whose work fails, which grow as long as it does. */
export type GrowingPause = {
  /** The work failed. What fails together, before the pause that follows is over, counts once. */
  met(): void;
  /** The work went well: there is no pause any more. */
  over(): void;
  /** Resolves when the pause is over, or at once when there is none; false: the process is stopping. */
  pass(): Promise<boolean>;
};

/** The longest leaves time enough to send what waited soon after the trouble is over, in milliseconds. */
const bounds: BackOff = { baseMs: 200, maxMs: 5_000 };

/** Opens the pauses of one loop. */
export function createGrowingPause(signal: AbortSignal): GrowingPause {
  let failures = 0;
  let untilMs = 0;
  return {
    met: () => {
      if (performance.now() < untilMs) return;
      failures += 1;
      untilMs = performance.now() + backOffMs(bounds, failures, Math.random());
    },
    over: () => {
      failures = 0;
      untilMs = 0;
    },
    pass: async () => {
      for (let waitMs = untilMs - performance.now(); waitMs > 0; waitMs = untilMs - performance.now()) {
        if (signal.aborted) break;
        // An aborted sleep rejects; the loop's condition says the same.
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
      return !signal.aborted;
    },
  };
}
