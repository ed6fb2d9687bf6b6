import { join } from 'node:path';
import { freePort, type RunningServer, startRedis } from '@postroom/servers';
import {
  type ApiClient,
  apiEnv,
  createApiClient,
  type DatabaseView,
  type Env,
  openDatabaseView,
  serversEnv,
} from '@postroom/testkit';
import * as z from 'zod';
import { type BenchChild, type ChildOptions, startChild } from '../process/child.ts';
import type { RunOptions } from '../run-options.ts';
import { startDatabase } from './start-database.ts';

/** The servers that a run needs and how processes are told of them. */
export type Bench = {
  readonly postgres: RunningServer;
  readonly redis: RunningServer;
  readonly sesUrl: string;
  readonly apiUrl: string;
  readonly key: string;
  readonly databaseUrl: string;
  readonly client: ApiClient;
  readonly database: DatabaseView;
  readonly api: BenchChild;
  readonly ses: BenchChild;
  /** Starts a worker, which may step back behind the fake SES: that stands for a service on another machine. */
  startWorker(env: Env, niceness?: number): Promise<BenchChild>;
  /** Starts the process that takes mail by SMTP, on this port. */
  startSmtp(port: number): Promise<BenchChild>;
  /** Starts one of the bench's own processes. */
  startOwn(name: string, file: string): Promise<BenchChild>;
  /** Starts one of `src/floors` with its settings. */
  startFloor(name: string, settings: Readonly<Record<string, unknown>>): Promise<BenchChild>;
  /** The database that was made for a floor. */
  floorDatabaseUrl(name: string): string;
};

type Options = Pick<RunOptions, 'code' | 'closeStack' | 'profileDir'> & {
  /** Names of databases to make beside Postroom's, with the same tables and no rows. */
  readonly floorDatabases?: readonly string[];
  /** What the API is told beside what it needs. */
  readonly apiEnv?: Env;
};

const key = `sk_live_${'b'.repeat(32)}`;

/** Starts processes that end with the run: Postroom's, with its profile taken if wanted, and the bench's own. */
function startersOf({ code, closeStack, profileDir }: Options) {
  const start = async (child: Omit<ChildOptions, 'code'>) => {
    const started = await startChild({ code, ...child });
    closeStack.defer(child.name, () => started.stop());
    return started;
  };
  return {
    startApp: (app: 'api' | 'smtp' | 'worker', env: Env, niceness = 0) =>
      start({
        name: { api: 'the API', smtp: 'the SMTP process', worker: 'the worker' }[app],
        app,
        profileDir,
        file: 'main',
        env,
        niceness,
        readyLine: new RegExp(`"${app}_started"`),
      }),
    startOwn: (name: string, file: string, more: Pick<ChildOptions, 'args' | 'env'> = {}) =>
      start({ name, app: 'bench', file, ...more }),
  };
}

/** Starts PostgreSQL (fully durable), Redis, the fake SES and one API, each a process of its own. */
export async function startBench(options: Options): Promise<Bench> {
  const { closeStack, floorDatabases = [] } = options;
  const { startApp, startOwn } = startersOf(options);
  const { postgres, dir, url: databaseUrl, urlOf } = await startDatabase(closeStack, 'full', floorDatabases);
  const redis = await startRedis({ dir: join(dir, 'redis') });
  closeStack.defer('redis', () => redis.stop());
  const ses = await startOwn('the fake SES', 'stack/ses-main');
  const sesUrl = z.string().parse(await ses.ask('url'));
  const shared = serversEnv({ databaseUrl, redisUrl: redis.url, sesUrl });
  const port = await freePort();
  const api = await startApp('api', { ...shared, ...apiEnv(port, key), ...options.apiEnv });
  const apiUrl = `http://127.0.0.1:${port}`;
  const database = openDatabaseView(databaseUrl);
  closeStack.defer('database view', () => database.close());
  return {
    postgres,
    redis,
    ses,
    sesUrl,
    api,
    apiUrl,
    key,
    databaseUrl,
    database,
    client: createApiClient(apiUrl, key),
    startWorker: (env, niceness) => startApp('worker', { ...shared, ...env }, niceness),
    startSmtp: (smtpPort) => {
      const own = { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(smtpPort), SENDER_VERIFICATION: 'trust' };
      return startApp('smtp', { ...shared, ...own });
    },
    startOwn,
    startFloor: (name, settings) =>
      startOwn(`the floor ${name}`, 'floors/main', { args: [name, JSON.stringify(settings)], env: shared }),
    floorDatabaseUrl: urlOf,
  };
}
