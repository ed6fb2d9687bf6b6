import { setTimeout as timer } from 'node:timers/promises';
import { type BackOff, backOffMs } from '@postroom/core';
import type { RecurringErrors } from '@postroom/process';

/** What one turn of a loop came to. `failed`: it has noted what went wrong by itself. */
export type Turn =
  | { readonly kind: 'idle' }
  | { readonly kind: 'more'; readonly afterMs: number }
  | { readonly kind: 'failed' };

export type RepeatOptions = {
  /** Between two turns that found nothing more to do, and after the first that failed, in milliseconds. */
  readonly intervalMs: number;
  /** The longest pause while turn after turn fails, in milliseconds; never less than `intervalMs`. */
  readonly longestPauseMs: number;
  /** The name under which a turn is noted that throws. */
  readonly failure: string;
  readonly errors: RecurringErrors;
  /** Resolves after so long, or once the signal is aborted; a timer unless told. */
  readonly pause?: (waitMs: number, signal: AbortSignal) => Promise<void>;
};

async function pauseByTimer(waitMs: number, signal: AbortSignal): Promise<void> {
  // An aborted timer rejects; the loop's condition says the same.
  await timer(waitMs, undefined, { signal }).catch(() => undefined);
}

/** Of a length by chance but for the first, so that workers that failed together do not come again together. */
function failedPauseMs(bounds: BackOff, failures: number): number {
  return failures > 1 ? backOffMs(bounds, failures, Math.random()) : bounds.baseMs;
}

/**
 * Takes turn after turn, one at a time, until it is stopped: at once again, or after the rest that a turn asks for, while
 * there is more to do, and else every `intervalMs`. Turns that fail come more and more seldom, until one goes well.
 */
export function runRepeatedly(
  takeTurn: () => Promise<Turn>,
  { intervalMs, longestPauseMs, failure, errors, pause = pauseByTimer }: RepeatOptions,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const bounds: BackOff = { baseMs: intervalMs, maxMs: Math.max(intervalMs, longestPauseMs) };
  const failing = (error: unknown): Turn => {
    errors.note({ event: failure, error });
    return { kind: 'failed' };
  };
  let failures = 0;
  const waitAfter = (turn: Turn): number => {
    failures = turn.kind === 'failed' ? failures + 1 : 0;
    if (turn.kind === 'more') return turn.afterMs;
    return turn.kind === 'idle' ? intervalMs : failedPauseMs(bounds, failures);
  };
  const loop = async () => {
    while (!signal.aborted) {
      const waitMs = waitAfter(await takeTurn().catch(failing));
      if (waitMs > 0 && !signal.aborted) await pause(waitMs, signal);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
