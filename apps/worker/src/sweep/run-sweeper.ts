import { type SweepDeps, type SweepReport, sweep } from '@postroom/core';
import type { Logger, RecurringErrors } from '@postroom/process';
import type { WorkerMetrics } from '../metrics.ts';
import { runRepeatedly } from '../run-repeatedly.ts';

/** Rows that one sweep looks at. */
const pageSize = 500;

/** The longest pause while PostgreSQL or Redis is away or refuses, in milliseconds: what Redis missed is found within it. */
const longestPauseMs = 3_000;

const actions = ['enqueued', 'expired', 'returned', 'settled', 'resent', 'givenUp'] as const;

function tell(
  report: SweepReport,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: WorkerMetrics },
): void {
  for (const action of actions) {
    if (report[action] > 0) metrics.swept.inc({ action }, report[action]);
  }
  if (report.givenUp > 0) metrics.failures.inc({ class: 'in_doubt' }, report.givenUp);
  if (report.isQueueLost || actions.some((action) => report[action] > 0))
    logger.info({ event: 'swept', ...report });
}

type SweeperOptions = {
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly metrics: WorkerMetrics;
};

/**
 * Sweeps every `intervalMs`, at once again while there is more to do, until it is stopped. Sweeps that fail, or cannot
 * tell the queue what they found, come more and more seldom.
 */
export function runSweeper(deps: SweepDeps, options: SweeperOptions): { stop(): Promise<void> } {
  const { intervalMs, errors } = options;
  return runRepeatedly(
    async () => {
      let isQueueAway = false;
      const onQueueTrouble = (error: unknown) => {
        isQueueAway = true;
        errors.note({ event: 'sweep_without_queue', error });
      };
      const report = await sweep({ ...deps, onQueueTrouble }, pageSize);
      tell(report, options);
      // What could not be told to the queue would be found again at once.
      if (isQueueAway) return { kind: 'failed' };
      return report.hasMore ? { kind: 'more', afterMs: 0 } : { kind: 'idle' };
    },
    { intervalMs, longestPauseMs, failure: 'sweep_failed', errors },
  );
}
