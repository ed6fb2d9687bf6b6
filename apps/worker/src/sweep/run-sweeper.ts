import { backOffMs, type SweepDeps, type SweepReport, sweep } from '@postroom/core';
import type { Logger, RecurringErrors } from '@postroom/process';
import type { WorkerMetrics } from '../metrics.ts';

/** Rows that one sweep looks at. */
const pageSize = 500;

/** The longest pause while PostgreSQL or Redis is away or refuses, in milliseconds: what Redis missed is found within it. */
const longestPauseMs = 3_000;

const actions = ['enqueued', 'expired', 'settled', 'resent', 'givenUp'] as const;

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
  let hasFailed = false;
  const trouble = (event: string) => (error: unknown) => {
    hasFailed = true;
    errors.note({ event, error });
  };
  const once = async (): Promise<boolean> => {
    hasFailed = false;
    try {
      const report = await sweep({ ...deps, onQueueTrouble: trouble('sweep_without_queue') }, pageSize);
      tell(report, options);
      // What could not be told to the queue would be found again at once.
      return report.hasMore && !hasFailed;
    } catch (error) {
      trouble('sweep_failed')(error);
      return false;
    }
  };
  const bounds = { baseMs: intervalMs, maxMs: Math.max(intervalMs, longestPauseMs) };
  const loop = async () => {
    let failures = 0;
    while (!isStopped) {
      const hasMore = await once();
      failures = hasFailed ? failures + 1 : 0;
      const waitMs = failures > 1 ? backOffMs(bounds, failures, Math.random()) : intervalMs;
      if (!hasMore && !isStopped) await pause(waitMs);
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
