import type { ErasureStep } from '@postroom/db';
import type { Logger, RecurringErrors } from '@postroom/process';

/** Between two pieces, in milliseconds, so that erasing never takes more than a part of PostgreSQL. */
const restMs = 10;

type EraserOptions = {
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
};

/**
 * Does the pieces of erasures one after another, and looks for new ones every `intervalMs`, until it is stopped.
 * `eraseNext` does one piece, and answers null when there is none to do.
 */
export function runEraser(
  eraseNext: () => Promise<ErasureStep | null>,
  { intervalMs, logger, errors }: EraserOptions,
): { stop(): Promise<void> } {
  let isStopped = false;
  let wake: () => void = () => undefined;
  const pause = (waitMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const once = async (): Promise<number> => {
    try {
      const step = await eraseNext();
      if (step === null) return intervalMs;
      const { id, workspaceId } = step;
      if (step.stage === 'done') logger.info({ event: 'person_erased', erasureId: id, workspaceId });
      return restMs;
    } catch (error) {
      errors.note({ event: 'erasing_failed', error });
      return Math.max(intervalMs, 1_000);
    }
  };
  const loop = async () => {
    while (!isStopped) {
      const waitMs = await once();
      if (!isStopped) await pause(waitMs);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      isStopped = true;
      wake();
      await running;
    },
  };
}
