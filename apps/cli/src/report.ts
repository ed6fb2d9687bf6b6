import { isFetchFailure, Problem, reasonOf, UsageProblem } from './problem.ts';
import { typed } from './stack/checkout.ts';
import type { Terminal } from './terminal.ts';

/** Tells why a command ended and answers the exit code. What no person at the terminal can mend is told with its stack. */
export function report(error: unknown, terminal: Terminal): number {
  terminal.status(null);
  terminal.error(wordsOf(error, terminal));
  if (error instanceof UsageProblem) terminal.error(`Run: ${typed('help')}`);
  return error instanceof Problem ? error.exitCode : 1;
}

function wordsOf(error: unknown, terminal: Terminal): string {
  if (error instanceof Error && isForPerson(error)) return terminal.paint('red', error.message);
  if (isOfSurroundings(error)) return terminal.paint('red', reasonOf(error));
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Whether the message says what is wrong and what to do. An `UnfitDatabaseError` is known by its name, since its package is
 * loaded by the commands that need it alone.
 */
const isForPerson = (error: Error): boolean =>
  error instanceof Problem || error.name === 'UnfitDatabaseError';

/** Whether a file, a folder or a server could not be had: the call that failed and its reason say all (Node, `SystemError`). */
const isOfSurroundings = (error: unknown): boolean =>
  isFetchFailure(error) || (error instanceof Error && 'code' in error && 'syscall' in error);
