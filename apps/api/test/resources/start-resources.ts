import { randomBytes } from 'node:crypto';
import { type ErrorCode, errorEnvelopeSchema, type GrantableScope } from '@postroom/contracts';
import {
  generateApiKey,
  type HostAnswer,
  keyCacheMs,
  newId,
  rememberCallers,
  type SesIdentities,
  verifyBySes,
  verifyByTrust,
} from '@postroom/core';
import {
  ApiKeyStore,
  ContentStore,
  createResourceStores,
  DeliveryStore,
  DirectoryStore,
  LinkKeyStore,
  openDatabase,
  type PrismaClient,
  RateStore,
  SendStore,
} from '@postroom/db';
import {
  checkTemplate,
  createMjmlCompiler,
  createProvidedCheck,
  createRenderer,
  missingVariables,
} from '@postroom/rendering';
import { createTestDatabase } from '@postroom/testkit';
import { createApp } from '../../src/app.ts';
import { listen } from '../../src/http/listen.ts';
import { createApiMetrics } from '../../src/metrics/metrics.ts';
import { type ResourceRouteDeps, resourceRoutes } from '../../src/routes/resources.ts';
import { checkAnswer } from '../openapi/check-answer.ts';

export type Answer = { readonly status: number; readonly body: unknown; readonly headers: Headers };

export type Call = (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<Answer>;

/** A tenant of its own, and calls with keys of it. */
export type TestWorkspace = {
  readonly id: string;
  /** Calls `/api/v1<path>` with a key of scope `full`. */
  readonly call: Call;
  /** Calls with a new key of these scopes. */
  callAs(...scopes: GrantableScope[]): Promise<Call>;
};

export type TestApi = {
  readonly prisma: PrismaClient;
  /** The call of whoever holds this key. */
  callWith(key: string): Call;
  makeWorkspace(): Promise<TestWorkspace>;
  close(): Promise<void>;
};

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const body: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return { status: response.status, body, headers: response.headers };
}

function callerTo(origin: string, key: string): Call {
  return async (method, path, body) => {
    const answer = await read(
      await fetch(`${origin}/api/v1${path}`, {
        method,
        headers: {
          'x-api-key': key,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    checkAnswer({ method, path: `/api/v1${path}`, ...answer, body: answer.body ?? '' });
    return answer;
  };
}

/** Knows no identity, and takes every new one. */
const unknowingSes = (): SesIdentities => ({
  getIdentity: async () => null,
  createIdentity: async () => ({ status: 'pending', dnsRecords: [] }),
});

type ProviderList = ResourceRouteDeps['providerList'];

/** A list of SES on which nobody is. */
const nothingSuppressed: ProviderList = {
  provider: { isSuppressed: async () => false, liftSuppression: async () => undefined },
  takeTurn: async () => undefined,
};

const callersOf = (prisma: PrismaClient) =>
  rememberCallers({
    findCallers: (keys) => new ApiKeyStore(prisma).findCallers(keys),
    cacheMs: keyCacheMs,
  });

/** Starts the API, with nothing but its resources in use, on a database of its own. */
export async function startResources(
  options: {
    readonly trustSenders?: boolean;
    readonly askHost?: (url: string) => Promise<HostAnswer>;
    readonly providerList?: ProviderList;
  } = {},
): Promise<TestApi> {
  const database = await createTestDatabase();
  const opened = openDatabase({ url: database.url, maxConnections: 10 });
  const { prisma, sql } = opened;
  const renderer = createRenderer();
  const accept = {
    sends: new SendStore(opened),
    contents: new ContentStore(sql),
    directory: new DirectoryStore(sql),
    queue: { enqueue: () => Promise.resolve(true) },
    missingVariables,
    marketingRefusal: null,
    linkRefusal: null,
    newId,
    now: () => new Date(),
  };
  const app = createApp({
    onFailed: () => undefined,
    tracer: null,
    metrics: createApiMetrics({
      backlog: () => Promise.resolve([]),
      queue: () => Promise.resolve({ waiting: 0, prioritized: 0, active: 0, delayed: 0, failed: 0 }),
      work: () => Promise.resolve(0),
      workers: () => Promise.resolve([]),
      holds: () => Promise.resolve([]),
      paused: () => Promise.resolve([]),
      webhooks: () => Promise.resolve(0),
      bloat: () =>
        Promise.resolve({ deadRows: [], oldestTransactionSeconds: 0, oldestSnapshotTransactions: 0 }),
    }),
    findCaller: callersOf(prisma),
    accept,
    dryRun: {
      ...accept,
      snapshot: (id) => new DeliveryStore(prisma).findSnapshot(id),
      profileContexts: (workspaceId, ids) => new DirectoryStore(sql).profileContexts(workspaceId, ids),
      renderer,
      monotonicMs: () => performance.now(),
    },
    resources: resourceRoutes({
      ...createResourceStores(prisma),
      accept,
      hasConfirmUrl: createProvidedCheck('confirmUrl'),
      checkTemplate,
      compileMjml: createMjmlCompiler().compileMjml,
      missingVariables,
      renderer,
      trackingHosts: {
        secretOf: (workspaceId) => new LinkKeyStore(prisma).secretOf(workspaceId),
        ask: options.askHost ?? (async () => ({ kind: 'failed', problem: 'Nobody is asked here.' })),
        newNonce: () => randomBytes(24),
      },
      providerList: options.providerList ?? nothingSuppressed,
      rates: new RateStore(prisma),
      limits: {
        leastDeliveries: 200,
        warning: { bounceRate: 0.02, complaintRate: 0.001 },
        pause: { bounceRate: 0.05, complaintRate: 0.003 },
      },
      isPrivateUrl: null,
      verification: (options.trustSenders ? verifyByTrust : verifyBySes)(unknowingSes, () => new Date()),
    }),
    doors: [],
    dashboard: null,
    open: [],
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const callWith = (key: string) => callerTo(`http://127.0.0.1:${server.port}`, key);
  return {
    prisma,
    callWith,
    makeWorkspace: () => makeWorkspace(prisma, callWith),
    close: async () => {
      await server.close();
      await renderer.close();
      await opened.close();
      await database.drop();
    },
  };
}

async function makeWorkspace(prisma: PrismaClient, callWith: (key: string) => Call): Promise<TestWorkspace> {
  const id = newId();
  await prisma.workspace.create({ data: { id, name: 'test' } });
  const callAs = async (...scopes: GrantableScope[]) => {
    const key = generateApiKey('live');
    await new ApiKeyStore(prisma).keep(id, { name: 'test', key, scopes });
    return callWith(key);
  };
  return { id, call: await callAs('full'), callAs };
}

/** The error of an answer in the envelope that every error has; throws for any other body. */
export function errorOf({ status, body }: Answer): {
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: unknown;
} {
  const { error, details } = errorEnvelopeSchema.parse(body);
  return { status, code: error, details };
}

/** The paths of the issues of a `validation_failed` answer; throws when it is another one. */
export function issuePathsOf(answer: Answer): string[] {
  const { code, details } = errorOf(answer);
  if (code !== 'validation_failed') throw new Error(`not validation_failed but ${code}`);
  return errorIssues(details).map(({ path }) => path);
}

function errorIssues(details: unknown): readonly { readonly path: string }[] {
  if (typeof details !== 'object' || details === null || !('issues' in details)) return [];
  return Array.isArray(details.issues) ? details.issues : [];
}

/** Runs the same thing `times` times at once. */
export const atOnce = <Result>(times: number, run: (at: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, at) => run(at)));

/** Matches a time as the API writes it: ISO 8601, UTC, milliseconds. */
export const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Matches a UUID v7. */
export const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A well-formed id that nothing has. */
export const unknownId = '01890000-0000-7000-8000-000000000000';
