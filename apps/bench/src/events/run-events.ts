import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { snsTestCertificatePem, temporaryFolder } from '@postroom/servers';
import * as z from 'zod';
import type { BenchChild } from '../process/child.ts';
import { type CommandReport, reportRatio, reportSeries, type Series } from '../report/report.ts';
import { type Contestant, readFloor, runRounds, seriesOf } from '../report/rounds.ts';
import { problemsAmong } from '../report/table.ts';
import type { RunOptions } from '../run-options.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { connections, type EventContext, measureClicks, measureSns, measureSqs } from './measure-events.ts';
import { topicArn } from './notifications.ts';

const rounds = { full: { warmUp: 1, measured: 5 }, short: { warmUp: 0, measured: 2 } } as const;

const floorDatabase = 'floor_events';

/** What the API is told, so that it takes the events of a run. */
export async function notifiedEnv({ closeStack }: Pick<RunOptions, 'closeStack'>) {
  const dir = await temporaryFolder('bench-events');
  closeStack.defer('certificate', () => rm(dir, { recursive: true, force: true }));
  const certificateFile = join(dir, 'sns.pem');
  await writeFile(certificateFile, snsTestCertificatePem);
  return { SNS_TOPIC_ARNS: topicArn, SNS_CERTIFICATE_FILE: certificateFile };
}

async function startAll(options: RunOptions) {
  const bench = await startBench({
    ...options,
    floorDatabases: [floorDatabase],
    apiEnv: await notifiedEnv(options),
  });
  const sqs = await bench.startOwn('the fake SQS', 'stack/sqs-main');
  const [url, queueUrl] = z
    .tuple([z.string(), z.string()])
    .parse([await sqs.ask('url'), await sqs.ask('queueUrl')]);
  const worker = await bench.startWorker({ SES_EVENTS_QUEUE_URL: queueUrl, AWS_ENDPOINT_URL_SQS: url });
  const floor = await bench.startFloor('verify-and-insert', {
    databaseUrl: bench.floorDatabaseUrl(floorDatabase),
  });
  return { bench, sqs, worker, floor };
}

function contestantsOf(context: EventContext, floor: BenchChild): Contestant[] {
  const floorSize = { calls: (2 * context.sends) / connections, emailsPerCall: connections };
  return [
    {
      id: 'floor.events',
      title: 'floor: RSA and pg',
      about: `the signatures of ${connections} notifications checked, their rows written by one INSERT, \`pg\` alone.`,
      measure: () => readFloor(context.bench, floor, floorSize),
    },
    {
      id: 'events.sns',
      title: 'Postroom, SNS',
      about: `one event a notification, ${connections} connections, 1 % of the deliveries bounces; CPU of the API process.`,
      measure: () => measureSns(context),
    },
    {
      id: 'events.sqs',
      title: 'Postroom, SQS',
      about: 'the same events in a queue, from which one worker takes them; CPU of the worker process.',
      measure: () => measureSqs(context),
    },
    {
      id: 'events.clicks',
      title: 'Postroom, clicks',
      about: `a link of each send followed, ${connections} at once, until all is recorded; CPU of the API process.`,
      measure: () => measureClicks(context),
    },
  ];
}

type Taken = Readonly<Record<'ses' | 'click', number>>;

/** Why the numbers must not be believed: events that were not recorded, or not once, or that say nothing of their send. */
async function findProblems({ database }: Bench, { ses, click }: Taken): Promise<string[]> {
  const events = await database.count('SELECT count(*) FROM email_events');
  const told = await database.count('SELECT count(*) FROM email_sends WHERE delivery IS NOT NULL');
  return problemsAmong([
    [events !== ses + click, `${ses + click} events were taken; the database holds ${events}.`],
    [2 * told !== ses, `What became of ${ses / 2} sends was told; the database has it of ${told}.`],
  ]);
}

const ratiosOf = (series: readonly Series[]) =>
  (['sns', 'sqs'] as const).map((way) =>
    reportRatio(
      { id: `events.${way}.by.floor`, title: `Postroom, ${way.toUpperCase()} / floor` },
      seriesOf(series, `events.${way}`),
      [seriesOf(series, 'floor.events')],
    ),
  );

/** Measures how fast and at what cost SES's events and clicks are taken, beside the least that an event could cost. */
export async function runEvents(options: RunOptions): Promise<CommandReport> {
  const { say, sends, isShort } = options;
  say('events: starting PostgreSQL, Redis, the API, a worker, the fake SQS and the floor');
  const { floor, ...all } = await startAll(options);
  const taken = { ses: 0, click: 0 };
  const onTaken: EventContext['onTaken'] = (kind, events) => {
    taken[kind] += events;
  };
  const { warmUp, measured } = rounds[isShort ? 'short' : 'full'];
  const series = await runRounds(
    contestantsOf({ ...all, sends, onTaken }, floor),
    { warmUp, measured },
    (done, of) => say(`events: round ${done} of ${of}${done <= warmUp ? ' (warm-up)' : ''}`),
  );
  return {
    kind: 'figures',
    command: 'events',
    unit: 'event',
    series: series.map(reportSeries),
    ratios: ratiosOf(series),
    problems: await findProblems(all.bench, taken),
  };
}
