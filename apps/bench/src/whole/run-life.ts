import { reportAll } from '../events/measure-events.ts';
import { notifiedEnv } from '../events/run-events.ts';
import { type Reading, read } from '../report/reading.ts';
import { type CommandReport, reportSeries, type Series } from '../report/report.ts';
import type { RunOptions } from '../run-options.ts';
import { fill, measureDrain } from '../send/drain.ts';
import { openFilling, startFastWorker } from '../send/open-filling.ts';
import { startBench } from '../stack/start-bench.ts';

const rounds = { full: 6, short: 2 } as const;

const parts = [
  {
    id: 'life.accept',
    title: 'accepted',
    about: 'by the hundred, five requests at once, to addresses that have profiles; CPU of the API.',
  },
  {
    id: 'life.send',
    title: 'sent',
    about: 'by one worker, concurrency 50, rate not limited; CPU of the worker.',
  },
  {
    id: 'life.events',
    title: 'reported on',
    about: 'two events of each, one a notification over 20 connections; CPU of the API.',
  },
] as const;

/** What all parts together took of so many emails. */
const sumOf = (readings: readonly Reading[], emails: number): Reading => {
  const sum = (pick: (reading: Reading) => number) => readings.reduce((all, one) => all + pick(one), 0);
  return {
    emails,
    seconds: sum(({ seconds }) => seconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    postgresCpuSeconds: sum(({ postgresCpuSeconds }) => postgresCpuSeconds),
    redisCpuSeconds: sum(({ redisCpuSeconds }) => redisCpuSeconds),
    sesCpuSeconds: sum(({ sesCpuSeconds }) => sesCpuSeconds),
    latenciesMs: [],
  };
};

/** Measures what one email costs the whole machine from its request to the last that SES says of it, part by part. */
export async function runLife(options: RunOptions): Promise<CommandReport> {
  const { say, sends, isShort } = options;
  say('life: starting PostgreSQL, Redis, the fake SES, the API and a worker');
  const bench = await startBench({ ...options, apiEnv: await notifiedEnv(options) });
  const worker = await startFastWorker(bench);
  const { queue, fillingOf, accepted } = await openFilling(bench, options);
  const filling = fillingOf();
  const measure = async (): Promise<readonly Reading[]> => {
    const accepting: Reading[] = [];
    const sent = await measureDrain({ bench, workers: [worker], queue }, sends, async () => {
      accepting.push(
        await read(bench, bench.api, async () => {
          const startedAt = performance.now();
          await fill(filling, sends);
          return { emails: sends, seconds: (performance.now() - startedAt) / 1_000, latenciesMs: [] };
        }),
      );
    });
    const reported = await reportAll(bench);
    // Of each email, however many events it has.
    return [...accepting, sent, { ...reported, emails: sends }];
  };
  const taken: (readonly Reading[])[] = [];
  for (let round = 0; round <= rounds[isShort ? 'short' : 'full']; round += 1) {
    const readings = await measure();
    if (round > 0) taken.push(readings);
    say(`life: round ${round + 1}, ${sends} sends${round === 0 ? ' (warm-up)' : ''}`);
  }
  const series: Series[] = [
    ...parts.map((part, at) => ({ ...part, readings: taken.flatMap((readings) => readings[at] ?? []) })),
    {
      id: 'life.whole',
      title: 'all of it',
      about: 'the three one after the other; CPU of the API and the worker.',
      readings: taken.map((readings) => sumOf(readings, sends)),
    },
  ];
  const reports = series.map(reportSeries);
  const whole = reports.at(-1);
  const told = await bench.database.count('SELECT count(*) FROM email_sends WHERE delivery IS NOT NULL');
  const ofMachine =
    whole === undefined
      ? 0
      : whole.cpuUsPerEmail.median + whole.postgresCpuUsPerEmail + whole.redisCpuUsPerEmail;
  return {
    kind: 'figures',
    command: 'life',
    unit: 'email',
    series: reports,
    ratios: [],
    notes: [`API, worker, PostgreSQL and Redis together: ${Math.round(ofMachine)} us of CPU for each email.`],
    problems: told === accepted() ? [] : [`${accepted()} sends were accepted, and ${told} were reported on.`],
  };
}
