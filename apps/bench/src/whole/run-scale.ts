import type { BenchChild } from '../process/child.ts';
import { type CommandReport, reportRatio, reportSeries, type Series } from '../report/report.ts';
import { runRounds, seriesOf } from '../report/rounds.ts';
import type { RunOptions } from '../run-options.ts';
import { fill, measureDrain } from '../send/drain.ts';
import { openFilling, startFastWorker } from '../send/open-filling.ts';
import { findLost } from '../send/run-send.ts';
import { startBench } from '../stack/start-bench.ts';

const counts = { full: [1, 2, 4], short: [1, 2] } as const;

/** Measures how fast 1, 2 and 4 workers drain a full queue, and what that costs of each part. */
export async function runScale(options: RunOptions): Promise<CommandReport> {
  const { say, sends, isShort } = options;
  say('scale: starting PostgreSQL, Redis, the fake SES and the API');
  const bench = await startBench(options);
  const { queue, fillingOf, accepted } = await openFilling(bench, options);
  const filling = fillingOf();
  const workers: BenchChild[] = [];
  const series: Series[] = [];
  for (const count of counts[isShort ? 'short' : 'full']) {
    while (workers.length < count) workers.push(await startFastWorker(bench));
    const contestant = {
      id: `scale.${count}`,
      title: count === 1 ? '1 worker' : `${count} workers`,
      about:
        'a full queue drained until every send is Sent, concurrency 50 each; CPU of the workers together.',
      measure: () => measureDrain({ bench, workers, queue }, sends, () => fill(filling, sends)),
    };
    series.push(
      ...(await runRounds([contestant], { warmUp: 1, measured: isShort ? 2 : 5 }, (done, all) =>
        say(`scale: ${count} workers, run ${done} of ${all}, ${sends} sends`),
      )),
    );
  }
  const one = seriesOf(series, 'scale.1');
  return {
    kind: 'figures',
    command: 'scale',
    unit: 'email',
    series: series.map(reportSeries),
    ratios: series
      .filter((more) => more !== one)
      .map((more) =>
        reportRatio({ id: `${more.id}.by.one`, title: `${more.title} / 1 worker` }, more, [one]),
      ),
    problems: await findLost(bench, { accepted: accepted(), fromFloor: 0 }),
  };
}
