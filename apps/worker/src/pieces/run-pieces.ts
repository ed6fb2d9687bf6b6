import type { RecurringErrors } from '@postroom/process';
import { runRepeatedly } from '../run-repeatedly.ts';

/** Between two pieces, in milliseconds, so that they never take more than a part of PostgreSQL. */
const restMs = 10;

/** The longest pause while pieces fail, in milliseconds: nobody waits for each of them, and each try walks a table again. */
const longestPauseMs = 30_000;

type PiecesOptions = {
  readonly intervalMs: number;
  /** The name under which a piece is noted that fails. */
  readonly failure: string;
  readonly errors: RecurringErrors;
};

/**
 * Does the pieces of some long work one after another, and looks for new ones every `intervalMs`, until it is stopped. While
 * pieces fail they come more and more seldom. `doNext` does one piece, and answers null when there is none to do.
 */
export function runPieces(
  doNext: () => Promise<object | null>,
  { intervalMs, failure, errors }: PiecesOptions,
): { stop(): Promise<void> } {
  return runRepeatedly(
    async () => ((await doNext()) === null ? { kind: 'idle' } : { kind: 'more', afterMs: restMs }),
    { intervalMs, longestPauseMs, failure, errors },
  );
}
