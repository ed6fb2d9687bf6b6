import { eventually } from '@postroom/testkit';
import type { RunOptions } from '../run-options.ts';
import { makeGreeting } from '../stack/make-template.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { arrivalsAfter, lastSeq } from './ledger.ts';
import { type Marketing, openMarketing } from './marketing.ts';
import { type QuotaFigures, type QuotaReport, quotaProblems, type RateCase } from './rate-report.ts';
import { useOfRate } from './use-of-rate.ts';
import { withWorkers } from './with-workers.ts';

/** How long a case sends, in seconds: some twenty at least at the lower rate, where one mail is half a percent. */
const secondsAt = (rate: number, isShort: boolean) => {
  if (isShort) return 6;
  return rate < 50 ? 20 : 12;
};

const settledWithinMs = 120_000;

function casesOf(isShort: boolean): readonly RateCase[] {
  if (isShort) return [{ rate: 200, workers: 2, recipients: 1 }];
  return [1, 3].flatMap((recipients) =>
    [14, 200].flatMap((rate) => [1, 4, 8].map((workers) => ({ rate, workers, recipients }))),
  );
}

async function measure(
  bench: Bench,
  marketing: Marketing,
  { rate, workers, recipients, seconds }: RateCase & { readonly seconds: number },
): Promise<QuotaFigures> {
  const seq = await lastSeq(bench.sesUrl);
  const wished = (rate * seconds) / recipients;
  const mails = Math.ceil(wished / 100) * 100;
  await marketing.post(mails, recipients);
  await withWorkers(bench, { rate, workers }, () =>
    eventually(async () => (await lastSeq(bench.sesUrl)) >= seq + mails, {
      timeoutMs: settledWithinMs,
      intervalMs: 250,
      what: `${mails} mails at ${rate} a second`,
    }),
  );
  const arrivals = await arrivalsAfter(bench.sesUrl, seq);
  const fits = (Math.floor(rate / recipients) * recipients) / rate;
  return { rate, workers, recipients, seconds, fits, ...useOfRate(arrivals, rate) };
}

/** Measures how much of the rate is used, and whether it is ever passed, as SES counts it. */
export async function runQuota(options: RunOptions): Promise<QuotaReport> {
  const { say, isShort } = options;
  say('quota: starting PostgreSQL, Redis, the fake SES and the API');
  const bench = await startBench(options);
  const marketing = await openMarketing(bench, await makeGreeting(bench.client));
  const cases: QuotaFigures[] = [];
  for (const one of casesOf(isShort)) {
    say(`quota: ${one.rate}/s, ${one.workers} workers, ${one.recipients} recipients a mail`);
    cases.push(await measure(bench, marketing, { ...one, seconds: secondsAt(one.rate, isShort) }));
  }
  return { kind: 'quota', command: 'quota', cases, problems: quotaProblems(cases) };
}
