import { setTimeout as sleep } from 'node:timers/promises';

/** How often a waiting job looks whether it may go on, in milliseconds. */
const lookEveryMs = 200;

/**
 * Keeps a job in hand while everything waits: no attempt is spent, no more jobs are taken than may be in
 * hand, and they go on as soon as they may. Resolves early when the process is stopping.
 */
export async function waitWhile(mustWait: () => boolean, signal: AbortSignal): Promise<void> {
  while (mustWait() && !signal.aborted) {
    // An aborted sleep rejects; the loop's condition says the same.
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
