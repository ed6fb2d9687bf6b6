import type { CloseStack } from '@postroom/process';
import { seededRandom } from '@postroom/servers';
import { type Checked, checkFacts } from '../check/check-facts.ts';
import { aboutRun, wordsOfDeath } from '../check/violation.ts';
import type { Context, Postgres } from '../nouns/context.ts';
import type { Facts } from '../nouns/facts.ts';
import type { Scenario, Wishes } from '../nouns/scenario.ts';
import type { Size } from '../nouns/size.ts';
import { readConsequences, readNotices, readOpenSends, readTables } from '../system/read-facts.ts';
import { readWords } from '../system/read-words.ts';
import { openSystem, type System } from '../system/system.ts';
import { createContext } from './create-context.ts';
import { breakingBoundMs, endWithin, wholeBoundMs } from './deadline.ts';
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
  await scenario.after?.(context);
}

/** Waits for a part of a run as long as it may take; its error also tells of the processes that have died. */
async function boundedBy<T>(
  part: Promise<T>,
  { exits }: System,
  bound: { readonly what: string; readonly withinMs: number },
): Promise<T> {
  try {
    return await endWithin(part, bound);
  } catch (error) {
    const deaths = exits.deaths().map(wordsOfDeath);
    const reason = error instanceof Error ? error.message : String(error);
    throw deaths.length === 0 ? error : new Error([reason, ...deaths].join('\n'), { cause: error });
  }
}

/** Runs one scenario on a system of its own, waits until it has come to rest, and checks what it left. */
export async function runScenario(options: RunOptions): Promise<Run> {
  const startedAt = performance.now();
  const system = await openSystem(options);
  const withinMs = wholeBoundMs({ ...options, ...system });
  const run = await boundedBy(runOn(system, options), system, { what: 'the run', withinMs });
  return { ...run, tookMs: performance.now() - startedAt };
}

async function runOn(system: System, options: RunOptions): Promise<Omit<Run, 'tookMs'>> {
  const { scenario, wishes, signal } = options;
  const { stack } = system;
  const notes = emptyNotes();
  const context = createContext(options, system, notes);
  await endWithin(breakThings(options, context), {
    what: 'the load and the faults',
    withinMs: breakingBoundMs({ ...options, ...system }),
  });
  const quietAtMs = Date.now();
  const openAtQuiet = await readOpenSends(stack.database);
  options.say(`quiet, with ${openAtQuiet.length} sends left`);
  const settledMs = await settle(system, { open: openAtQuiet, notes, signal });
  await lookAtMetrics(system);
  await stopProcesses(context);
  const messages = stack.ses.ledger.messages();
  const facts: Facts = {
    ...notes,
    ...(await readTables(stack.database)),
    consequences: await readConsequences(stack.database),
    words: notes.sends.some(({ erasure }) => erasure !== null) ? await readWords(stack.database) : null,
    webhooks:
      notes.received.length === 0
        ? null
        : { received: notes.received, notices: await readNotices(stack.database) },
    ledger: stack.ses.ledger.entries(),
    arrivals: stack.ses.arrivals(),
    unreported: stack.ses.events?.unreported() ?? new Set(),
    headers: new Map(messages.map(({ seq, headers }) => [seq, headers])),
    deaths: system.exits.deaths(),
    leaks: system.leaks.found(),
    ratePerSecond: system.rate * system.accounts,
    quietAtMs,
    openAtQuiet,
    timing: system.timing,
    maxAttempts: Number(wishes.env.MAX_ATTEMPTS ?? usualMaxAttempts),
    expects: expectationsOf(scenario, wishes),
    isClockJudged: wishes.isClockJudged,
  };
  const checked = checkFacts(facts);
  const ownFailures = notes.failures.map((what) => aboutRun('scenario', what));
  return {
    checked: { ...checked, violations: [...checked.violations, ...ownFailures] },
    settledMs,
    rate: system.rate,
    lines: notes.lines,
  };
}
