import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startRedis } from '../servers/redis.ts';
import type { RunningServer } from '../servers/server-process.ts';
import type { SesAccountChanges } from '../ses/account.ts';
import type { EventOptions } from '../ses/events/event-publisher.ts';
import { snsTestCertificatePem, snsTestPrivateKeyPem } from '../ses/events/test-certificate.ts';
import { startFakeSes } from '../ses/fake-ses.ts';
import type { FakeSes } from '../ses/fake-ses-handle.ts';
import { type SpawnedNode, spawnNode } from '../spawn-node.ts';
import { type ApiClient, createApiClient, idOf } from './api-client.ts';
import { type DatabaseView, openDatabaseView } from './database-view.ts';
import { sendRedisCommand } from './redis-command.ts';

type Env = Readonly<Record<string, string>>;

export type StackOptions = {
  /** A migrated, empty database; it is the caller's to drop. */
  readonly databaseUrl: string;
  readonly workers?: number;
  readonly account?: SesAccountChanges;
  /** How SES's events misbehave. */
  readonly events?: Partial<EventOptions>;
  readonly apiEnv?: Env;
  readonly workerEnv?: Env;
  /** Addresses that the processes use in place of the servers' own: those of fault proxies. */
  readonly redisUrl?: (direct: string) => Promise<string>;
};

/** The whole pipeline as real processes, with the fake SES in this one. */
export type Stack = {
  readonly apiUrl: string;
  readonly key: string;
  readonly client: ApiClient;
  readonly ses: FakeSes;
  readonly database: DatabaseView;
  readonly api: () => SpawnedNode;
  /** The workers that were started and not yet ended by `killWorker`. */
  readonly workers: readonly SpawnedNode[];
  startWorker(env?: Env): Promise<SpawnedNode>;
  startApi(): Promise<SpawnedNode>;
  /** Forgets everything in Redis, as FLUSHALL does. */
  flushRedis(): Promise<void>;
  stopRedis(): Promise<void>;
  /** Starts an empty Redis where the stopped one was. */
  startRedisAgain(): Promise<void>;
  /** Ends every hold at once. */
  liftHolds(): Promise<void>;
  /** A sender profile and a template that uses `name`; answers the template's id. */
  makeTemplate(): Promise<string>;
  stop(): Promise<void>;
};

const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-events';
const key = `sk_live_${'k'.repeat(32)}`;

/** Starts Redis, the fake SES, one API and some workers; PostgreSQL is given. The caller stops it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'postroom-stack-'));
  const redis = await startRedis({ dir: join(dir, 'redis') });
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const certificateFile = join(dir, 'sns.pem');
  await writeFile(certificateFile, snsTestCertificatePem);
  const ses = await startFakeSes({
    account: { maxSendRate: 2_000, ...options.account },
    events: {
      url: `${apiUrl}/providers/ses/notifications`,
      topicArn,
      privateKeyPem: snsTestPrivateKeyPem,
      ...options.events,
    },
  });
  const shared = {
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl === undefined ? redis.url : await options.redisUrl(redis.url),
    AWS_ENDPOINT_URL_SESV2: ses.url,
    PUBLIC_URL: apiUrl,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const apiEnv = {
    ...shared,
    HOST: '127.0.0.1',
    PORT: String(port),
    SENDER_VERIFICATION: 'trust',
    BOOTSTRAP_API_KEY: key,
    SNS_TOPIC_ARNS: topicArn,
    SNS_CERTIFICATE_FILE: certificateFile,
    ...options.apiEnv,
  };
  const stack = new RunningStack({ dir, redis, ses, apiUrl, shared, apiEnv, options });
  try {
    await stack.startApi();
    await Promise.all(Array.from({ length: options.workers ?? 1 }, () => stack.startWorker()));
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

type Parts = {
  readonly dir: string;
  readonly redis: RunningServer;
  readonly ses: FakeSes;
  readonly apiUrl: string;
  readonly shared: Env;
  readonly apiEnv: Env;
  readonly options: StackOptions;
};

class RunningStack implements Stack {
  readonly #parts: Parts;
  #api: SpawnedNode | undefined;
  #redis: RunningServer;
  #workers: SpawnedNode[] = [];
  readonly key = key;
  readonly client: ApiClient;
  readonly database: DatabaseView;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#redis = parts.redis;
    this.client = createApiClient(parts.apiUrl, key);
    this.database = openDatabaseView(parts.options.databaseUrl);
  }

  get apiUrl(): string {
    return this.#parts.apiUrl;
  }

  get ses(): FakeSes {
    return this.#parts.ses;
  }

  get workers(): readonly SpawnedNode[] {
    return this.#workers.filter((worker) => worker.isRunning());
  }

  api(): SpawnedNode {
    if (this.#api === undefined) throw new Error('the API was not started');
    return this.#api;
  }

  async startApi(): Promise<SpawnedNode> {
    this.#api = await spawnNode({ entry: 'apps/api/src/main.ts', env: this.#parts.apiEnv });
    await this.#api.waitForHttp(`${this.apiUrl}/healthz`);
    return this.#api;
  }

  async startWorker(env: Env = {}): Promise<SpawnedNode> {
    const worker = await spawnNode({
      entry: 'apps/worker/src/main.ts',
      env: { ...this.#parts.shared, ...this.#parts.options.workerEnv, ...env },
    });
    this.#workers.push(worker);
    await worker.waitForLine(/"worker_started"/);
    return worker;
  }

  flushRedis(): Promise<void> {
    return this.#command('FLUSHALL');
  }

  liftHolds(): Promise<void> {
    return this.#command('DEL', 'postroom:holds');
  }

  async stopRedis(): Promise<void> {
    await this.#redis.stop();
  }

  async startRedisAgain(): Promise<void> {
    this.#redis = await startRedis({ dir: join(this.#parts.dir, 'redis'), port: this.#redis.port });
  }

  async #command(...words: readonly string[]): Promise<void> {
    await sendRedisCommand(this.#redis.port, words);
  }

  async makeTemplate(): Promise<string> {
    const sender = { name: 'Acme', fromEmail: 'hello@acme.test', fromName: 'Acme' };
    const senderProfileId = idOf(await this.client.post('/sender-profiles', sender));
    const template = {
      name: 'Welcome',
      subject: 'Hello {{name}}',
      html: '<p>Hello {{name}}</p>',
      senderProfileId,
    };
    return idOf(await this.client.post('/templates', template));
  }

  async stop(): Promise<void> {
    const processes = [...this.workers, ...(this.#api === undefined ? [] : [this.#api])];
    await Promise.all(processes.map((process) => process.stop()));
    await this.ses.stop();
    await this.database.close();
    await this.#redis.stop();
    await rm(this.#parts.dir, { recursive: true, force: true });
  }
}
