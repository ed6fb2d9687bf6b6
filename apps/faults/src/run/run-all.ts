import type { FaultsOptions } from '../options.ts';
import type { ScenarioReport } from '../report/report.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { type Lane, openLane } from './lane.ts';
import { openLaneProcess } from './open-lane-process.ts';
import { untilStopped } from './until-stopped.ts';

export type Listener = {
  /** Tells a person how far it has come. */
  readonly say: (text: string) => void;
  readonly onReport: (report: ScenarioReport) => void;
};

/** Runs scenarios one after the other, as long as there are any left. */
async function runIn(
  lane: Lane,
  queue: Scenario[],
  { signal, onReport }: Pick<Listener, 'onReport'> & { readonly signal: AbortSignal },
): Promise<void> {
  for (let scenario = queue.shift(); scenario !== undefined && !signal.aborted; scenario = queue.shift()) {
    const report = await lane.run(scenario);
    if (!signal.aborted) onReport(report);
  }
}

/** Runs every scenario asked for, some at once if so asked, and stops everything however it ends. */
export async function runAll(
  { scenarios, ...options }: FaultsOptions,
  { say, onReport }: Listener,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  const queue = [...scenarios];
  const ended = new AbortController();
  const signals = untilStopped((name) => {
    say(`${name}: everything is being stopped`);
    ended.abort();
  });
  const { signal } = ended;
  const count = Math.min(options.atOnce, queue.length);
  const lanes =
    count > 1
      ? Array.from({ length: count }, () => openLaneProcess(options, { say }))
      : [await openLane(options, { signal, say })];
  const close = () => Promise.all(lanes.map((lane) => lane.close()));
  // A lane in this process ends its scenario by the signal.
  if (count > 1) signal.addEventListener('abort', () => void close().catch(() => undefined), { once: true });
  const note = (report: ScenarioReport) => {
    reports.push(report);
    onReport(report);
  };
  const runs = lanes.map((lane) => runIn(lane, queue, { signal, onReport: note }));
  try {
    await Promise.all(runs);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    ended.abort();
    await Promise.allSettled(runs);
    await close();
    signals.forget();
  }
  return reports;
}
