import * as z from 'zod';
import { batchSize } from '../load/mailbag.ts';
import type { BenchChild } from '../process/child.ts';
import {
  type CommandReport,
  type RatioReport,
  reportRatio,
  reportSeries,
  type Series,
} from '../report/report.ts';
import { type Contestant, readFloor, runRounds, seriesOf } from '../report/rounds.ts';
import { problemsAmong } from '../report/table.ts';
import type { RunOptions } from '../run-options.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { fill, measureDrain } from './drain.ts';
import { concurrency, openFilling, startFastWorker } from './open-filling.ts';

const sizes = { full: { warmUpSends: 1_000, runs: 5 }, short: { warmUpSends: 100, runs: 2 } } as const;

const summarySchema = z.object({
  accepted: z.int(),
  distinctSendIds: z.int(),
  withoutSendId: z.int(),
  duplicates: z.record(z.string(), z.int()),
});

/** Why the numbers must not be believed: mail that was lost, or that the provider got twice. */
export async function findLost(
  { database, ses }: Bench,
  { accepted, fromFloor }: { readonly accepted: number; readonly fromFloor: number },
): Promise<string[]> {
  const statuses = await database.statuses();
  const summary = summarySchema.parse(await ses.ask('summary'));
  const expected = accepted + fromFloor;
  const doubled = Object.keys(summary.duplicates).length;
  return problemsAmong([
    [
      statuses.Sent !== accepted || Object.keys(statuses).length > 1,
      `${accepted} sends were accepted; the database holds ${JSON.stringify(statuses)}.`,
    ],
    [doubled > 0, `SES got ${doubled} messages more than once.`],
    [
      summary.accepted !== expected || summary.distinctSendIds !== expected,
      `SES should have got ${expected} messages; it got ${JSON.stringify(summary)}.`,
    ],
  ]);
}

async function startSendFloors(bench: Bench) {
  return {
    sendEmail: await bench.startFloor('send-email', { sesUrl: bench.sesUrl, concurrency }),
    signedPost: await bench.startFloor('signed-post', { sesUrl: bench.sesUrl, concurrency }),
    emptyWorker: await bench.startFloor('empty-worker', {
      redisUrl: bench.redis.url,
      prefix: 'floor',
      concurrency,
    }),
    render: await bench.startFloor('render', {}),
  };
}

function contestantsOf(
  { bench, floors }: { readonly bench: Bench; readonly floors: Awaited<ReturnType<typeof startSendFloors>> },
  sends: number,
  drain: (isTracked: boolean) => ReturnType<Contestant['measure']>,
): Contestant[] {
  const size = { calls: sends / batchSize, emailsPerCall: batchSize };
  const floor = (id: string, child: BenchChild, names: Pick<Contestant, 'title' | 'about'>) => ({
    id,
    ...names,
    measure: () => readFloor(bench, child, size),
  });
  return [
    floor('floor.sendEmail', floors.sendEmail, {
      title: 'floor a: AWS SDK',
      about: `SendEmail of the rendered html by client-sesv2 as it comes, maxAttempts 1, ${concurrency} at once.`,
    }),
    floor('floor.emptyWorker', floors.emptyWorker, {
      title: 'floor b: BullMQ',
      about: `a worker at concurrency ${concurrency} whose jobs do nothing.`,
    }),
    floor('floor.render', floors.render, {
      title: 'floor c: Handlebars',
      about: 'subject and html of the same template rendered, compiled once.',
    }),
    floor('floor.signedPost', floors.signedPost, {
      title: 'floor d: signed POST',
      about: `the same request as JSON, signed by @smithy/signature-v4 and posted by node:http, ${concurrency} at once.`,
    }),
    {
      id: 'send.worker',
      title: 'Postroom, one worker',
      about: `a full queue drained until every send is Sent in the database, concurrency ${concurrency}, rate not limited; CPU of the worker process.`,
      measure: () => drain(false),
    },
    {
      id: 'send.tracked',
      title: 'Postroom, tracked',
      about: 'the same with clicks and opens tracked: one link and the pixel.',
      measure: () => drain(true),
    },
  ];
}

function ratiosOf(series: readonly Series[]): RatioReport[] {
  const worker = seriesOf(series, 'send.worker');
  const floors = (...ids: readonly string[]) => ids.map((id) => seriesOf(series, `floor.${id}`));
  return [
    reportRatio({ id: 'send.worker.by.sdk', title: 'Postroom / floor a' }, worker, floors('sendEmail')),
    reportRatio(
      { id: 'send.worker.by.floors', title: 'Postroom / floors a + b + c' },
      worker,
      floors('sendEmail', 'emptyWorker', 'render'),
    ),
    reportRatio({ id: 'send.worker.by.post', title: 'Postroom / floor d' }, worker, floors('signedPost')),
    reportRatio({ id: 'send.tracked.by.worker', title: 'Tracked / not' }, seriesOf(series, 'send.tracked'), [
      worker,
    ]),
  ];
}

/** Measures how fast and at what cost one worker sends, beside the least that it could cost. */
export async function runSend(options: RunOptions): Promise<CommandReport> {
  const { say, sends } = options;
  const { warmUpSends, runs } = sizes[options.isShort ? 'short' : 'full'];
  say('send: starting PostgreSQL, Redis, the fake SES, the API, a worker and the floors');
  const bench = await startBench(options);
  const worker = await startFastWorker(bench);
  const floors = await startSendFloors(bench);
  const { queue, fillingOf, accepted } = await openFilling(bench, options);
  const [plain, tracked] = [fillingOf(), fillingOf({ isTracked: true })];
  const measure = (count: number, rounds: { readonly warmUp: number; readonly measured: number }) =>
    runRounds(
      contestantsOf({ bench, floors }, count, (isTracked) =>
        measureDrain({ bench, workers: [worker], queue }, count, () =>
          fill(isTracked ? tracked : plain, count),
        ),
      ),
      rounds,
      (done, all) => say(`send: ${rounds.warmUp > 0 ? 'warm-up' : 'run'} ${done} of ${all}, ${count} sends`),
    );
  await measure(warmUpSends, { warmUp: 1, measured: 0 });
  const series = await measure(sends, { warmUp: 0, measured: runs });
  // Two floors call SES.
  const fromFloor = 2 * (warmUpSends + runs * sends);
  return {
    kind: 'figures',
    command: 'send',
    unit: 'email',
    series: series.map(reportSeries),
    ratios: ratiosOf(series),
    problems: await findLost(bench, { accepted: accepted(), fromFloor }),
  };
}
