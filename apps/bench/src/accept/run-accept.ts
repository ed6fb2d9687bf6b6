import { countAccepted } from '../load/count-accepted.ts';
import { createMailbag, type Mailbag } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import {
  type CommandReport,
  type RatioReport,
  reportRatio,
  reportSeries,
  type Series,
} from '../report/report.ts';
import { runRounds, seriesOf } from '../report/rounds.ts';
import { problemsAmong } from '../report/table.ts';
import type { RunOptions } from '../run-options.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { openQueue } from '../stack/open-queue.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { acceptFloorDatabases, startAcceptFloors } from './accept-floors.ts';
import { acceptContestants, shapes } from './contestants.ts';

const sizes = {
  full: { warmUp: 2, measured: 9, batches: 20, knownRecipients: 1_000 },
  short: { warmUp: 0, measured: 2, batches: 2, knownRecipients: 200 },
} as const;

/** Makes the known recipients by mailing each of them once; answers what the API said to the first batch. */
export async function meetRecipients(bench: Bench, mailbag: Mailbag, batches: number) {
  const answers = await postBodies(mailbag.bodies(batches, 'known'), {
    ...batchesOf(bench),
    atOnce: 1,
  });
  const accepted = countAccepted(answers);
  const [first] = answers;
  if (first === undefined) throw new Error('There is no batch to begin with.');
  return { accepted, answer: first.body };
}

/** Why the numbers must not be believed: rows or jobs that are not there, or too many of them. */
export async function findUnaccepted({ database, redis }: Bench, accepted: number): Promise<string[]> {
  const statuses = await database.statuses();
  const queue = await openQueue(redis.url);
  try {
    const { waiting, prioritized } = await queue.counts();
    const jobs = waiting + prioritized;
    return problemsAmong([
      [
        statuses.Queued !== accepted || Object.keys(statuses).length > 1,
        `The API accepted ${accepted} sends; the database holds ${JSON.stringify(statuses)}.`,
      ],
      [jobs !== accepted, `The API accepted ${accepted} sends; the queue holds ${jobs} jobs.`],
    ]);
  } finally {
    await queue.close();
  }
}

function ratiosOf(series: readonly Series[]): RatioReport[] {
  return shapes.flatMap(({ id, title }) =>
    (['known', 'new'] as const).map((recipients) =>
      reportRatio(
        {
          id: `accept.${recipients}.${id}.by.floors`,
          title: `Postroom, ${title}, ${recipients} profiles / floors a + c + d`,
        },
        seriesOf(series, `accept.${recipients}.${id}`),
        ['insert', 'addBulk', 'express'].map((floor) => seriesOf(series, `floor.${floor}.${id}`)),
      ),
    ),
  );
}

/** Measures how fast and at what cost the API takes batches, beside the least that it could cost. */
export async function runAccept(options: RunOptions): Promise<CommandReport> {
  const { seed, say } = options;
  const { warmUp, measured, batches, knownRecipients } = sizes[options.isShort ? 'short' : 'full'];
  say('accept: starting PostgreSQL, Redis, the fake SES, the API and the floors');
  const bench = await startBench({ ...options, floorDatabases: acceptFloorDatabases });
  const mailbag = createMailbag({ templateId: await makeTemplate(bench.client), seed, knownRecipients });
  const met = await meetRecipients(bench, mailbag, knownRecipients / 100);
  let { accepted } = met;
  const floors = await startAcceptFloors(bench, met.answer);
  const contestants = acceptContestants({
    bench,
    floors,
    mailbag,
    batches,
    onAccepted: (sends) => {
      accepted += sends;
    },
  });
  const series = await runRounds(contestants, { warmUp, measured }, (done, all) =>
    say(`accept: round ${done} of ${all}${done <= warmUp ? ' (warm-up)' : ''}`),
  );
  return {
    kind: 'figures',
    command: 'accept',
    unit: 'email',
    series: series.map(reportSeries),
    ratios: ratiosOf(series),
    problems: await findUnaccepted(bench, accepted),
  };
}
