import type { ErasureStep } from '@postroom/db';
import type { Logger, RecurringErrors } from '@postroom/process';
import { runRepeatedly } from '../run-repeatedly.ts';

/** Between two pieces, in milliseconds, so that erasing never takes more than a part of PostgreSQL. */
const restMs = 10;

/** The longest pause while pieces fail, in milliseconds: nobody waits for an erasure, and each try walks a table again. */
const longestPauseMs = 30_000;

type EraserOptions = {
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
};

/**
 * Does the pieces of erasures one after another, and looks for new ones every `intervalMs`, until it is stopped. While
 * pieces fail they come more and more seldom. `eraseNext` does one piece, and answers null when there is none to do.
 */
export function runEraser(
  eraseNext: () => Promise<ErasureStep | null>,
  { intervalMs, logger, errors }: EraserOptions,
): { stop(): Promise<void> } {
  return runRepeatedly(
    async () => {
      const step = await eraseNext();
      if (step === null) return { kind: 'idle' };
      const { id, workspaceId } = step;
      if (step.stage === 'done') logger.info({ event: 'person_erased', erasureId: id, workspaceId });
      return { kind: 'more', afterMs: restMs };
    },
    { intervalMs, longestPauseMs, failure: 'erasing_failed', errors },
  );
}
