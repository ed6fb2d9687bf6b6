import { ApiKeyStore, openDatabase } from '@postroom/db';
import * as z from 'zod';
import type { BenchChild } from '../process/child.ts';
import type { RunOptions } from '../run-options.ts';
import { makeGreeting } from '../stack/make-template.ts';
import { type Bench, startBench } from '../stack/start-bench.ts';
import { attacks } from './attacks.ts';
import { type Bystander, watchFor } from './bystander.ts';
import { type AttackReport, attackReportOf, type HostileReport, problemsOf } from './hostile-report.ts';

const secondsOf = { full: 15, short: 3 } as const;
/** What is attacked with at the same time, after each alone. */
const atOnce = 3;

const key = `sk_live_${'h'.repeat(32)}`;

/** The workspace of the attacker, beside the bystander's. */
async function makeWorkspace(databaseUrl: string): Promise<void> {
  const id = crypto.randomUUID();
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    await database.prisma.workspace.create({ data: { id, name: 'hostile' } });
    await new ApiKeyStore(database.prisma).keep(id, { name: 'hostile', key, scopes: ['full'] });
  } finally {
    await database.close();
  }
}

const memorySchema = z.number();
const mbOf = async (child: BenchChild) => memorySchema.parse(await child.ask('memory')) / 1024;

type Hostile = {
  readonly bench: Bench;
  readonly worker: BenchChild;
  readonly attacker: BenchChild;
  readonly bystander: Bystander;
  readonly seconds: number;
};

type Together = { readonly name: string; readonly about: string; readonly names: readonly string[] };

async function measure(
  { bench, worker, attacker, bystander, seconds }: Hostile,
  { name, about, names }: Together,
): Promise<AttackReport> {
  const { apiUrl, sesUrl } = bench;
  const task = { names, seconds, apiUrl, sesUrl, key };
  await attacker.ask('prepare', task);
  const [rounds, seen] = await Promise.all([
    attacker.ask('attack', task),
    watchFor(bystander, { seconds, everyMs: 100 }),
  ]);
  const counted = z.array(z.int()).parse(rounds);
  return attackReportOf(
    {
      name,
      about,
      rounds: counted.reduce((sum, count) => sum + count, 0),
      apiMb: await mbOf(bench.api),
      workerMb: await mbOf(worker),
    },
    seen,
  );
}

function plan(isShort: boolean): readonly Together[] {
  const each = attacks.map(({ name, about }) => ({ name, about, names: [name] }));
  const some = isShort ? each.slice(0, 2) : each;
  const groups = some.flatMap((_, at) => (at % atOnce === 0 ? [some.slice(at, at + atOnce)] : []));
  return [
    { name: 'nobody', about: 'the bystander alone', names: [] },
    ...some,
    ...groups.map((group) => {
      const name = group.map((one) => one.name).join(' + ');
      return { name, about: 'these at once', names: group.flatMap(({ names }) => names) };
    }),
  ];
}

/** Measures what hostile callers cost another workspace, one after the other and some at once. */
export async function runHostile(options: RunOptions): Promise<HostileReport> {
  const { say, isShort } = options;
  say('hostile: starting PostgreSQL, Redis, the fake SES, the API, a worker and the attacker');
  const bench = await startBench(options);
  const worker = await bench.startWorker({ SES_MAX_SEND_RATE: '1000' });
  await makeWorkspace(bench.databaseUrl);
  const attacker = await bench.startOwn('the attacker', 'hostile/attacker-main');
  const templateId = await makeGreeting(bench.client);
  const bystander = { ...bench, templateId };
  const seconds = secondsOf[isShort ? 'short' : 'full'];
  const hostile = { bench, worker, attacker, bystander, seconds };
  const reports: AttackReport[] = [];
  for (const together of plan(isShort)) {
    say(`hostile: beside ${together.name}`);
    reports.push(await measure(hostile, together));
  }
  return { kind: 'hostile', command: 'hostile', attacks: reports, problems: problemsOf(reports) };
}
