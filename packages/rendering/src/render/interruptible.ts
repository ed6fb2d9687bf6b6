import { Script } from 'node:vm';

/** Runs work that may be interrupted after so many milliseconds; null: it was. What it throws is thrown. */
export type RunWithin = <Result>(limitMs: number, work: () => Result) => Result | null;

const entry = 'postroomInterruptible';

/**
 * Makes the one way by which Node.js interrupts JavaScript in its own thread: the time limit of a script. What was
 * interrupted may have left anything half done, so that the process is best ended.
 */
export function createInterruptible(): RunWithin {
  let pending: () => void = () => undefined;
  Object.defineProperty(globalThis, entry, { value: () => pending(), enumerable: false });
  const script = new Script(`${entry}()`);
  return (limitMs, work) => {
    const done: ReturnType<typeof work>[] = [];
    pending = () => {
      done.push(work());
    };
    try {
      script.runInThisContext({ timeout: limitMs });
    } catch (error) {
      if (isTimeout(error)) return null;
      throw error;
    }
    return done[0] ?? null;
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
