import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the renderings of one turn of the event loop may take together before it has to go on, in milliseconds. */
const maxTurnMs = 4;

/** Lets the event loop turn between renderings that all could be made at once: a batch's, say. */
export class LoopShare {
  #usedMs = 0;

  /** Does the work in a turn that has time left for it. */
  async run<Result>(work: () => Result): Promise<Result> {
    while (this.#usedMs > maxTurnMs) await nextTurn();
    if (this.#usedMs === 0) setImmediate(() => this.#begin());
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      // Never nothing: the turn has begun.
      this.#usedMs += Math.max(performance.now() - startedAt, Number.EPSILON);
    }
  }

  #begin(): void {
    this.#usedMs = 0;
  }
}
