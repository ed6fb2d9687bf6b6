import { setMaxListeners } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloseStack, createLogger } from '@postroom/process';
import { type FaultsOptions, sizeFor } from '../options.ts';
import { reportOf, type ScenarioReport } from '../report/report.ts';
import { withHistories } from '../report/write-histories.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { openPostgres, type Postgres } from '../system/postgres.ts';
import { runScenario } from './run-scenario.ts';

/** What every scenario of a run shares. */
export type LaneOptions = Omit<FaultsOptions, 'scenarios'>;

/** Runs scenarios one after the other, on a PostgreSQL of its own. */
export type Lane = {
  run(scenario: Scenario): Promise<ScenarioReport>;
  close(): Promise<void>;
};

const closeWithinMs = 60_000;

/** Where histories go unless a folder for logs is given: it outlasts the run. */
const historiesDir = join(tmpdir(), 'postroom-faults');

const newCloseStack = () => createCloseStack(createLogger({ service: 'faults', level: 'silent' }));

/** Appends what the processes say to a file of the scenario's own. */
function lineWriter(logDir: string | null, name: string): (line: string) => void {
  if (logDir === null) return () => undefined;
  mkdirSync(logDir, { recursive: true });
  const file = join(logDir, `${name}.log`);
  return (line) => appendFileSync(file, `${line}\n`);
}

const rejectWhenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const onAbort = () => reject(new Error('it was ended from outside'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });

async function runOne(
  scenario: Scenario,
  options: LaneOptions,
  {
    postgres,
    signal,
    say,
  }: { readonly postgres: Postgres; readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<ScenarioReport> {
  const { isShort, code, seed, lostEvents, env, isClockJudged, logDir } = options;
  const policy = scenario.policy ?? options.policy;
  const size = sizeFor(scenario, options);
  const asked = { scenario: scenario.name, about: scenario.about, seed, size, policy, lostEvents };
  const closeStack = newCloseStack();
  const over = new AbortController();
  const whole = AbortSignal.any([signal, over.signal]);
  // Every request that waits listens to it.
  setMaxListeners(0, whole, signal);
  const startedAt = performance.now();
  const tellOf = (text: string) => say(`${scenario.name}: ${text}`);
  try {
    const running = runScenario({
      scenario,
      size,
      wishes: { isShort, code, seed, policy, lostEvents, env, isClockJudged },
      postgres,
      closeStack,
      signal: whole,
      say: tellOf,
      onLine: lineWriter(logDir, scenario.name),
    });
    // Whatever it waits for may never come; what it started is on the stack.
    const run = await Promise.race([running, rejectWhenAborted(signal)]);
    return await withHistories(reportOf(asked, run), logDir ?? historiesDir);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...asked, kind: 'broken', holds: false, tookMs: performance.now() - startedAt, reason };
  } finally {
    over.abort();
    await closeStack.closeAll(closeWithinMs);
  }
}

/** Starts the PostgreSQL of a lane; `say` tells a person how far each scenario has come. */
export async function openLane(
  options: LaneOptions,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<Lane> {
  const closeStack = newCloseStack();
  const dir = await mkdtemp(join(tmpdir(), 'postroom-faults-'));
  closeStack.defer('folder', () => rm(dir, { recursive: true, force: true }));
  const close = async () => void (await closeStack.closeAll(closeWithinMs));
  try {
    const postgres = await openPostgres(dir, closeStack);
    return { run: (scenario) => runOne(scenario, options, { postgres, signal, say }), close };
  } catch (error) {
    await close();
    throw error;
  }
}
