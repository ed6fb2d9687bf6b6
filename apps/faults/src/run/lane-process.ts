/**
 * A lane in a process of its own, which several systems at once need: the fake SES takes one connection at each turn of
 * the event loop, and where three of them share a loop with their clients, calls wait for seconds. Started by
 * `openLaneProcess`, told one scenario after the other, and ended when it is told no more.
 */
import { scenarios } from '../scenarios/index.ts';
import { type Lane, openLane } from './lane.ts';
import type { LaneAnswer, LaneTask } from './open-lane-process.ts';
import { untilStopped } from './until-stopped.ts';

const stopping = new AbortController();
untilStopped(() => stopping.abort());

/** Tells it as long as anybody listens. */
const answer = (message: LaneAnswer) => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
let lane: Promise<Lane> | undefined;
let running: Promise<void> = Promise.resolve();

async function run({ scenario: name, options }: LaneTask): Promise<void> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  lane ??= openLane(options, {
    signal: stopping.signal,
    say: (text) => answer({ kind: 'said', text }),
  });
  answer({ kind: 'report', report: await (await lane).run(scenario) });
}

async function end(): Promise<void> {
  stopping.abort();
  // The scenario first: what it started stops when it ends.
  await running;
  await (await lane)?.close();
  process.exit();
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}

process.on('message', (task: LaneTask) => {
  running = run(task).catch(fail);
});
process.once('disconnect', () => {
  end().catch(() => process.exit(1));
});
