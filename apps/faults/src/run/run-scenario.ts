import type { CloseStack } from '@postroom/observability';
import { seededRandom } from '@postroom/testkit';
import { type Checked, checkFacts } from '../check/check-facts.ts';
import { aboutRun } from '../check/violation.ts';
import type { Facts } from '../facts/facts.ts';
import { readOpenSends, readTables } from '../facts/read-facts.ts';
import type { Scenario, Wishes } from '../scenarios/scenario.ts';
import type { Size } from '../scenarios/size.ts';
import type { Postgres } from '../system/postgres.ts';
import { watchStalls } from '../system/stall-watch.ts';
import { openSystem, type System } from '../system/system.ts';
import type { Context } from './context.ts';
import { createContext } from './create-context.ts';
import { expectationsOf } from './expectations.ts';
import { emptyNotes } from './notes.ts';
import { settle } from './settle.ts';
import { stopProcesses } from './stop-processes.ts';

export type RunOptions = {
  readonly scenario: Scenario;
  readonly size: Size;
  readonly wishes: Wishes;
  readonly postgres: Postgres;
  readonly closeStack: CloseStack;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  readonly onLine: (line: string) => void;
};

/** A run that has come to rest, checked. */
export type Run = {
  readonly checked: Checked;
  /** From the last fault and the last answer until every send was at its end; null: not all of them were. */
  readonly settledMs: number | null;
  readonly tookMs: number;
  readonly rate: number;
  readonly lines: readonly string[];
};

/** What holds unless the run sets another. */
const usualMaxAttempts = 8;

async function lookAtMetrics({ stack, leaks, metricsUrls }: System): Promise<void> {
  for (const url of [...stack.apiUrls.map((api) => `${api}/metrics`), ...metricsUrls()]) {
    const response = await fetch(url).catch(() => null);
    const text = (await response?.text()) ?? '';
    for (const line of text.split('\n')) leaks.look('metrics', line);
  }
}

/** Brings the scenario's faults about under its load, and ends when both are over. */
async function breakThings(options: RunOptions, context: Context): Promise<void> {
  const { scenario, size, wishes } = options;
  const chosen = scenario.choose?.(seededRandom(wishes.seed)) ?? scenario;
  if (chosen !== scenario) context.tell(chosen.about);
  const overMs = size.seconds * 1_000;
  const load = scenario.load === 'own' ? [] : [context.post({ sends: size.sends, overMs, label: 'load' })];
  await Promise.all([...load, chosen.run(context)]);
}

/** Runs one scenario on a system of its own, waits until it has come to rest, and checks what it left. */
export async function runScenario(options: RunOptions): Promise<Run> {
  const { scenario, wishes, signal } = options;
  const startedAt = performance.now();
  const system = await openSystem(options);
  const { stack } = system;
  const stalls = watchStalls();
  options.closeStack.defer('stall watch', () => stalls.stop());
  const notes = emptyNotes();
  const context = createContext(options, system, notes);
  await breakThings(options, context);
  const quietAtMs = Date.now();
  const openAtQuiet = await readOpenSends(stack.database);
  options.say(`quiet, with ${openAtQuiet.length} sends left`);
  const settledMs = await settle(system, { open: openAtQuiet, patience: wishes.patience, signal });
  await lookAtMetrics(system);
  await stopProcesses(context);
  const messages = stack.ses.ledger.messages();
  const facts: Facts = {
    ...notes,
    ...(await readTables(stack.database)),
    ledger: stack.ses.ledger.entries(),
    headers: new Map(messages.map(({ seq, headers }) => [seq, headers])),
    leaks: system.leaks.found(),
    stalls: stalls.stalls,
    ratePerSecond: system.rate,
    quietAtMs,
    openAtQuiet,
    timing: system.timing,
    maxAttempts: Number(wishes.env.MAX_ATTEMPTS ?? usualMaxAttempts),
    expects: expectationsOf(scenario, wishes),
    patience: wishes.patience,
  };
  const checked = checkFacts(facts);
  const ownFailures = notes.failures.map((what) => aboutRun('scenario', what));
  return {
    checked: { ...checked, violations: [...checked.violations, ...ownFailures] },
    settledMs,
    tookMs: performance.now() - startedAt,
    rate: system.rate,
    lines: notes.lines,
  };
}
