import { readFile } from 'node:fs/promises';
import {
  type AcceptBatchDeps,
  newId,
  type ReadRef,
  type Renderer,
  shareStatements,
  traceAccepting,
} from '@postroom/core';
import {
  ActionStore,
  ApiKeyStore,
  ConfirmationStore,
  ContentStore,
  createResourceStores,
  type Database,
  DeliveryStore,
  DirectoryStore,
  isOfAllRequests,
  openDatabase,
  PreferenceStore,
  RateStore,
  refuseUnmigrated,
  SendChangeStore,
  SendReadStore,
  SendStore,
  SesAccountStore,
  UnsubscribeStore,
  WorkspaceStore,
} from '@postroom/db';
import { type apiVariables, type Foundation, type Logger, rateLimitsOf } from '@postroom/process';
import { createCertificateStore, verifySnsMessage } from '@postroom/provider-ses';
import {
  createEnqueuer,
  createRateLimiter,
  findRedisTrouble,
  openSendQueue,
  type RateLimiter,
  type SendQueue,
} from '@postroom/redis';
import {
  checkTemplate,
  createMjmlCompiler,
  createProvidedCheck,
  createRenderer,
  type MjmlCompiler,
  missingVariables,
} from '@postroom/rendering';
import { createPrivateUrlCheck } from '@postroom/webhooks';
import type { Express, Router } from 'express';
import type { z } from 'zod';
import { createApp } from './app.ts';
import { openDashboard } from './dashboard/open-dashboard.ts';
import { doorsOf } from './doors/doors.ts';
import { eventTaker } from './event-taker.ts';
import { linkRefusals } from './link-refusals.ts';
import { openLinks } from './links/open-links.ts';
import { trackingHostsOf } from './links/tracking-hosts.ts';
import { lookAtRedis, redisOf } from './look-at-redis.ts';
import type { ApiMetrics } from './metrics/metrics.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import { openSenders } from './open-senders.ts';
import { actionRoutes } from './routes/actions.ts';
import { batchRoutes } from './routes/batches.ts';
import { changeEmailsRoutes } from './routes/change-emails.ts';
import { docsRoutes } from './routes/docs.ts';
import { healthRoutes } from './routes/health.ts';
import { readEmailsRoutes } from './routes/read-emails.ts';
import { resourceRoutes } from './routes/resources.ts';
import { sesNotificationRoutes } from './routes/ses-notifications.ts';
import { trackedLinkRoutes } from './routes/tracked-links.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { workspaceRoutes } from './routes/workspaces.ts';
import { shared } from './shared.ts';

type ApiConfig = z.output<z.ZodObject<typeof apiVariables>>;

/** What the parts of the API stand on. */
type Base = Foundation & {
  readonly config: ApiConfig;
  readonly database: Database;
  readonly queue: SendQueue;
  readonly renderer: Renderer;
  readonly mjml: MjmlCompiler;
  readonly metrics: ApiMetrics;
};

/** Previews and dry runs of one workspace that may wait for their rendering: each keeps a caller waiting. */
const maxWaitingRenderings = 8;

/** A statement of the API may take this long: clients wait for it. */
const statementTimeoutMs = 5_000;

/** A statement of what is accepted waits so long for others' at most, in milliseconds, before it is refused. */
const statementWaitMs = 3_000;

/** Makes the key that the environment names, so that an installation can be used without another step. */
async function bootstrapKey(config: ApiConfig, database: Database): Promise<void> {
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  if (config.BOOTSTRAP_API_KEY === undefined) return;
  await new ApiKeyStore(database.prisma).keep(workspaceId, {
    name: 'bootstrap',
    key: config.BOOTSTRAP_API_KEY,
    scopes: ['full'],
  });
}

async function notifications({ config, database, metrics, logger, errors, tracer }: Base): Promise<Router> {
  const file = config.SNS_CERTIFICATE_FILE;
  const pinnedPem = file === undefined ? undefined : await readFile(file, 'utf8');
  const getCertificate = createCertificateStore({ fetch, pinnedPem, max: 20 });
  const told = { logger, errors, results: metrics.eventResults };
  const take = eventTaker({ config, database, ...told, tracer });
  return sesNotificationRoutes({
    ...told,
    verify: (message) =>
      verifySnsMessage(message, {
        allowedTopicArns: config.SNS_TOPIC_ARNS,
        lowestVersion: config.SNS_SIGNATURE_VERSION,
        getCertificate,
        now: () => new Date(),
      }),
    takeEvents: (message) => {
      metrics.eventsArrived(message.events);
      return take(message);
    },
  });
}

/** What was found out about Redis holds for so long, in milliseconds: it takes a connection of its own. */
const redisKeptMs = 2_000;

function health({ config, database, queue, metrics }: Base): Router {
  const redisTrouble = shared(() => findRedisTrouble(redisOf(config)), redisKeptMs);
  return healthRoutes({
    probes: {
      postgres: () => database.isReachable(),
      redis: async () => (await redisTrouble()) === null && (await queue.isReachable()),
    },
    reasons: {
      postgres: async () => 'PostgreSQL does not answer at DATABASE_URL.',
      redis: async () => (await redisTrouble())?.reason ?? 'Redis does not answer at REDIS_URL.',
    },
    metrics:
      config.METRICS_PORT > 0
        ? null
        : async () => ({
            contentType: metrics.registry.contentType,
            text: await metrics.registry.metrics(),
          }),
  });
}

/** Throws when the database is away or cannot be used; says through what it is reached. */
async function connectDatabase(database: Database, logger: Logger): Promise<void> {
  const { schema, isTransactionPooled } = await database.connect();
  const newer = await refuseUnmigrated(database);
  logger.info({ event: 'database_connected', schema, isTransactionPooled });
  if (newer.length > 0) logger.warn({ event: 'database_newer', migrations: newer });
}

/** The longest that a request may wait to be counted, in milliseconds: without an answer by then it passes. */
const rateLimitBudgetMs = 100;

function rateLimiterOf(config: ApiConfig, { redis }: SendQueue): RateLimiter | undefined {
  if (config.RATE_LIMIT_REQUESTS === undefined) return undefined;
  return createRateLimiter({
    redis,
    keyPrefix: `${config.QUEUE_PREFIX}:requests`,
    limit: { requests: config.RATE_LIMIT_REQUESTS, windowSeconds: config.RATE_LIMIT_WINDOW_SECONDS },
    budgetMs: rateLimitBudgetMs,
  });
}

async function openBase(config: ApiConfig, foundation: Foundation): Promise<Base> {
  const { logger, errors, closeStack } = foundation;
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_CONNECTIONS,
    statementTimeoutMs,
    pooler: config.DATABASE_POOLER,
  });
  closeStack.defer('database', () => database.close());
  await connectDatabase(database, logger);
  await bootstrapKey(config, database);
  await lookAtRedis(config, foundation);
  const queue = openSendQueue({
    ...redisOf(config),
    onError: (error) => errors.note({ event: 'redis_error', error }),
  });
  closeStack.defer('queue', () => queue.close());
  const renderer = createRenderer({ waitingPerWorkspace: maxWaitingRenderings });
  closeStack.defer('renderer', () => renderer.close());
  const mjml = createMjmlCompiler();
  closeStack.defer('mjml', async () => mjml.close());
  const metrics = await openMetrics(config, { ...foundation, database, queue });
  return { ...foundation, config, database, queue, renderer, mjml, metrics };
}

const enqueuerOf = ({ config, queue, metrics, errors }: Base): AcceptBatchDeps['queue'] =>
  createEnqueuer({
    queue,
    budgetMs: config.ENQUEUE_BUDGET_MS,
    onMissed: (jobs, reason) => {
      metrics.enqueueMissed.inc(jobs);
      errors.note({ event: 'enqueue_missed', error: reason, sums: { jobs } });
    },
  });

/** Builds the API on the servers that the configuration names; what it opens goes on the close stack. */
export async function wireApi(config: ApiConfig, foundation: Foundation): Promise<Express> {
  const base = await openBase(config, foundation);
  const { logger, database, queue, renderer, mjml, metrics, tracer } = base;
  const { prisma, sql } = database;
  const policy = { refusesFlagged: config.SENDER_VERIFICATION === 'ses' };
  const stores = createResourceStores(prisma, policy);
  const sends = new SendReadStore(prisma);
  const delivery = new DeliveryStore(prisma);
  const snapshot = (id: string) => delivery.findSnapshot(id);
  const changes = new SendChangeStore(prisma);
  const senders = openSenders(config, { ...base, accounts: new SesAccountStore(prisma) });
  const isPrivateUrl = config.WEBHOOK_PRIVATE_ADDRESSES === 'allow' ? null : createPrivateUrlCheck();
  const directory = new DirectoryStore(sql, policy);
  const stored = {
    sends: new SendStore(database),
    contents: new ContentStore(sql),
    directory,
    queue: enqueuerOf(base),
  };
  const own = { missingVariables, ...linkRefusals(config), newId, now: () => new Date() };
  const sharing = { isOfAll: isOfAllRequests, connections: database.maxConnections, waitMs: statementWaitMs };
  const accept = traceAccepting({ ...shareStatements(stored, sharing), ...own }, tracer);
  const findCaller = (key: string) => stores.apiKeys.findCaller(key);
  const profileContexts: DirectoryStore['profileContexts'] = (workspaceId, ids) =>
    directory.profileContexts(workspaceId, ids);
  const message = { source: (ref: ReadRef) => sends.findSource(ref), snapshot, profileContexts, renderer };
  const rated = { rates: new RateStore(prisma), limits: rateLimitsOf(config) };
  const checks = { checkTemplate, compileMjml: mjml.compileMjml, missingVariables };
  const drafts = { ...stores, ...checks, renderer, newId };
  return createApp({
    logger,
    metrics,
    tracer,
    findCallers: (keys) => stores.apiKeys.findCallers(keys),
    dashboard: openDashboard(config, { ...base, findCaller, sends, message, drafts, ...rated }),
    rateLimiter: rateLimiterOf(config, queue),
    accept,
    dryRun: {
      ...accept,
      snapshot,
      profileContexts,
      renderer,
      monotonicMs: () => performance.now(),
    },
    resources: [
      actionRoutes({ actions: new ActionStore(prisma), sends }),
      changeEmailsRoutes({ ...accept, changes, batches: sends }),
      readEmailsRoutes(sends),
      batchRoutes(sends),
      workspaceRoutes({ workspaces: new WorkspaceStore(prisma) }),
      ...resourceRoutes({
        ...stores,
        accept,
        hasConfirmUrl: createProvidedCheck('confirmUrl'),
        ...checks,
        renderer,
        trackingHosts: trackingHostsOf(database, config.TRACKING_HOST_PRIVATE_ADDRESSES),
        ...senders,
        ...rated,
        isPrivateUrl,
      }),
    ],
    doors: doorsOf(config.COMPAT, {
      logger,
      metrics,
      accept,
      changes,
      sends,
      snapshot,
      ...stores,
      ...checks,
      ...senders,
      isPrivateUrl,
      region: config.AWS_REGION,
    }),
    open: [
      // What is asked for most comes first: each of the others is looked at on the way.
      await notifications(base),
      trackedLinkRoutes(await openLinks(database, base)),
      health(base),
      docsRoutes({ publicUrl: config.PUBLIC_URL }),
      unsubscribeRoutes({
        links: new UnsubscribeStore(prisma),
        preferences: new PreferenceStore(prisma),
        confirmations: new ConfirmationStore(prisma),
        logger,
      }),
    ],
  });
}
