import { type SweepDeps, type SweepReport, sweep } from '@postroom/core';
import { errorFields, type Logger } from '@postroom/observability';
import type { WorkerMetrics } from '../metrics.ts';

/** Rows that one sweep looks at. */
const pageSize = 500;

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

/** Sweeps every `intervalMs`, at once again while there is more to do, until it is stopped. */
export function runSweeper(
  deps: SweepDeps,
  options: { readonly intervalMs: number; readonly logger: Logger; readonly metrics: WorkerMetrics },
): { stop(): Promise<void> } {
  let isStopped = false;
  let wake: () => void = () => undefined;
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async () => {
    while (!isStopped) {
      let hasMore = false;
      try {
        const report = await sweep(deps, pageSize);
        hasMore = report.hasMore;
        tell(report, options);
      } catch (error) {
        options.logger.warn({ event: 'sweep_failed', ...errorFields(error) });
      }
      if (!hasMore && !isStopped) await pause();
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
