import { setTimeout as sleep } from 'node:timers/promises';
import { ApiKeyStore, openDatabase } from '@postroom/db';
import { runSql } from '@postroom/testkit';
import { fillSends, workspaceId } from '../lists/fill-sends.ts';
import { timesOf } from '../lists/lists-report.ts';
import { countAccepted } from '../load/count-accepted.ts';
import { createMailbag, type Mailbag } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import { serverCpuSeconds } from '../process/server-cpu.ts';
import { spreadOf } from '../report/spread.ts';
import { problemsAmong } from '../report/table.ts';
import type { RunOptions } from '../run-options.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { type Browser, openNow, openStream, signIn } from './dashboards.ts';
import { allowed, type CoreUse, costOf, type NowReport, sumOf } from './now-report.ts';

const sizes = {
  full: { openings: 20, idleSeconds: 40, rounds: 11, batches: 40 },
  short: { openings: 3, idleSeconds: 3, rounds: 2, batches: 4 },
} as const;

/** As many as one key may have open. */
const pages = 10;

const key = `sk_live_${'o'.repeat(32)}`;

/** Stores sends that are all finished, and a key that sees their workspace and the installation. */
async function fill({ databaseUrl }: Bench, sends: number): Promise<void> {
  await fillSends(databaseUrl, sends);
  await runSql(
    databaseUrl,
    "UPDATE email_sends SET status = 'Sent' WHERE status IN ('Scheduled', 'Queued', 'Processing')",
  );
  await runSql(databaseUrl, 'VACUUM ANALYZE');
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  const scopes = ['full', 'operator'];
  await new ApiKeyStore(database.prisma).keep(workspaceId, { name: 'bench', key, scopes });
  await database.close();
}

async function cpuOf({ api, postgres, redis }: Bench): Promise<CoreUse> {
  return {
    api: await api.cpuSeconds(),
    postgres: await serverCpuSeconds(postgres.pid),
    redis: await serverCpuSeconds(redis.pid),
  };
}

/** What parts of a core are used in so many seconds of rest. */
async function restUse(bench: Bench, seconds: number): Promise<CoreUse> {
  const before = await cpuOf(bench);
  await sleep(seconds * 1_000);
  const after = await cpuOf(bench);
  return {
    api: (after.api - before.api) / seconds,
    postgres: (after.postgres - before.postgres) / seconds,
    redis: (after.redis - before.redis) / seconds,
  };
}

async function measureIdle(bench: Bench, browser: Browser, seconds: number): Promise<NowReport['idle']> {
  const without = await restUse(bench, seconds);
  const page = openStream(browser);
  await page.told;
  const withOne = await restUse(bench, seconds);
  page.close();
  return { without, withOne };
}

type Accepting = { readonly seconds: number; readonly cpuSeconds: number };

async function accept(bench: Bench, mailbag: Mailbag, batches: number): Promise<Accepting> {
  const bodies = mailbag.bodies(batches, 'known');
  const before = await cpuOf(bench);
  const startedAt = performance.now();
  const answers = await postBodies(bodies, { ...batchesOf(bench), atOnce: 4 });
  const seconds = (performance.now() - startedAt) / 1_000;
  countAccepted(answers);
  return { seconds, cpuSeconds: sumOf(await cpuOf(bench)) - sumOf(before) };
}

/** Accepts in turns without a page and with ten of them, which are told before it begins. */
async function measureAccept(
  bench: Bench,
  browser: Browser,
  { rounds, batches }: { readonly rounds: number; readonly batches: number },
): Promise<NowReport['accept']> {
  const mailbag = createMailbag({
    templateId: await makeTemplate(bench.client),
    seed: 1,
    knownRecipients: 1_000,
  });
  await accept(bench, mailbag, batches);
  const ratios: Accepting[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const watched = async () => {
      const streams = Array.from({ length: pages }, () => openStream(browser));
      await Promise.all(streams.map(({ told }) => told));
      const accepted = await accept(bench, mailbag, batches);
      for (const { close } of streams) close();
      return accepted;
    };
    // Whichever comes second finds more rows: they change places.
    const alone = () => accept(bench, mailbag, batches);
    const first = await (round % 2 === 0 ? alone : watched)();
    const second = await (round % 2 === 0 ? watched : alone)();
    const [without, withTen] = round % 2 === 0 ? [first, second] : [second, first];
    ratios.push({
      seconds: withTen.seconds / without.seconds,
      cpuSeconds: withTen.cpuSeconds / without.cpuSeconds,
    });
  }
  return {
    time: spreadOf(ratios.map(({ seconds }) => seconds)),
    cpu: spreadOf(ratios.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

/** Measures what the dashboard's first page costs when there are many sends: opening it, leaving it open, and having ten open. */
export async function runNow(options: RunOptions): Promise<NowReport> {
  const { say, sends, isShort } = options;
  const { openings, idleSeconds, ...size } = sizes[isShort ? 'short' : 'full'];
  say('now: starting PostgreSQL, Redis, the fake SES and the API');
  const bench = await startBench(options);
  say(`now: writing ${sends} sends`);
  await fill(bench, sends);
  const browser = await signIn(bench.apiUrl, key);
  say('now: opening the page');
  const times: number[] = [];
  for (let at = 0; at < openings; at += 1) times.push(await openNow(browser));
  const opening = timesOf(times);
  say('now: leaving it open');
  const idle = await measureIdle(bench, browser, idleSeconds);
  say('now: accepting beside ten of them');
  const accepting = await measureAccept(bench, browser, size);
  const problems = isShort
    ? []
    : problemsAmong([
        [opening.p95 > allowed.openingMs, `Now opens in ${opening.p95.toFixed(0)} ms.`],
        [costOf(idle) > allowed.idle, `One page takes ${(100 * costOf(idle)).toFixed(2)} % of a core.`],
        // Processor time: what else runs on the machine changes the other by more than this.
        [accepting.cpu.median > allowed.accept, 'Ten pages make accepting cost more than 5 % more.'],
      ]);
  return { kind: 'now', command: 'now', sends, opening, idle, accept: accepting, problems };
}
