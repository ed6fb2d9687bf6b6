import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseStack } from '@postroom/process';
import { freePort, type RunningServer, startPostgres, startRedis } from '@postroom/servers';
import {
  type ApiClient,
  type Code,
  createApiClient,
  type DatabaseView,
  openDatabaseView,
} from '@postroom/testkit';
import { z } from 'zod';
import { type BenchChild, startChild } from '../process/child.ts';
import { databaseUrlOf, makeDatabases } from './database.ts';

type Env = Readonly<Record<string, string>>;

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

/** Starts PostgreSQL (fully durable), Redis, the fake SES and one API, each a process of its own. */
export async function startBench(options: Options): Promise<Bench> {
  const { code, closeStack, profileDir } = options;
  const start: typeof startChild = async (child) => {
    const started = await startChild(child);
    closeStack.defer(child.name, () => started.stop());
    return started;
  };
  const { postgres, redis, databaseUrl } = await startServers(options);
  const ses = await start({ name: 'the fake SES', code, app: 'bench', file: 'stack/ses-main' });
  const sesUrl = z.string().parse(await ses.ask('url'));
  const shared: Env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    AWS_ENDPOINT_URL_SESV2: sesUrl,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const port = await freePort();
  const api = await start({
    name: 'the API',
    code,
    app: 'api',
    profileDir,
    file: 'main',
    env: {
      ...shared,
      HOST: '127.0.0.1',
      PORT: String(port),
      SENDER_VERIFICATION: 'trust',
      BOOTSTRAP_API_KEY: key,
    },
    readyLine: /"api_started"/,
  });
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
    startWorker: (env) =>
      start({
        name: 'the worker',
        code,
        app: 'worker',
        profileDir,
        file: 'main',
        env: { ...shared, ...env },
        readyLine: /"worker_started"/,
      }),
    startOwn: (name, file) => start({ name, code, app: 'bench', file }),
    startFloor: (name, settings) =>
      start({
        name: `the floor ${name}`,
        code,
        app: 'bench',
        file: 'floors/main',
        args: [name, JSON.stringify(settings)],
        env: shared,
      }),
    floorDatabaseUrl: (name) => databaseUrlOf(postgres.url, name),
  };
}
