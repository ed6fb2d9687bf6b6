import { setMaxListeners } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloseStack, createLogger } from '@postroom/process';
import type { Scenario } from '../nouns/scenario.ts';
import { type FaultsOptions, sizeFor } from '../options.ts';
import { reportOf, type ScenarioReport } from '../report/report.ts';
import { withHistories } from '../report/write-histories.ts';
import { type RunOptions, runScenario } from './run-scenario.ts';

/** What every scenario of a run shares. */
type SharedOptions = Omit<FaultsOptions, 'scenarios'>;

/** How long what was opened may take to close, in milliseconds. */
export const closeWithinMs = 60_000;

/** Where histories go unless a folder for logs is given: it outlasts the run. */
const historiesDir = join(tmpdir(), 'postroom-faults');

/** Closes what was opened, and tells nobody of it. */
export const newCloseStack = () => createCloseStack(createLogger({ service: 'faults', level: 'silent' }));

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

/** Runs one scenario, and stops what it started however it ends. */
export async function runOne(
  scenario: Scenario,
  options: SharedOptions,
  { postgres, signal, say }: Pick<RunOptions, 'postgres' | 'signal' | 'say'>,
): Promise<ScenarioReport> {
  const { seed, lostEvents, logDir } = options;
  const policy = scenario.policy ?? options.policy;
  const size = sizeFor(scenario, options);
  const asked = { scenario: scenario.name, about: scenario.about, seed, size, policy, lostEvents };
  const closeStack = newCloseStack();
  const over = new AbortController();
  const whole = AbortSignal.any([signal, over.signal]);
  // Every request that waits listens to it.
  setMaxListeners(0, whole, signal);
  const startedAt = performance.now();
  try {
    const running = runScenario({
      scenario,
      size,
      wishes: { ...options, policy },
      postgres,
      closeStack,
      signal: whole,
      say: (text) => say(`${scenario.name}: ${text}`),
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
