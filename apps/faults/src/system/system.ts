import type { CloseStack } from '@postroom/process';
import { freePort } from '@postroom/servers';
import { type Env, type Stack, startStack } from '@postroom/testkit';
import type { Postgres, Worker } from '../nouns/context.ts';
import type { Timing } from '../nouns/facts.ts';
import type { Scenario, Wishes } from '../nouns/scenario.ts';
import type { Size } from '../nouns/size.ts';
import { hastyTiming, productionTiming } from '../nouns/timing.ts';
import type { Workspace } from '../nouns/workspace.ts';
import { createExitWatch, type ExitWatch } from './exit-watch.ts';
import { createLeakWatch, type LeakWatch } from './leak-watch.ts';
import { createProxies, type Proxies } from './proxies.ts';
import { openVersionBefore, type VersionBefore } from './version-before.ts';
import { installWitness } from './witness.ts';
import { makeSecondWorkspace, makeWorkspaces } from './workspaces.ts';

/** Templates that run away of a workspace which has many of them. */
const manyTemplates = 16;

/** A whole system of its own, with what watches it. */
export type System = {
  readonly stack: Stack;
  readonly postgres: Postgres;
  readonly databaseUrl: string;
  readonly proxies: Proxies;
  readonly workspaces: readonly Workspace[];
  readonly leaks: LeakWatch;
  readonly exits: ExitWatch;
  readonly timing: Timing;
  /** Recipients per second that SES takes in each account. */
  readonly rate: number;
  readonly accounts: number;
  /** Starts a worker and waits until it works. */
  startWorker(env?: Env): Promise<Worker>;
  /** Starts a worker that may end before it has said that it works. */
  spawnWorker(env?: Env): Promise<Worker>;
  /** Where the workers that were started last serve their metrics. */
  metricsUrls(): readonly string[];
};

type Options = {
  readonly postgres: Postgres;
  readonly scenario: Scenario;
  readonly size: Size;
  readonly wishes: Wishes;
  readonly closeStack: CloseStack;
  readonly onLine: (line: string) => void;
};

/** Clients and the fake SES, in this process, stand for machines of their own. */
const behindTheChecker = 10;

/** Recipients per send of the load, a little over one because of the copies. */
const recipientsPerSend = 1.1;
const leastRate = 20;

function rateOf({ scenario, size }: Options): number {
  const headroom = scenario.system?.headroom ?? 1.5;
  return Math.max(leastRate, Math.ceil((size.sends / size.seconds) * recipientsPerSend * headroom));
}

/** The part of the provider's events that is lost: what the scenario loses, or more if so asked. */
export const lossOf = ({ scenario, wishes }: Pick<Options, 'scenario' | 'wishes'>): number =>
  Math.max(wishes.lostEvents, scenario.system?.events?.loseFraction ?? 0);

/** A hundredth of the load bounces, and another complains: that would pause its marketing mail. */
const neverPause = { BOUNCE_PAUSE_PERCENT: '100', COMPLAINT_PAUSE_PERCENT: '100' };

/** In production an erasure waits for requests that are being answered a minute and a half: none takes so long here. */
const settleSoon = { POSTROOM_TEST_SETTLE_MS: '6000' };

const envOf = (timing: Timing) => ({
  SEND_LEASE_MS: String(timing.leaseMs),
  SES_REQUEST_TIMEOUT_MS: String(timing.requestTimeoutMs),
  IN_DOUBT_WINDOW_MS: String(timing.inDoubtWindowMs),
  SWEEP_INTERVAL_MS: String(timing.sweepIntervalMs),
});

/** Has a workspace's mail sent through an account of its own. */
const openAccount = (stack: Stack, workspace: Workspace | undefined, endpoint: string) =>
  stack.database.rows(
    `WITH account AS (
       INSERT INTO ses_accounts (id, name, region, endpoint) VALUES (gen_random_uuid(), 'second', 'eu-west-1', $1) RETURNING id)
     UPDATE sender_profiles SET account_id = account.id FROM account WHERE workspace_id = $2::uuid`,
    [endpoint, workspace?.id],
  );

/** A database for the run: with the tables of this version, or with those of the version before where that comes first. */
async function openTables(options: Options): Promise<{ url: string; before: VersionBefore | null }> {
  const { postgres, scenario, wishes, closeStack } = options;
  const { before: checkout, code } = wishes;
  const isOlder = scenario.needsBefore === true && checkout !== null;
  const name = `faults_${crypto.randomUUID().slice(0, 8)}`;
  const { url, drop } = await postgres.freshDatabase(name, isOlder ? 'empty' : 'migrated');
  closeStack.defer('database', drop);
  const before = isOlder ? openVersionBefore({ checkout, code, databaseUrl: url }) : null;
  await before?.migrate();
  await installWitness(url, scenario.system?.isWitnessed ?? true);
  return { url, before };
}

/** Starts a system as a scenario wants it; what is started goes on the close stack. */
export async function openSystem(options: Options): Promise<System> {
  const { scenario, wishes, closeStack } = options;
  const wanted = scenario.system ?? {};
  const timing = wishes.isShort ? { ...hastyTiming, ...wanted.hasty } : productionTiming;
  const rate = rateOf(options);
  const leaks = createLeakWatch();
  const exits = createExitWatch();
  const { url: databaseUrl, before } = await openTables(options);
  const proxies = createProxies(wanted.through ?? [], closeStack);
  const stack = await startStack({
    databaseUrl,
    checkout: before?.checkout,
    code: wishes.code,
    niceness: behindTheChecker,
    workers: 0,
    apis: wanted.apis ?? 1,
    account: { maxSendRate: rate, max24HourSend: -1, ...wanted.account },
    events: { seed: wishes.seed, ...wanted.events, loseFraction: lossOf(options) },
    apiEnv: { ...neverPause, ...wanted.apiEnv, ...wishes.env },
    workerEnv: { ...neverPause, ...settleSoon, ...envOf(timing), ...wanted.workerEnv, ...wishes.env },
    through: proxies.through,
    onLine: (line) => {
      leaks.look('log', line);
      options.onLine(line);
    },
    onExit: exits.note,
  });
  closeStack.defer('stack', () => stack.stop());
  const workers: Worker[] = [];
  const start = async (how: Stack['startWorker'], env: Env = {}): Promise<Worker> => {
    const port = await freePort();
    const process = await how({ WORKER_HOST: '127.0.0.1', WORKER_PORT: String(port), ...env });
    const worker = { process, metricsUrl: `http://127.0.0.1:${port}/metrics` };
    workers.push(worker);
    return worker;
  };
  const startWorker = (env?: Env) => start((all) => stack.startWorker(all), env);
  const workspaces = await makeWorkspaces(stack, {
    second: await (before?.makeWorkspace('second') ?? makeSecondWorkspace(databaseUrl)),
    poisonTemplates: wanted.poisoner === 'second' ? manyTemplates : 1,
  });
  const hasSecond = wanted.through?.includes('second account') ?? false;
  if (hasSecond)
    await openAccount(stack, workspaces[1], await proxies.through('second account', stack.ses.url));
  await Promise.all(Array.from({ length: wanted.workers ?? 1 }, () => startWorker()));
  return {
    stack,
    postgres: options.postgres,
    databaseUrl,
    proxies,
    workspaces,
    leaks,
    exits,
    timing,
    rate,
    accounts: hasSecond ? 2 : 1,
    startWorker,
    spawnWorker: (env) => start((all) => stack.spawnWorker(all), env),
    metricsUrls: () => workers.map(({ metricsUrl }) => metricsUrl),
  };
}
