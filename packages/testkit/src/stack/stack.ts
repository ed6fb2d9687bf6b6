import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FakeSes, type RunningServer, startRedis } from '@postroom/servers';
import { codeUnderTest, entryOf } from '../code.ts';
import { type SpawnedNode, spawnNode } from '../spawn-node.ts';
import type { FakeSqs } from '../sqs/fake-sqs.ts';
import { type ApiClient, createApiClient, idOf } from './api-client.ts';
import { type DatabaseView, openDatabaseView } from './database-view.ts';
import { sendRedisCommand } from './redis-command.ts';
import type { Env, FreshOptions, StackExit, StackOptions } from './stack-options.ts';

/** What a stack is put together from before its processes are started. */
export type StackParts = {
  readonly dir: string;
  readonly redis: RunningServer;
  readonly ses: FakeSes;
  /** Starts the fake SES of these options, where the one before it was. */
  readonly startSes: (options: FreshOptions, port: number) => Promise<FakeSes>;
  readonly eventQueue: FakeSqs | null;
  readonly key: string;
  readonly apis: readonly { readonly url: string; readonly env: Env }[];
  readonly workerEnv: Env;
  readonly options: StackOptions;
};

/** The whole pipeline as real processes, with the fake SES in this one. */
export class Stack {
  readonly #parts: StackParts;
  readonly #apis = new Map<number, SpawnedNode>();
  #redis: RunningServer;
  #ses: FakeSes;
  #workers: SpawnedNode[] = [];
  #smtps: SpawnedNode[] = [];
  #workerEnv: Env;
  /** Where the first API is: SES's events go there. */
  readonly apiUrl: string;
  readonly apiUrls: readonly string[];
  readonly key: string;
  /** The checkout whose processes are started from now on; this one where there is none. */
  checkout: string | undefined;
  /** Null when SES's events are posted to the API. */
  readonly eventQueue: FakeSqs | null;
  readonly client: ApiClient;
  readonly databaseUrl: string;
  readonly database: DatabaseView;

  constructor(parts: StackParts) {
    this.#parts = parts;
    this.#redis = parts.redis;
    this.apiUrls = parts.apis.map(({ url }) => url);
    this.apiUrl = this.apiUrls[0] ?? '';
    this.key = parts.key;
    this.#ses = parts.ses;
    this.#workerEnv = parts.workerEnv;
    this.checkout = parts.options.checkout;
    this.eventQueue = parts.eventQueue;
    this.client = createApiClient(this.apiUrl, parts.key);
    this.databaseUrl = parts.options.databaseUrl;
    this.database = openDatabaseView(this.databaseUrl);
  }

  /** The workers that were started and still run. */
  get workers(): readonly SpawnedNode[] {
    return this.#workers.filter((worker) => worker.isRunning());
  }

  get ses(): FakeSes {
    return this.#ses;
  }

  redis(): RunningServer {
    return this.#redis;
  }

  /** One API as it was last started; the first unless told. */
  api(at = 0): SpawnedNode {
    const api = this.#apis.get(at);
    if (api === undefined) throw new Error(`API ${at} was not started`);
    return api;
  }

  /** Starts an API, the first unless told, where it was before. */
  async startApi(at = 0): Promise<SpawnedNode> {
    const wanted = this.#parts.apis[at];
    if (wanted === undefined) throw new Error(`this stack has no API ${at}`);
    const api = await this.#spawn('api', wanted.env);
    this.#apis.set(at, api);
    await api.waitForHttp(`${wanted.url}/healthz`);
    return api;
  }

  /** Starts a worker and waits until it works. */
  async startWorker(env: Env = {}): Promise<SpawnedNode> {
    const worker = await this.spawnWorker(env);
    await worker.waitForLine(/"worker_started"/);
    return worker;
  }

  /** Starts an SMTP process on this port of 127.0.0.1, which is open then. Senders are verified, as for the APIs. */
  async startSmtp(port: number, env: Env = {}): Promise<SpawnedNode> {
    const own = { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port), SENDER_VERIFICATION: 'trust' };
    const smtp = await this.#spawn('smtp', { ...this.#parts.workerEnv, ...own, ...env });
    this.#smtps.push(smtp);
    await smtp.waitForLine(/"smtp_started"/);
    return smtp;
  }

  /** Starts a worker that may end before it has said that it works. */
  async spawnWorker(env: Env = {}): Promise<SpawnedNode> {
    const worker = await this.#spawn('worker', { ...this.#workerEnv, ...env });
    this.#workers.push(worker);
    return worker;
  }

  /**
   * Ends the workers, forgets all but keys and workspaces, and starts a new SES and other workers: what a stack of its own
   * would give to a test, without another start of its APIs.
   */
  async beginAnew(options: FreshOptions = {}): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    this.#workers = [];
    await this.#ses.stop();
    await this.flushRedis();
    await this.database.empty();
    this.#ses = await this.#parts.startSes(options, this.#ses.port);
    this.#workerEnv = { ...this.#parts.workerEnv, ...options.workerEnv };
    await Promise.all(Array.from({ length: options.workers ?? 1 }, () => this.startWorker()));
  }

  async #spawn(kind: StackExit['kind'], env: Env): Promise<SpawnedNode> {
    const { code = codeUnderTest(), niceness = 0, onLine, onExit } = this.#parts.options;
    const entry = entryOf(code, kind, 'main');
    const spawned = await spawnNode({
      entry,
      code,
      checkout: this.checkout,
      env,
      niceness,
      ...(onLine === undefined ? {} : { onLine }),
    });
    void spawned.exited.then((exit) => onExit?.({ kind, process: spawned, exit }));
    return spawned;
  }

  /** Forgets everything in Redis, as FLUSHALL does. */
  async flushRedis(): Promise<void> {
    await this.redisCommand('FLUSHALL');
  }

  /** Ends every hold at once. */
  async liftHolds(): Promise<void> {
    await this.redisCommand('DEL', 'postroom:holds');
  }

  async stopRedis(): Promise<void> {
    await this.#redis.stop();
  }

  /** Starts an empty Redis where the stopped one was. */
  async startRedisAgain(): Promise<void> {
    this.#redis = await startRedis({ dir: join(this.#parts.dir, 'redis'), port: this.#redis.port });
  }

  /** Sends one command to Redis itself, past whatever stands before it; see `sendRedisCommand`. */
  redisCommand(...words: readonly string[]): Promise<string> {
    return sendRedisCommand(this.#redis.port, words);
  }

  /** A sender profile and a template that uses `name`; answers the template's id. */
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
    await Promise.all(
      [...this.workers, ...this.#smtps, ...this.#apis.values()].map((process) => process.stop()),
    );
    await this.ses.stop();
    await this.eventQueue?.stop();
    await this.database.close();
    await this.#redis.stop();
    await rm(this.#parts.dir, { recursive: true, force: true });
    await this.#parts.options.dropDatabase?.();
  }
}
