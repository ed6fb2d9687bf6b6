import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../problem.ts';
import { aborted } from './stop-request.ts';

/** A process that is ready for work. */
export type Running = {
  readonly pid: number;
  /** Resolves, when the process is gone, with how it ended: `ended with code 1`, `was ended by SIGKILL`. */
  readonly exited: Promise<string>;
  /** Ends it in its orderly way and resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
};

/** Starts the process and resolves once it is ready; an aborted signal makes it give up and leave nothing. */
export type Start = (signal: AbortSignal) => Promise<Running>;

/** A process that is started again when it dies. */
export type Kept = {
  readonly name: string;
  /** Null while it is being started again. */
  pid(): number | null;
  /** Ends it for good, whatever state it is in; may be called again. */
  stop(): Promise<void>;
  /** The same without waiting for what it has in hand. */
  kill(): void;
};

/** How one process is kept running; `say` hears of every death and of every failed start after it. */
export type KeepOptions = {
  readonly name: string;
  readonly start: Start;
  /** Aborted when the whole stack gives up before this process is ready. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  readonly onChange: () => void;
};

/** A process that ran this long was well: the next pause is the shortest again. */
const healthyAfterMs = 30_000;

/** The pause before a process is started again, in milliseconds: 0.5 s, doubling up to 10 s. */
export const restartDelayMs = (failures: number): number =>
  Math.min(10_000, 500 * 2 ** Math.min(failures, 10));

/**
 * Starts a process, rejects when even that fails, and from then on replaces it whenever it dies: it runs, then pauses and
 * starts in turn until it runs again, and is stopped from any of these for good.
 */
export async function keepRunning({ name, start, signal, say, onChange }: KeepOptions): Promise<Kept> {
  let running: Running | null = await start(signal);
  const stopping = new AbortController();
  const stopped = aborted(stopping.signal);
  const replace = async (what: string, failures: number): Promise<Running | null> => {
    const delayMs = restartDelayMs(failures);
    say(`${name} ${what}; starting it again in ${delayMs / 1000} s`);
    await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) return null;
    return start(stopping.signal);
  };
  const watch = async () => {
    for (let failures = 0; running !== null; ) {
      const startedAt = performance.now();
      const how = await Promise.race([running.exited, stopped]);
      if (stopping.signal.aborted) return;
      let problem = `(process ${running.pid}) ${how}`;
      running = null;
      onChange();
      if (performance.now() - startedAt > healthyAfterMs) failures = 0;
      for (; running === null; failures += 1) {
        running = await replace(problem, failures).catch((error: unknown) => {
          problem = `did not start: ${reasonOf(error)}`;
          return null;
        });
        if (stopping.signal.aborted) return;
      }
      onChange();
    }
  };
  const watching = watch();
  return {
    name,
    pid: () => running?.pid ?? null,
    stop: async () => {
      stopping.abort();
      await watching;
      await running?.stop();
    },
    kill: () => {
      stopping.abort();
      running?.kill();
    },
  };
}
