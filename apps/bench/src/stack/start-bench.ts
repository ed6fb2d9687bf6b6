import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseStack } from '@postroom/process';
import { freePort, type RunningServer, startPostgres, startRedis } from '@postroom/servers';
import {
  type ApiClient,
  apiEnv,
  type Code,
  createApiClient,
  type DatabaseView,
  type Env,
  openDatabaseView,
  serversEnv,
} from '@postroom/testkit';
import { z } from 'zod';
import { type BenchChild, type ChildOptions, startChild } from '../process/child.ts';
import { databaseUrlOf, makeDatabases } from './database.ts';

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
  startWorker(env: Env): Promise<BenchChild>;
  /** Starts one of the bench's own processes. */
  startOwn(name: string, file: string): Promise<BenchChild>;
  /** Starts one of `src/floors` with its settings. */
  startFloor(name: string, settings: Readonly<Record<string, unknown>>): Promise<BenchChild>;
  /** The database that was made for a floor. */
  floorDatabaseUrl(name: string): string;
};

type Options = {
  readonly code: Code;
  readonly closeStack: CloseStack;
  readonly profileDir: string | null;
  /** Names of databases to make beside Postroom's, with the same tables and no rows. */
  readonly floorDatabases: readonly string[];
};

const key = `sk_live_${'b'.repeat(32)}`;

async function startServers({ closeStack, floorDatabases }: Options) {
  const dir = await mkdtemp(join(tmpdir(), 'postroom-bench-'));
  closeStack.defer('folder', () => rm(dir, { recursive: true, force: true }));
  // PostgreSQL may run as another user, who must get through.
  await chmod(dir, 0o711);
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), durability: 'full' });
  closeStack.defer('postgres', () => postgres.stop());
  const redis = await startRedis({ dir: join(dir, 'redis') });
  closeStack.defer('redis', () => redis.stop());
  return { postgres, redis, databaseUrl: await makeDatabases(postgres.url, floorDatabases) };
}

/** Starts processes that end with the run: Postroom's, with its profile taken if wanted, and the bench's own. */
function startersOf({ code, closeStack, profileDir }: Options) {
  const start = async (child: Omit<ChildOptions, 'code'>) => {
    const started = await startChild({ code, ...child });
    closeStack.defer(child.name, () => started.stop());
    return started;
  };
  return {
    startApp: (app: 'api' | 'worker', env: Env) =>
      start({
        name: app === 'api' ? 'the API' : 'the worker',
        app,
        profileDir,
        file: 'main',
        env,
        readyLine: new RegExp(`"${app}_started"`),
      }),
    startOwn: (name: string, file: string, more: Pick<ChildOptions, 'args' | 'env'> = {}) =>
      start({ name, app: 'bench', file, ...more }),
  };
}

/** Starts PostgreSQL (fully durable), Redis, the fake SES and one API, each a process of its own. */
export async function startBench(options: Options): Promise<Bench> {
  const { startApp, startOwn } = startersOf(options);
  const { postgres, redis, databaseUrl } = await startServers(options);
  const ses = await startOwn('the fake SES', 'stack/ses-main');
  const sesUrl = z.string().parse(await ses.ask('url'));
  const shared = serversEnv({ databaseUrl, redisUrl: redis.url, sesUrl });
  const port = await freePort();
  const api = await startApp('api', { ...shared, ...apiEnv(port, key) });
  const apiUrl = `http://127.0.0.1:${port}`;
  const database = openDatabaseView(databaseUrl);
  options.closeStack.defer('database view', () => database.close());
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
    startWorker: (env) => startApp('worker', { ...shared, ...env }),
    startOwn: (name, file) => startOwn(name, file),
    startFloor: (name, settings) =>
      startOwn(`the floor ${name}`, 'floors/main', { args: [name, JSON.stringify(settings)], env: shared }),
    floorDatabaseUrl: (name) => databaseUrlOf(postgres.url, name),
  };
}
