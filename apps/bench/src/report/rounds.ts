import * as z from 'zod';
import type { BenchChild } from '../process/child.ts';
import type { Bench } from '../stack/start-bench.ts';
import { type Reading, read } from './reading.ts';
import type { Series } from './report.ts';

/** One thing that every round measures once. */
export type Contestant = Omit<Series, 'readings'> & {
  readonly measure: () => Promise<Reading>;
};

/** Calls in one run, and emails in each. */
export type RunSize = { readonly calls: number; readonly emailsPerCall: number };

const resultSchema = z.object({ seconds: z.number(), latenciesMs: z.array(z.number()) });

/** Measures one run of a floor's process. */
export async function readFloor(bench: Bench, floor: BenchChild, size: RunSize): Promise<Reading> {
  await floor.ask('prepare', size);
  return read(bench, floor, async () => {
    const result = resultSchema.parse(await floor.ask('run'));
    return { ...result, emails: size.calls * size.emailsPerCall };
  });
}

/**
 * Measures everything once per round, one after the other, so that what drifts (the machine's clock, other
 * work on it, tables that grow) drifts for all alike. The rounds of the warm-up are not kept.
 */
export async function runRounds(
  contestants: readonly Contestant[],
  rounds: { readonly warmUp: number; readonly measured: number },
  onRound: (done: number, all: number) => void,
): Promise<readonly Series[]> {
  const readings = contestants.map((): Reading[] => []);
  const all = rounds.warmUp + rounds.measured;
  for (let round = 0; round < all; round += 1) {
    for (const [at, contestant] of contestants.entries()) {
      const reading = await contestant.measure();
      if (round >= rounds.warmUp) readings[at]?.push(reading);
    }
    onRound(round + 1, all);
  }
  return contestants.map(({ id, title, about }, at) => ({ id, title, about, readings: readings[at] ?? [] }));
}

/** The series of that id; throws when there is none. */
export function seriesOf(series: readonly Series[], id: string): Series {
  const found = series.find((one) => one.id === id);
  if (found === undefined) throw new Error(`Nothing was measured as ${id}.`);
  return found;
}
