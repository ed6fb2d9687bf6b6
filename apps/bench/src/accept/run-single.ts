import * as z from 'zod';
import { html } from '../doors/messages.ts';
import { countAccepted } from '../load/count-accepted.ts';
import { createMailbag } from '../load/mailbag.ts';
import { batchesOf, type PostAnswer, type PostOptions, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import { read } from '../report/reading.ts';
import { type CommandReport, reportRatio, reportSeries } from '../report/report.ts';
import { type Contestant, runRounds, seriesOf } from '../report/rounds.ts';
import type { RunOptions } from '../run-options.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { findUnaccepted, meetRecipients } from './run-accept.ts';

const floorDatabase = 'floor_one_by_one';

/** Clients that each send one request after the other. */
const clients = 16;

const sizes = {
  full: { warmUp: 2, measured: 7, requests: 3_000, knownRecipients: 1_000 },
  short: { warmUp: 0, measured: 2, requests: 400, knownRecipients: 200 },
} as const;

type Target = Omit<PostOptions, 'atOnce'> & {
  readonly child: BenchChild;
  readonly bodies: () => readonly Buffer[];
  readonly onAnswers: (answers: readonly PostAnswer[]) => void;
};

const measurePosts =
  (bench: Bench, { child, bodies, onAnswers, ...way }: Target) =>
  async () => {
    const posted = bodies();
    let answers: readonly PostAnswer[] = [];
    const reading = await read(bench, child, async () => {
      const startedAt = performance.now();
      answers = await postBodies(posted, { ...way, atOnce: clients });
      const seconds = (performance.now() - startedAt) / 1_000;
      return { emails: posted.length, seconds, latenciesMs: answers.map(({ ms }) => ms) };
    });
    onAnswers(answers);
    return reading;
  };

function countOk(answers: readonly PostAnswer[]): number {
  const other = answers.find(({ status }) => status !== 200);
  if (other !== undefined) throw new Error(`A request was answered ${other.status}: ${other.body}`);
  return answers.length;
}

let lastSubject = 0;

/** An email whose body is nobody else's, as that of a password reset is. */
function emailBody(): Buffer {
  lastSubject += 1;
  const subject = `Reset ${lastSubject}`;
  const to = [`known-${lastSubject % 1_000}@recipients.example.com`];
  return Buffer.from(JSON.stringify({ from: 'orders@acme.example.com', to, subject, html: html(subject) }));
}

/** Measures one send a request, by many clients at once, beside the least that it could cost. */
export async function runSingle(options: RunOptions): Promise<CommandReport> {
  const { seed, say, isShort } = options;
  const { warmUp, measured, requests, knownRecipients } = sizes[isShort ? 'short' : 'full'];
  say('single: starting PostgreSQL, Redis, the fake SES, the API and the floor');
  const bench = await startBench({ ...options, floorDatabases: [floorDatabase] });
  const mailbag = createMailbag({ templateId: await makeTemplate(bench.client), seed, knownRecipients });
  const met = await meetRecipients(bench, mailbag, knownRecipients / 100);
  let { accepted } = met;
  const floor = await bench.startFloor('one-by-one', {
    databaseUrl: bench.floorDatabaseUrl(floorDatabase),
    redisUrl: bench.redis.url,
    prefix: 'floor',
  });
  const floorUrl = z.string().parse(await floor.ask('open', { status: 'accepted' }));
  const items = () => mailbag.bodies(requests, 'known', 1);
  const { headers, url } = batchesOf(bench);
  const contestants: Contestant[] = [
    {
      id: 'floor.single',
      title: 'floor: Express, pg, BullMQ',
      about: 'an Express application that does one INSERT of one row and one `add` of each request.',
      measure: measurePosts(bench, { child: floor, bodies: items, url: floorUrl, onAnswers: countOk }),
    },
    {
      id: 'single.item',
      title: 'Postroom, item',
      about: `POST /emails/batch with one item, ${clients} clients, to addresses that have profiles; CPU of the API process.`,
      measure: measurePosts(bench, {
        child: bench.api,
        bodies: items,
        url,
        headers,
        onAnswers: (answers) => {
          accepted += countAccepted(answers, 1);
        },
      }),
    },
    {
      id: 'single.email',
      title: 'Postroom, email',
      about: 'POST /emails with 5 KB of html of its own.',
      measure: measurePosts(bench, {
        child: bench.api,
        bodies: () => Array.from({ length: requests }, emailBody),
        url: `${bench.apiUrl}/api/v1/emails`,
        headers,
        onAnswers: (answers) => {
          accepted += countOk(answers);
        },
      }),
    },
  ];
  const series = await runRounds(contestants, { warmUp, measured }, (done, all) =>
    say(`single: round ${done} of ${all}${done <= warmUp ? ' (warm-up)' : ''}`),
  );
  return {
    kind: 'figures',
    command: 'single',
    unit: 'email',
    series: series.map(reportSeries),
    ratios: ['item', 'email'].map((id) =>
      reportRatio(
        { id: `single.${id}.by.floor`, title: `Postroom, ${id} / floor` },
        seriesOf(series, `single.${id}`),
        [seriesOf(series, 'floor.single')],
      ),
    ),
    problems: await findUnaccepted(bench, accepted),
  };
}
