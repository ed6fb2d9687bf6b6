import { randomUUID } from 'node:crypto';
import { type ItemsBatchResponse, itemsBatchResponseSchema } from '@postroom/contracts';
import { generateApiKey, type KeyMode, newId } from '@postroom/core';
import { ApiKeyStore, openDatabase, type PrismaClient, type Sql } from '@postroom/db';
import {
  type ArrivalLimits,
  apiVariables,
  createCloseStack,
  createLogger,
  createRecurringErrors,
  parseEnv,
} from '@postroom/process';
import { openSendQueue } from '@postroom/redis';
import { createTestDatabase, eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import type { Express } from 'express';
import { listen } from '../src/http/listen.ts';
import { wireApi } from '../src/wire.ts';
import { checkAnswer } from './openapi/check-answer.ts';

export type Json = Readonly<Record<string, unknown>>;
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** What goes over the wire: `body` as text or bytes is sent as it is, anything else as JSON. */
type Call = (
  path: string,
  options?: {
    readonly method?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<Answer>;

/** A tenant of its own, and calls to `/api/v1<path>` with a key of scope `full`. */
export type TestWorkspace = {
  readonly id: string;
  readonly key: string;
  post(path: string, body: unknown): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** Posts a batch and answers its parsed answer; throws for any status but 200. */
  batch(items: readonly unknown[], defaults?: unknown): Promise<ItemsBatchResponse>;
  /** Posts something that has to be made and answers its id. */
  make(path: string, body: Json): Promise<string>;
  makeKey(scopes: readonly string[], mode?: KeyMode): Promise<string>;
  aSender(overrides?: Json): Promise<string>;
  /** A template without variables, with a sender profile unless one is named. */
  aTemplate(overrides?: Json): Promise<string>;
  aProfile(overrides?: Json): Promise<string>;
  aGroup(overrides?: Json): Promise<string>;
};

export type TestApi = {
  readonly app: Express;
  readonly origin: string;
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  /** Calls any path, without a key unless the headers hold one. */
  readonly call: Call;
  makeWorkspace(): Promise<TestWorkspace>;
  /** Resolves once the API can tell its queue; until then it leaves every job to the sweeper. */
  redisIsConnected(): Promise<void>;
  /** Jobs in the queue, of all lanes and states but completed, as the test run's own Redis has them. */
  countJobs(): Promise<number>;
  close(): Promise<void>;
};

export type TestApiOptions = {
  /** Which of the databases that tests may have, instead of the one that falls to the file. */
  readonly database?: string;
  /** Comes before all else; hears where the database of the test is. */
  readonly beforeStart?: (databaseUrl: string) => Promise<void>;
  /** Reaches the database of the test through another address, such as a proxy's. */
  readonly reachDatabase?: (url: URL) => URL;
  /** Another Redis; whether it answers is then up to the test. */
  readonly redisUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long requests may take to arrive, instead of what holds in production. */
  readonly arrival?: ArrivalLimits;
  /** How long an answer may wait to be taken, instead of what holds in production. */
  readonly untakenMs?: number;
};

/** Starts the real API on a database and a Redis prefix of its own; senders count as verified when made. */
export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase(options.database);
  await options.beforeStart?.(database.url);
  const prefix = redisPrefix();
  const redisUrl = options.redisUrl ?? testRedisUrl();
  const logger = createLogger({ service: 'api-test', level: 'error' });
  const closeStack = createCloseStack(logger);
  const { prisma, sql, close: closeDatabase } = openDatabase({ url: database.url, maxConnections: 5 });
  const reach = options.reachDatabase ?? ((url) => url);
  const config = parseEnv(apiVariables, {
    DATABASE_URL: reach(new URL(database.url)).href,
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: prefix,
    LOG_LEVEL: 'silent',
    SENDER_VERIFICATION: 'trust',
    ENQUEUE_BUDGET_MS: '5000',
    // Names that nobody has would be looked up for seconds.
    WEBHOOK_PRIVATE_ADDRESSES: 'allow',
    ...options.env,
  });
  const errors = createRecurringErrors(logger);
  closeStack.defer('errors', () => errors.close());
  const app = await wireApi(config, { logger, errors, closeStack, tracer: null });
  const server = await listen(app, {
    host: '127.0.0.1',
    port: 0,
    arrival: options.arrival,
    untakenMs: options.untakenMs,
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const queue = openSendQueue({ url: testRedisUrl(), prefix, onError: () => undefined });
  const call = callerTo(origin);
  const redisIsConnected = () => untilRedisAnswers(call);
  if (options.redisUrl === undefined) await redisIsConnected();
  return {
    app,
    origin,
    prisma,
    sql,
    call,
    makeWorkspace: () => makeWorkspace(prisma, call),
    redisIsConnected,
    countJobs: async () => {
      const { waiting, prioritized, active, delayed, failed } = await queue.counts();
      return waiting + prioritized + active + delayed + failed;
    },
    close: async () => {
      await server.close();
      await closeStack.closeAll(5_000);
      await queue.close();
      await closeDatabase();
      await database.drop();
    },
  };
}

async function untilRedisAnswers(call: Call): Promise<void> {
  await eventually(
    async () => {
      const { body } = await call('/readyz');
      return JSON.stringify(body).includes('"redis":"ok"');
    },
    { what: 'The API being connected to Redis' },
  );
}

function callerTo(origin: string): Call {
  return async (path, { method, body, headers = {} } = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const sent = new Headers(body === undefined ? {} : { 'content-type': 'application/json' });
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const used = method ?? (body === undefined ? 'GET' : 'POST');
    const response = await fetch(`${origin}${path}`, {
      method: used,
      redirect: 'manual',
      headers: sent,
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    const answer = { status: response.status, headers: response.headers, body: parsed };
    checkAnswer({ method: used, path, ...answer });
    return answer;
  };
}

async function makeWorkspace(prisma: PrismaClient, call: Call): Promise<TestWorkspace> {
  const id = newId();
  await prisma.workspace.create({ data: { id, name: 'test' } });
  const makeKey = async (scopes: readonly string[], mode: KeyMode = 'live') => {
    const key = generateApiKey(mode);
    await new ApiKeyStore(prisma).keep(id, { name: 'test', key, scopes });
    return key;
  };
  const key = await makeKey(['full']);
  const headers = { 'x-api-key': key };
  const post = (path: string, body: unknown) => call(`/api/v1${path}`, { method: 'POST', headers, body });
  const make = async (path: string, body: Json) => {
    const answer = await post(path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return idOf(answer.body);
  };
  const aSender = (overrides: Json = {}) =>
    make('/sender-profiles', {
      name: 'Sender',
      fromEmail: `sender-${randomUUID()}@acme.test`,
      fromName: 'Acme',
      ...overrides,
    });
  return {
    id,
    key,
    post,
    get: (path) => call(`/api/v1${path}`, { headers }),
    batch: async (items, defaults) => {
      const answer = await post('/emails/batch', { items, ...(defaults === undefined ? {} : { defaults }) });
      if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
      return itemsBatchResponseSchema.parse(answer.body);
    },
    make,
    makeKey,
    aSender,
    aTemplate: async (overrides = {}) =>
      make('/templates', {
        name: 'Template',
        subject: 'Hello',
        html: '<p>Hello</p>',
        ...('senderProfileId' in overrides ? {} : { senderProfileId: await aSender() }),
        ...overrides,
      }),
    aProfile: (overrides = {}) =>
      make('/profiles', { email: `profile-${randomUUID()}@example.com`, ...overrides }),
    aGroup: (overrides = {}) => make('/subscription-groups', { name: 'News', type: 'OptOut', ...overrides }),
  };
}

function idOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string')
    return body.id;
  throw new Error(`no id: ${JSON.stringify(body)}`);
}
