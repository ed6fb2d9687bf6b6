import type { Sessions } from '../session/sessions.ts';
import type { Listener } from './listener.ts';

/** Whoever has brought no key for so long is ended, in milliseconds. */
const withoutKeyMs = 60_000;

/** A message may take so long, and then as long as its bytes take at the least rate, in bytes per millisecond. */
const graceMs = 60_000;
const leastRate = 4;

/** No message may take longer, however much of it has come, in milliseconds: what is in hand is memory of this process. */
const longestMs = 600_000;

const lookEveryMs = 5_000;

type SlowDeps = {
  readonly sessions: Sessions;
  readonly listeners: readonly Listener[];
  readonly nowMs: () => number;
};

/** The connections that take longer than any honest client: those without a key, and those whose message comes too slowly. Pure. */
export function overdueOf(
  sessions: Sessions,
  now: number,
): { readonly silent: ReadonlySet<string>; readonly slow: ReadonlySet<string> } {
  const isSilent: Parameters<Sessions['ids']>[0] = ({ caller, openedAtMs }) =>
    caller === null && now - openedAtMs > withoutKeyMs;
  const isSlow: Parameters<Sessions['ids']>[0] = ({ message }) => {
    if (message === null || message.isWhole) return false;
    const takenMs = now - message.beganAtMs;
    return takenMs > longestMs || takenMs - graceMs > message.bytes / leastRate;
  };
  return { silent: sessions.ids(isSilent), slow: sessions.ids(isSlow) };
}

/** Ends connections that take longer than any honest client; answers what stops it. */
export function endSlow({ sessions, listeners, nowMs }: SlowDeps): () => void {
  const timer = setInterval(() => {
    const { silent, slow } = overdueOf(sessions, nowMs());
    for (const listener of listeners) {
      listener.end(silent, 421, '4.4.2 No key was given in time.');
      listener.end(slow, 421, '4.4.2 The message comes too slowly.');
    }
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
