import { setTimeout as sleep } from 'node:timers/promises';

export type WatchdogOptions = {
  /** Milliseconds since the last claim statement that came back. */
  readonly sinceLastClaimMs: () => number;
  /** Whether jobs are waiting and nothing but this process keeps them; rejects while a server is away. */
  readonly hasDueWork: () => Promise<boolean>;
  /** How long a worker may have work and reach nothing before it gives its place to a new process; a minute unless told. */
  readonly stuckAfterMs?: number | undefined;
};

/** Looks per time to be stuck: each of them has to find work and no claim. */
const looks = 12;

/** An answer that takes longer than the next look is none: a server is away. */
async function answerBefore(
  answer: Promise<boolean>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const late = sleep(deadlineMs, false, { signal });
  return Promise.race([answer, late]).catch(() => false);
}

/**
 * Resolves with `stuck` once there was due work and no claim for a minute although both servers answered: the
 * supervisor then starts a fresh process. BullMQ's consumers have stopped for ever after outages before. Time in which
 * a server was away, nothing waited, or this process itself stood still, does not count.
 */
export function watchProgress(options: WatchdogOptions): {
  readonly stuck: Promise<'stuck'>;
  stop(): void;
} {
  const { sinceLastClaimMs, hasDueWork, stuckAfterMs = 60_000 } = options;
  const everyMs = stuckAfterMs / looks;
  const stopping = new AbortController();
  const { signal } = stopping;

  const watch = async (): Promise<'stuck'> => {
    let found = 0;
    for (;;) {
      const pausedAt = performance.now();
      await sleep(everyMs, undefined, { signal });
      const stoodStill = performance.now() - pausedAt > 3 * everyMs;
      const claimedLately = sinceLastClaimMs() < everyMs;
      // Only a worker that claims nothing has to open a connection to ask.
      const mayBeStuck = !claimedLately && !stoodStill;
      found = mayBeStuck && (await answerBefore(hasDueWork(), everyMs, signal)) ? found + 1 : 0;
      if (found >= looks) return 'stuck';
    }
  };

  // A watch that was stopped finds nothing any more.
  const stuck = watch().catch(() => new Promise<never>(() => undefined));
  return { stuck, stop: () => stopping.abort() };
}
