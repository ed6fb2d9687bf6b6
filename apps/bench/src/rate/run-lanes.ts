import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '@postroom/testkit';
import { watchFor } from '../hostile/bystander.ts';
import type { RunOptions } from '../run-options.ts';
import { makeGreeting } from '../stack/make-template.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { arrivalsAfter, lastSeq } from './ledger.ts';
import { openMarketing } from './marketing.ts';
import { type LanesFigures, type LanesReport, lanesProblems } from './rate-report.ts';
import { useOfRate } from './use-of-rate.ts';
import { withWorkers } from './with-workers.ts';

/** Marketing mail that waits when the first case begins, and for each second of a case as much as the rate takes. */
const backlogs = { full: 10_000, short: 1_000 } as const;

/** How often a transactional mail is asked for, in ms: a few percent of the rate at 200 a second, a seventh at 14. */
const everyMs = 480;
const seconds = { full: { alone: 10, behind: 25 }, short: { alone: 2, behind: 4 } } as const;

/** The workers take from the backlog for so long before anything else comes. */
const warmUpMs = 3_000;

type Lanes = { readonly bench: Bench; readonly templateId: string; readonly isShort: boolean };

async function waitsOf({ bench, templateId }: Lanes, forSeconds: number) {
  const seen = await watchFor({ ...bench, templateId }, { seconds: forSeconds, everyMs });
  const waits = seen.map(({ mailMs }) => mailMs ?? Number.POSITIVE_INFINITY);
  return {
    count: waits.length,
    p50: percentile(waits, 50),
    p99: percentile(waits, 99),
    max: Math.max(...waits),
  };
}

function casesOf(isShort: boolean) {
  if (isShort) return [{ rate: 200, counts: [2] }];
  return [14, 200].map((rate) => ({ rate, counts: [1, 2, 4, 8] }));
}

async function measureBehind(lanes: Lanes, one: { readonly rate: number; readonly workers: number }) {
  const { bench, isShort } = lanes;
  return withWorkers(bench, one, async () => {
    const seq = await lastSeq(bench.sesUrl);
    await sleep(warmUpMs);
    const behind = await waitsOf(lanes, seconds[isShort ? 'short' : 'full'].behind);
    return { behind, ...useOfRate(await arrivalsAfter(bench.sesUrl, seq), one.rate) };
  });
}

/** Measures how long transactional mail takes while marketing mail uses the whole rate, beside its time alone. */
export async function runLanes(options: RunOptions): Promise<LanesReport> {
  const { say, isShort } = options;
  say('lanes: starting PostgreSQL, Redis, the fake SES and the API');
  const bench = await startBench(options);
  const templateId = await makeGreeting(bench.client);
  const lanes = { bench, templateId, isShort };
  const size = isShort ? 'short' : 'full';
  const plan = casesOf(isShort);
  const alone = new Map<number, LanesFigures['alone']>();
  for (const { rate } of plan) {
    say(`lanes: ${rate}/s, alone`);
    alone.set(
      rate,
      await withWorkers(bench, { rate, workers: 2 }, () => waitsOf(lanes, seconds[size].alone)),
    );
  }
  const marketing = await openMarketing(bench, templateId);
  await marketing.post(backlogs[size], 1);
  const cases: LanesFigures[] = [];
  for (const { rate, counts } of plan) {
    for (const workers of counts) {
      say(`lanes: ${rate}/s, ${workers} workers`);
      await marketing.post(rate * (seconds[size].behind + warmUpMs / 1_000), 1);
      const itsAlone = alone.get(rate);
      if (itsAlone === undefined) throw new Error('There is nothing to compare with.');
      cases.push({ rate, workers, alone: itsAlone, ...(await measureBehind(lanes, { rate, workers })) });
    }
  }
  return { kind: 'lanes', command: 'lanes', backlog: backlogs[size], cases, problems: lanesProblems(cases) };
}
