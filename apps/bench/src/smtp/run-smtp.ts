import { freePort } from '@postroom/servers';
import { RawSmtp } from '@postroom/testkit';
import { z } from 'zod';
import type { BenchChild } from '../process/child.ts';
import { read } from '../report/reading.ts';
import { type CommandReport, reportRatio, reportSeries } from '../report/report.ts';
import { type Contestant, runRounds, seriesOf } from '../report/rounds.ts';
import type { RunOptions } from '../run-options.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';

/** A send by SMTP may cost so many times what it costs by HTTP. */
const mostByApi = 1.2;

/** Large messages that come in at once, their bytes, and what each may take of memory, in MB. */
const large = { atOnce: 10, bytes: 15 * 1024 * 1024, mostMb: 64 } as const;

/** Clients that send at once, one message after the other. */
const clients = 20;

const from = 'hello@acme.test';
const to = ['jane@b.test'];

type Door = { readonly bench: Bench; readonly smtp: BenchChild; readonly port: number };

const html = (subject: string) => `<p>${subject}</p>${'<p>We pack every order by hand.</p>'.repeat(140)}`;

const head = (subject: string) =>
  `From: ${from}\r\nTo: ${to[0]}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@acme.test>\r\nMIME-Version: 1.0\r\n`;

function message(subject: string): string {
  const lines = html(subject).replace(/<\/p>/g, '</p>\r\n');
  return `${head(subject)}Content-Type: text/html; charset=utf-8\r\n\r\n${lines}`;
}

function largeMessage(subject: string): string {
  const line = `${'QUJD'.repeat(19)}\r\n`;
  const file = line.repeat(Math.ceil(large.bytes / line.length));
  const parts = [
    'Content-Type: text/plain\r\n\r\nHello',
    `Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${file}`,
  ];
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join('');
  return `${head(subject)}Content-Type: multipart/mixed; boundary=b\r\n\r\n${body}--b--`;
}

async function bring(client: RawSmtp, text: string): Promise<void> {
  const answer = await client.bring(text, { from, to });
  if (!answer.startsWith('250')) throw new Error(`a message was answered ${answer}`);
}

let lastSubject = 0;
const newSubject = () => {
  lastSubject += 1;
  return `order-${lastSubject}`;
};

/** So many sends by clients that each do one after the other, as `one` does it. */
async function sendAll(sends: number, begin: () => Promise<(subject: string) => Promise<void>>) {
  const latenciesMs: number[] = [];
  const ones = await Promise.all(Array.from({ length: clients }, begin));
  const startedAt = performance.now();
  await Promise.all(
    ones.map(async (one) => {
      for (let done = 0; done < sends / clients; done += 1) {
        const askedAt = performance.now();
        await one(newSubject());
        latenciesMs.push(performance.now() - askedAt);
      }
    }),
  );
  return { emails: sends, seconds: (performance.now() - startedAt) / 1_000, latenciesMs };
}

function contestantsOf({ bench, smtp, port }: Door, sends: number): Contestant[] {
  const post = async (subject: string) => {
    const email = { from, to, subject, html: html(subject) };
    const { status } = await bench.client.post('/emails', email);
    if (status !== 200) throw new Error(`an email was answered ${status}`);
  };
  return [
    {
      id: 'smtp.api',
      title: 'by HTTP',
      about: `\`POST /api/v1/emails\` of 5 KB of html, ${clients} at once.`,
      measure: () => read(bench, bench.api, () => sendAll(sends, async () => post)),
    },
    {
      id: 'smtp.door',
      title: 'by SMTP',
      about: `the same as messages on ${clients} connections.`,
      measure: () =>
        read(bench, smtp, () =>
          sendAll(sends, async () => {
            const client = await RawSmtp.greet(port, bench.key);
            return (subject) => bring(client, message(subject));
          }),
        ),
    },
  ];
}

const mbOf = async (child: BenchChild) => z.number().parse(await child.ask('memory')) / 1_024;

/** What each of the large messages that come in at once takes of memory beyond what the process had, in MB. */
async function memoryOfLarge({ bench, smtp, port }: Door): Promise<number> {
  const before = await mbOf(smtp);
  const texts = Array.from({ length: large.atOnce }, () => largeMessage(newSubject()));
  await Promise.all(
    texts.map(async (text) => {
      const client = await RawSmtp.greet(port, bench.key);
      await bring(client, text);
      client.end();
    }),
  );
  return ((await mbOf(smtp)) - before) / large.atOnce;
}

/** Measures what a send by SMTP costs beside one by HTTP, and what large messages take of memory. */
export async function runSmtp({ isShort, say, ...options }: RunOptions): Promise<CommandReport> {
  const bench = await startBench(options);
  const port = await freePort();
  const smtp = await bench.startSmtp(port);
  const profile = { name: 'Acme', fromEmail: from, fromName: 'Acme' };
  await bench.client.post('/sender-profiles', profile);
  const door = { bench, smtp, port };
  const sends = isShort ? 100 : 1_000;
  const rounds = { warmUp: isShort ? 1 : 2, measured: isShort ? 1 : 5 };
  const series = await runRounds(contestantsOf(door, sends), rounds, (done, all) =>
    say(`smtp: run ${done} of ${all}, ${sends} sends`),
  );
  const largeMb = await memoryOfLarge(door);
  const ours = seriesOf(series, 'smtp.door');
  const ratio = reportRatio({ id: 'smtp.by.api', title: 'SMTP / HTTP' }, ours, [
    seriesOf(series, 'smtp.api'),
  ]);
  const tooDear = `A send by SMTP took ${ratio.cpu.median.toFixed(2)} times the CPU of one by HTTP.`;
  const tooLarge = `${large.atOnce} messages of 15 MB took ${largeMb.toFixed(1)} MB of memory each.`;
  say(`smtp: ${tooLarge}`);
  return {
    kind: 'figures',
    command: 'smtp',
    unit: 'email',
    series: series.map(reportSeries),
    ratios: [ratio],
    problems: [
      ...(isShort || ratio.cpu.median <= mostByApi ? [] : [tooDear]),
      ...(largeMb <= large.mostMb ? [] : [tooLarge]),
    ],
  };
}
