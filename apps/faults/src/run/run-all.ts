import type { FaultsOptions } from '../options.ts';
import type { ScenarioReport } from '../report/report.ts';
import { openLane } from './lane.ts';
import { untilStopped } from './until-stopped.ts';

export type Listener = {
  /** Tells a person how far it has come. */
  readonly say: (text: string) => void;
  readonly onReport: (report: ScenarioReport) => void;
};

/**
 * Runs the scenarios asked for, one after the other, each alone on the machine, and stops everything however it ends.
 * Once the time given for all of them is over no other is begun.
 */
export async function runAll(
  { scenarios, ...options }: FaultsOptions,
  { say, onReport }: Listener,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  const ended = new AbortController();
  const signals = untilStopped((name) => {
    say(`${name}: everything is being stopped`);
    ended.abort();
  });
  const { signal } = ended;
  const lane = await openLane(options, { signal, say });
  const beginUntilMs = performance.now() + options.withinMs;
  try {
    for (const scenario of scenarios) {
      if (signal.aborted || performance.now() > beginUntilMs) break;
      const report = await lane.run(scenario);
      if (signal.aborted) break;
      reports.push(report);
      onReport(report);
    }
  } finally {
    ended.abort();
    await lane.close();
    signals.forget();
  }
  return reports;
}
