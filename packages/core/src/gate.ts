import { PostroomError } from './postroom-error.ts';

/** Runs what it is given once there is room. */
export type Gate = <Value>(run: () => Promise<Value>) => Promise<Value>;

/**
 * Lets so many run at once, and so many wait in the order they came; beyond that `unavailable` is thrown at once. What
 * anybody may ask for, without a key, then never has all connections to the database.
 */
export function createGate({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Gate {
  const line: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= atOnce) {
      if (line.length >= waiting) {
        throw new PostroomError('unavailable', 'Too many ask for this at once: try again shortly.');
      }
      await new Promise<void>((resolve) => line.push(resolve));
    } else running += 1;
    try {
      return await run();
    } finally {
      const next = line.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
