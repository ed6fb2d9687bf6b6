import { randomBytes } from 'node:crypto';
import { linkTrackingOf, newId } from '@postroom/core';
import { rewriteLinks } from '@postroom/rendering';
import { readAndSign } from '../floors/read-and-sign.ts';
import type { Reading } from '../report/reading.ts';
import {
  type CommandReport,
  type RatioReport,
  reportRatio,
  reportSeries,
  type SeriesReport,
} from '../report/report.ts';
import { type Contestant, runRounds, seriesOf } from '../report/rounds.ts';
import type { RunOptions } from '../run-options.ts';

const links = 30;
const bytes = 10 * 1024;

/** What one document may cost, in microseconds of CPU. */
const mostUs = 200;

/** A document of 10 KB with 30 links, as a newsletter has them. */
function aDocument(): string {
  const link = (at: number) =>
    `<tr><td style="padding:0 0 16px"><a href="https://shop.example.com/articles/${at}?utm_source=news&amp;utm_campaign=w48" style="color:#2457d6">Article ${at}</a></td></tr>\n`;
  const rows = Array.from({ length: links }, (_, at) => link(at)).join('');
  const head = '<!doctype html><html><body style="margin:0"><table role="presentation" width="100%">\n';
  const tail = '</table></body></html>\n';
  const paragraph = '<tr><td style="font-size:15px">We pack every order by hand.</td></tr>\n';
  const room = bytes - head.length - rows.length - tail.length;
  const filling = paragraph.repeat(Math.floor(room / paragraph.length));
  return `${head}${rows}${filling}${' '.repeat(room - filling.length)}${tail}`;
}

/** An address as long as a signed one. */
const address = `https://mail.example.com/t/c/${'x'.repeat(170)}`;

/** Measures this process while it does something so many times. */
async function measured(documents: number, work: () => unknown): Promise<Reading> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  for (let done = 0; done < documents; done += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return {
    emails: documents,
    seconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    postgresCpuSeconds: 0,
    redisCpuSeconds: 0,
    sesCpuSeconds: 0,
    latenciesMs: [],
  };
}

function contestantsOf(html: string, documents: number): Contestant[] {
  const send = {
    linkSecret: randomBytes(32),
    trackClicks: true,
    trackOpens: true,
    trackText: false,
    trackingHost: null,
    headers: [],
    attachments: [],
  };
  const places = { publicUrl: 'https://mail.example.com', unsubscribeUrl: null };
  const ready = { urlOf: () => address, pixelUrl: null, isInText: false };
  const track = () => {
    const tracking = linkTrackingOf({ ...send, id: newId() }, places);
    return tracking === null ? null : rewriteLinks({ subject: '', html, text: null }, tracking);
  };
  return [
    {
      id: 'floor.read',
      title: 'floor: reading and signing',
      about: `the tokenizer of htmlparser2 over ${bytes / 1024} KB of html, and ${links} signatures.`,
      measure: () => measured(documents, () => readAndSign(html, links)),
    },
    {
      id: 'links.rewrite',
      title: 'Postroom, rewriting',
      about: `${links} links of the same html found and given other addresses, which are there already.`,
      measure: () => measured(documents, () => rewriteLinks({ subject: '', html, text: null }, ready)),
    },
    {
      id: 'links.track',
      title: 'Postroom, all of it',
      about: `the same with ${links} signed addresses and a pixel, as the worker does it for one mail.`,
      measure: () => measured(documents, track),
    },
  ];
}

/** The same in times of the floor, for a machine that is slow or has others on it. */
const mostByFloor = 1.2;

const tooDear = ({ cpuUsPerEmail }: SeriesReport, { cpu }: RatioReport): readonly string[] =>
  cpuUsPerEmail.median <= mostUs || cpu.median <= mostByFloor
    ? []
    : [
        `Rewriting the links of a document took ${Math.round(cpuUsPerEmail.median)} us of CPU, over ${mostUs}, and ${cpu.median.toFixed(2)} times the floor.`,
      ];

/** Measures what tracking the links of one message costs, beside the least that it could. */
export async function runLinks({ isShort, say }: RunOptions): Promise<CommandReport> {
  const documents = isShort ? 500 : 5_000;
  const rounds = isShort ? { warmUp: 0, measured: 2 } : { warmUp: 2, measured: 7 };
  const series = await runRounds(contestantsOf(aDocument(), documents), rounds, (done, all) =>
    say(`links: run ${done} of ${all}, ${documents} documents`),
  );
  const floors = [seriesOf(series, 'floor.read')];
  const rewrite = seriesOf(series, 'links.rewrite');
  const ratio = reportRatio({ id: 'links.rewrite.by.floor', title: 'Rewriting / floor' }, rewrite, floors);
  return {
    kind: 'figures',
    command: 'links',
    unit: 'email',
    series: series.map(reportSeries),
    ratios: [
      ratio,
      reportRatio(
        { id: 'links.track.by.floor', title: 'All of it / floor' },
        seriesOf(series, 'links.track'),
        floors,
      ),
    ],
    problems: isShort ? [] : tooDear(reportSeries(rewrite), ratio),
  };
}
