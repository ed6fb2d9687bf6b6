import { rm } from 'node:fs/promises';
import { temporaryFolder } from '@postroom/servers';
import { untilStopped } from '@postroom/testkit';
import type { FaultsOptions } from '../options.ts';
import type { ScenarioReport } from '../report/report.ts';
import { openPostgres } from '../system/postgres.ts';
import { closeWithinMs, newCloseStack, runOne } from './run-one.ts';

export type Listener = {
  /** Tells a person how far it has come. */
  readonly say: (text: string) => void;
  readonly onReport: (report: ScenarioReport) => void;
};

/**
 * Runs the scenarios asked for on one PostgreSQL, one after the other, each alone on the machine, and stops everything
 * however it ends. Once the time given for all of them is over no other is begun.
 */
export async function runAll(
  { scenarios, ...options }: FaultsOptions,
  { say, onReport }: Listener,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  const ended = new AbortController();
  const signals = untilStopped();
  void signals.stopped.then((name) => {
    say(`${name}: everything is being stopped`);
    ended.abort();
  });
  const { signal } = ended;
  const closeStack = newCloseStack();
  try {
    const dir = await temporaryFolder('faults');
    closeStack.defer('folder', () => rm(dir, { recursive: true, force: true }));
    const postgres = await openPostgres(dir, closeStack);
    const beginUntilMs = performance.now() + options.withinMs;
    for (const scenario of scenarios) {
      if (signal.aborted || performance.now() > beginUntilMs) break;
      const report = await runOne(scenario, options, { postgres, signal, say });
      if (signal.aborted) break;
      reports.push(report);
      onReport(report);
    }
  } finally {
    ended.abort();
    await closeStack.closeAll(closeWithinMs);
    signals.forget();
  }
  return reports;
}
