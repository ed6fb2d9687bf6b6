import { freePort } from '@postroom/servers';
import { RawSmtp } from '@postroom/testkit';
import * as z from 'zod';
import type { BenchChild } from '../process/child.ts';
import { read } from '../report/reading.ts';
import { type CommandReport, reportRatio, reportSeries, type Series } from '../report/report.ts';
import { type Contestant, runRounds, seriesOf } from '../report/rounds.ts';
import type { RunOptions } from '../run-options.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { from, html, largeMessage, message, to } from './messages.ts';

/** A send through a door may cost so many times the CPU of one through `/api/v1`, PostgreSQL's with it. */
const mostByApi = 1.2;

/** Large messages that come in at once, their bytes, and what each may take of memory, in MB. */
const large = { atOnce: 10, bytes: 15 * 1024 * 1024, mostMb: 64 } as const;

/** Clients that send at once, one message after the other. */
const clients = 20;

/** Emails in each batch, and clients that post such at once. */
const inBatch = 50;
const batchClients = 4;

type Doors = { readonly bench: Bench; readonly smtp: BenchChild; readonly port: number };

async function bring(client: RawSmtp, text: string): Promise<void> {
  const answer = await client.bring(text, { from, to });
  if (!answer.startsWith('250')) throw new Error(`a message was answered ${answer}`);
}

let lastSubject = 0;
const newSubject = () => {
  lastSubject += 1;
  return `order-${lastSubject}`;
};

/** So many sends by so many clients that each do one after the other, as `one` does it. */
async function sendAll(
  sends: number,
  atOnce: number,
  begin: () => Promise<(subject: string) => Promise<void>>,
) {
  const latenciesMs: number[] = [];
  const ones = await Promise.all(Array.from({ length: atOnce }, begin));
  const startedAt = performance.now();
  await Promise.all(
    ones.map(async (one) => {
      for (let done = 0; done < sends / atOnce; done += 1) {
        const askedAt = performance.now();
        await one(newSubject());
        latenciesMs.push(performance.now() - askedAt);
      }
    }),
  );
  return { emails: sends, seconds: (performance.now() - startedAt) / 1_000, latenciesMs };
}

/** How a door is asked for one email, and for a batch of them. */
type HttpDoor = {
  readonly id: string;
  readonly title: string;
  readonly keyHeader: (key: string) => Readonly<Record<string, string>>;
  readonly one: string;
  readonly batch: string;
  readonly emailOf: (subject: string) => object;
  readonly batchOf: (emails: readonly object[]) => object;
};

const own: HttpDoor = {
  id: 'api',
  title: '/api/v1',
  keyHeader: (key) => ({ 'x-api-key': key }),
  one: '/api/v1/emails',
  batch: '/api/v1/emails/batch',
  emailOf: (subject) => ({ from, to, subject, html: html(subject) }),
  batchOf: (emails) => ({ emails }),
};

const others: readonly HttpDoor[] = [
  {
    id: 'resend',
    title: 'Resend',
    keyHeader: (key) => ({ authorization: `Bearer ${key}` }),
    one: '/resend/emails',
    batch: '/resend/emails/batch',
    emailOf: own.emailOf,
    batchOf: (emails) => emails,
  },
  {
    id: 'postmark',
    title: 'Postmark',
    keyHeader: (key) => ({ 'x-postmark-server-token': key }),
    one: '/email',
    batch: '/email/batch',
    emailOf: (subject) => ({ From: from, To: to[0], Subject: subject, HtmlBody: html(subject) }),
    batchOf: (emails) => emails,
  },
];

/** Posts as a door is asked; throws for another answer than 200. */
function posterOf({ apiUrl, key }: Bench, { keyHeader }: HttpDoor) {
  const headers = { ...keyHeader(key), 'content-type': 'application/json' };
  return async (path: string, body: object) => {
    const response = await fetch(`${apiUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
  };
}

function httpContestants(bench: Bench, door: HttpDoor, sends: number): Contestant[] {
  const post = posterOf(bench, door);
  const one = (subject: string) => post(door.one, door.emailOf(subject));
  const batch = (subject: string) => {
    const emails = Array.from({ length: inBatch }, (_, at) => door.emailOf(`${subject}-${at}`));
    return post(door.batch, door.batchOf(emails));
  };
  const batches = async () => {
    const { seconds, latenciesMs } = await sendAll(sends / inBatch, batchClients, async () => batch);
    return { emails: sends, seconds, latenciesMs };
  };
  return [
    {
      id: `doors.${door.id}`,
      title: door.title,
      about: `\`POST ${door.one}\` of 5 KB of html, ${clients} at once.`,
      measure: () => read(bench, bench.api, () => sendAll(sends, clients, async () => one)),
    },
    {
      id: `doors.${door.id}.batch`,
      title: `${door.title}, batches`,
      about: `\`POST ${door.batch}\` of ${inBatch} such, ${batchClients} at once.`,
      measure: () => read(bench, bench.api, batches),
    },
  ];
}

const smtpContestant = ({ bench, smtp, port }: Doors, sends: number): Contestant => ({
  id: 'doors.smtp',
  title: 'SMTP',
  about: `the same as messages on ${clients} connections.`,
  measure: () =>
    read(bench, smtp, async () => {
      const open: RawSmtp[] = [];
      const sent = await sendAll(sends, clients, async () => {
        const client = await RawSmtp.greet(port, bench.key);
        open.push(client);
        return (subject) => bring(client, message(subject));
      });
      // One address has so many connections at most.
      for (const client of open) client.end();
      return sent;
    }),
});

const mbOf = async (child: BenchChild) => z.number().parse(await child.ask('memory')) / 1_024;

/** What each of the large messages that come in at once takes of memory beyond what the process had, in MB. */
async function memoryOfLarge({ bench, smtp, port }: Doors): Promise<number> {
  const before = await mbOf(smtp);
  const texts = Array.from({ length: large.atOnce }, () => largeMessage(newSubject(), large.bytes));
  await Promise.all(
    texts.map(async (text) => {
      const client = await RawSmtp.greet(port, bench.key);
      await bring(client, text);
      client.end();
    }),
  );
  return ((await mbOf(smtp)) - before) / large.atOnce;
}

/** The same series with what PostgreSQL used meanwhile: a door that asks it for more is dearer by that. */
const withPostgres = ({ readings, ...series }: Series): Series => ({
  ...series,
  readings: readings.map((one) => ({ ...one, cpuSeconds: one.cpuSeconds + one.postgresCpuSeconds })),
});

/** Measures what a send through each door costs beside one through `/api/v1`, and what large messages take of memory. */
export async function runDoors({ isShort, say, ...options }: RunOptions): Promise<CommandReport> {
  const bench = await startBench(options);
  const port = await freePort();
  const doors = { bench, smtp: await bench.startSmtp(port), port };
  await bench.client.post('/sender-profiles', { name: 'Acme', fromEmail: from, fromName: 'Acme' });
  const sends = isShort ? 200 : 1_000;
  const contestants = [
    ...[own, ...others].flatMap((door) => httpContestants(bench, door, sends)),
    smtpContestant(doors, sends),
  ];
  const rounds = { warmUp: isShort ? 1 : 2, measured: isShort ? 1 : 5 };
  const series = await runRounds(contestants, rounds, (done, all) =>
    say(`doors: run ${done} of ${all}, ${sends} sends`),
  );
  const ratioTo = (id: string, floor: string) => {
    const ours = withPostgres(seriesOf(series, id));
    const names = { id: `${id}.by.api`, title: `${ours.title} / ${own.title}, with PostgreSQL` };
    return reportRatio(names, ours, [withPostgres(seriesOf(series, floor))]);
  };
  const ratios = [
    ...others.flatMap(({ id }) => [
      ratioTo(`doors.${id}`, 'doors.api'),
      ratioTo(`doors.${id}.batch`, 'doors.api.batch'),
    ]),
    ratioTo('doors.smtp', 'doors.api'),
  ];
  const largeMb = await memoryOfLarge(doors);
  const tooLarge = `${large.atOnce} messages of 15 MB took ${largeMb.toFixed(1)} MB of memory each.`;
  say(`doors: ${tooLarge}`);
  const tooDear = ratios.flatMap(({ title, cpu }) =>
    cpu.median <= mostByApi ? [] : [`${title}: ${cpu.median.toFixed(2)} times the CPU.`],
  );
  return {
    kind: 'figures',
    command: 'doors',
    unit: 'email',
    series: series.map(reportSeries),
    ratios,
    problems: [...(isShort ? [] : tooDear), ...(largeMb <= large.mostMb ? [] : [tooLarge])],
  };
}
