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

/** Starts a process, rejects when even that fails, and from then on replaces it whenever it dies. */
export async function keepRunning(options: KeepOptions): Promise<Kept> {
  return new KeptProcess(options, await options.start(options.signal));
}

/** Running, then pausing and starting in turn until it runs again; stopped from any of them, for good. */
class KeptProcess implements Kept {
  readonly name: string;
  readonly #options: KeepOptions;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  #running: Running | null;

  constructor(options: KeepOptions, running: Running) {
    this.name = options.name;
    this.#options = options;
    this.#running = running;
    this.#watching = this.#watch(running);
  }

  pid(): number | null {
    return this.#running?.pid ?? null;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    await this.#running?.stop();
  }

  kill(): void {
    this.#stopping.abort();
    this.#running?.kill();
  }

  async #watch(first: Running): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = aborted(signal).then(() => null);
    let failures = 0;
    for (let running = first; ; ) {
      const startedAt = performance.now();
      const how = await Promise.race([running.exited, stopped]);
      if (how === null || signal.aborted) return;
      this.#running = null;
      this.#options.onChange();
      if (performance.now() - startedAt > healthyAfterMs) failures = 0;
      const next = await this.#startAgain(`(process ${running.pid}) ${how}`, failures);
      if (next === null) return;
      failures = next.failures;
      running = next.running;
      this.#running = running;
      this.#options.onChange();
    }
  }

  /** Tries until it runs; null when it was stopped meanwhile. */
  async #startAgain(
    what: string,
    failures: number,
  ): Promise<{ readonly running: Running; readonly failures: number } | null> {
    const { name, start, say } = this.#options;
    const { signal } = this.#stopping;
    let problem = what;
    for (let failed = failures; ; failed += 1) {
      const delayMs = restartDelayMs(failed);
      say(`${name} ${problem}; starting it again in ${delayMs / 1000} s`);
      await sleep(delayMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return null;
      try {
        return { running: await start(signal), failures: failed + 1 };
      } catch (error) {
        if (signal.aborted) return null;
        problem = `did not start: ${reasonOf(error)}`;
      }
    }
  }
}
