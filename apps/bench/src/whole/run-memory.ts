import * as z from 'zod';
import { reportAll } from '../events/measure-events.ts';
import { notifiedEnv } from '../events/run-events.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import type { CommandReport } from '../report/report.ts';
import type { RunOptions } from '../run-options.ts';
import { fill, measureDrain } from '../send/drain.ts';
import { openFilling, startFastWorker } from '../send/open-filling.ts';
import { startBench } from '../stack/start-bench.ts';

/** What each process may have at most, in MB. */
const mostMb = 150;

const mbOf = async (child: BenchChild) => ({
  now: z.number().parse(await child.ask('resident')) / 1024 ** 2,
  most: z.number().parse(await child.ask('memory')) / 1024,
});

/** Measures the memory of the API and of a worker while both do what they are for: batches, single sends, events, a full queue. */
export async function runMemory(options: RunOptions): Promise<CommandReport> {
  const { say, sends, isShort } = options;
  say('memory: starting PostgreSQL, Redis, the fake SES, the API and a worker');
  const bench = await startBench({ ...options, apiEnv: await notifiedEnv(options) });
  const worker = await startFastWorker(bench);
  const { queue, fillingOf } = await openFilling(bench, options);
  const filling = fillingOf();
  const lines: string[] = [];
  const look = async (when: string) => {
    const [ofApi, ofWorker] = await Promise.all([mbOf(bench.api), mbOf(worker)]);
    const show = (name: string, { now, most }: typeof ofApi) =>
      `${name} ${now.toFixed(0)} MB, at most ${most.toFixed(0)}`;
    lines.push(`${when}: ${show('API', ofApi)}; ${show('worker', ofWorker)}`);
    say(`memory: ${lines.at(-1)}`);
    return [ofApi.most, ofWorker.most];
  };
  await look('started');
  let most: readonly number[] = [];
  for (let round = 1; round <= (isShort ? 1 : 4); round += 1) {
    const singles = filling.mailbag.bodies(sends / 2, 'known', 1);
    await measureDrain({ bench, workers: [worker], queue }, sends, async () => {
      await fill(filling, sends);
      await postBodies(singles, { ...batchesOf(bench), atOnce: 16 });
    });
    await reportAll(bench);
    most = await look(`after ${round * 1.5 * sends} sends and ${round * 3 * sends} events`);
  }
  return {
    kind: 'figures',
    command: 'memory',
    unit: 'email',
    series: [],
    ratios: [],
    notes: lines,
    problems: (['API', 'worker'] as const).flatMap((name, at) => {
      const mb = most[at] ?? 0;
      return mb > mostMb ? [`The ${name} had ${mb.toFixed(0)} MB, more than ${mostMb}.`] : [];
    }),
  };
}
