import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one piece of work keeps the loop before others have a turn, in milliseconds. */
const sliceMs = 15;

/**
 * Paces a loop whose length others decide: awaited between two of its steps, it gives every other request a turn whenever a
 * slice of time is used up, and costs next to nothing otherwise.
 */
export function createPace(): () => Promise<void> {
  let startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt < sliceMs) return;
    await nextTurn();
    startedAt = performance.now();
  };
}
