import * as z from 'zod';
import type { MadeSend } from '../events/make-sends.ts';
import { postEvents } from '../events/measure-events.ts';
import { notifiedEnv } from '../events/run-events.ts';
import { createMailbag } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import type { CommandReport } from '../report/report.ts';
import type { RunOptions } from '../run-options.ts';
import { fill, measureDrain } from '../send/drain.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { openQueue } from '../stack/open-queue.ts';
import { startBench } from '../stack/start-bench.ts';

/** What each process may have at most, in MB. */
const mostMb = 150;

const mbOf = async (child: BenchChild) => ({
  now: z.number().parse(await child.ask('resident')) / 1024 ** 2,
  most: z.number().parse(await child.ask('memory')) / 1024,
});

/** Measures the memory of the API and of a worker while both do what they are for: batches, single sends, events, a full queue. */
export async function runMemory(options: RunOptions): Promise<CommandReport> {
  const { seed, say, sends, isShort, closeStack } = options;
  say('memory: starting PostgreSQL, Redis, the fake SES, the API and a worker');
  const bench = await startBench({ ...options, apiEnv: await notifiedEnv(options) });
  const templateId = await makeTemplate(bench.client);
  const worker = await bench.startWorker({ WORKER_CONCURRENCY: '50', SES_MAX_SEND_RATE: '1000000' });
  const queue = await openQueue(bench.redis.url);
  closeStack.defer('queue', () => queue.close());
  const mailbag = createMailbag({ templateId, seed, knownRecipients: 1_000 });
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
    const singles = mailbag.bodies(sends / 2, 'known', 1);
    await measureDrain({ bench, workers: [worker], queue }, sends, async () => {
      await fill({ bench, mailbag, onAccepted: () => {} }, sends);
      await postBodies(singles, { ...batchesOf(bench), atOnce: 16 });
    });
    const made = await bench.database.rows<MadeSend>(
      'SELECT id, to_email AS email FROM email_sends WHERE delivery IS NULL',
    );
    await postEvents(bench, made);
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
