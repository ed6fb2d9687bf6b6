import { readFile } from 'node:fs/promises';
import type { apiVariables } from '@postroom/config';
import { domainOf } from '@postroom/contracts';
import { newId } from '@postroom/core';
import {
  countBacklog,
  createDirectory,
  createResourceStores,
  createSendStore,
  type Database,
  ensureDefaultWorkspace,
  findCaller,
  findSend,
  openDatabase,
  recordEvents,
  storeApiKey,
} from '@postroom/db';
import { type CloseStack, errorFields, type Foundation, type Logger } from '@postroom/observability';
import {
  createCertificateStore,
  createSesClient,
  createSesProvider,
  verifySnsMessage,
} from '@postroom/provider-ses';
import { createEnqueuer, createHolds, openSendQueue, type SendQueue } from '@postroom/queue';
import { checkTemplate, createRenderer, missingVariables } from '@postroom/rendering';
import type { Express, Router } from 'express';
import type { z } from 'zod';
import { createApp } from './app.ts';
import { type ApiMetrics, createApiMetrics } from './metrics.ts';
import { emailRoutes } from './routes/emails.ts';
import { healthRoutes } from './routes/health.ts';
import { resourceRoutes } from './routes/resources.ts';
import { sesNotificationRoutes } from './routes/ses-notifications.ts';

type ApiConfig = z.output<z.ZodObject<typeof apiVariables>>;

/** A statement of the API may take this long: clients wait for it. */
const statementTimeoutMs = 5_000;

/** Makes the key that the environment names, so that an installation can be used without another step. */
async function bootstrapKey(config: ApiConfig, database: Database): Promise<void> {
  const workspaceId = await ensureDefaultWorkspace(database.prisma);
  if (config.BOOTSTRAP_API_KEY === undefined) return;
  await storeApiKey(database.prisma, {
    workspaceId,
    name: 'bootstrap',
    key: config.BOOTSTRAP_API_KEY,
    scopes: ['full'],
  });
}

async function notifications(config: ApiConfig, database: Database, logger: Logger): Promise<Router> {
  const file = config.SNS_CERTIFICATE_FILE;
  const pinnedPem = file === undefined ? undefined : await readFile(file, 'utf8');
  const getCertificate = createCertificateStore({ fetch, pinnedPem, max: 20 });
  return sesNotificationRoutes({
    logger,
    verify: (message) =>
      verifySnsMessage(message, {
        allowedTopicArns: config.SNS_TOPIC_ARNS,
        getCertificate,
        now: () => new Date(),
      }),
    recordEvents: (events) => recordEvents(database.prisma, events),
  });
}

function health(options: {
  readonly database: Database;
  readonly queue: SendQueue;
  readonly metrics: ApiMetrics;
}): Router {
  const { database, queue, metrics } = options;
  return healthRoutes({
    probes: {
      postgres: () => database.isReachable(),
      redis: async () => (await queue.redis.ping()) === 'PONG',
    },
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
  });
}

/** How senders are verified: by trust, or because SES knows the address or its domain as verified. */
function senderVerification(config: ApiConfig, closeStack: CloseStack): (email: string) => Promise<boolean> {
  if (config.SENDER_VERIFICATION === 'trust') return async () => true;
  const client = createSesClient({
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_SESV2,
    maxSockets: 4,
    requestTimeoutMs: 5_000,
    connectTimeoutMs: 2_000,
  });
  const provider = createSesProvider(client);
  closeStack.defer('ses', () => provider.close());
  return async (email) => {
    const domain = await provider.getIdentity(domainOf(email));
    if (domain?.status === 'verified') return true;
    return (await provider.getIdentity(email))?.status === 'verified';
  };
}

/** Builds the API on the servers that the configuration names; what it opens goes on the close stack. */
export async function wireApi(config: ApiConfig, { logger, closeStack }: Foundation): Promise<Express> {
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_CONNECTIONS,
    statementTimeoutMs,
  });
  closeStack.defer('database', () => database.close());
  const { prisma } = database;
  await bootstrapKey(config, database);
  const queue = openSendQueue({
    url: config.REDIS_URL,
    prefix: config.QUEUE_PREFIX,
    onError: (error) => logger.debug({ event: 'redis_error', ...errorFields(error) }),
  });
  closeStack.defer('queue', () => queue.close());
  const renderer = createRenderer();
  closeStack.defer('renderer', () => renderer.close());
  const holds = createHolds({ redis: queue.redis, key: `${config.QUEUE_PREFIX}:holds`, nowMs: Date.now });
  const metrics = createApiMetrics({
    backlog: () => countBacklog(prisma),
    queue: () => queue.counts(),
    holds: () => holds.refresh(),
  });
  const enqueuer = createEnqueuer({
    queue,
    budgetMs: config.ENQUEUE_BUDGET_MS,
    onMissed: (jobs, reason) => {
      metrics.enqueueMissed.inc(jobs);
      logger.warn({ event: 'enqueue_missed', jobs, reason });
    },
  });
  const resources = resourceRoutes({
    missingVariables,
    ...createResourceStores(prisma),
    checkTemplate,
    renderer,
    isSenderVerified: senderVerification(config, closeStack),
  });
  return createApp({
    logger,
    metrics,
    findCaller: (key) => findCaller(prisma, key),
    accept: {
      sends: createSendStore(prisma),
      directory: createDirectory(prisma),
      queue: enqueuer,
      missingVariables,
      newId,
    },
    resources: [
      emailRoutes({ findSend: (workspaceId, id) => findSend(prisma, workspaceId, id) }),
      ...resources,
    ],
    open: [health({ database, queue, metrics }), await notifications(config, database, logger)],
  });
}
