import { readFile } from 'node:fs/promises';
import {
  type AcceptBatchDeps,
  keyCacheMs,
  newId,
  type ReadRef,
  rememberCallers,
  shareStatements,
  traceAccepting,
} from '@postroom/core';
import {
  ActionStore,
  ConfirmationStore,
  ContentStore,
  createResourceStores,
  DeliveryStore,
  DirectoryStore,
  isOfAllRequests,
  PreferenceStore,
  RateStore,
  SendChangeStore,
  SendReadStore,
  SendStore,
  SesAccountStore,
  UnsubscribeStore,
  WorkspaceStore,
} from '@postroom/db';
import { createScrape, type Foundation, rateLimitsOf, shared } from '@postroom/process';
import { createCertificateStore, verifySnsMessage } from '@postroom/provider-ses';
import {
  createEnqueuer,
  createRateLimiter,
  findRedisTrouble,
  type RateLimiter,
  redisOf,
  type SendQueue,
} from '@postroom/redis';
import { checkTemplate, createProvidedCheck, missingVariables } from '@postroom/rendering';
import { createPrivateUrlCheck } from '@postroom/webhooks';
import type { Express, Router } from 'express';
import { createApp } from './app.ts';
import { type ApiConfig, type Base, openBase } from './base.ts';
import { openDashboard } from './dashboard/open-dashboard.ts';
import { doorsOf } from './doors/doors.ts';
import { eventTaker } from './event-taker.ts';
import { failureTeller } from './failed-requests.ts';
import { linkRefusals } from './link-refusals.ts';
import { openLinks } from './links/open-links.ts';
import { trackingHostsOf } from './links/tracking-hosts.ts';
import { openSenders } from './open-senders.ts';
import { actionRoutes } from './routes/actions.ts';
import { batchRoutes } from './routes/batches.ts';
import { changeEmailsRoutes } from './routes/change-emails.ts';
import { docsRoutes } from './routes/docs.ts';
import { healthRoutes } from './routes/health.ts';
import { readEmailsRoutes } from './routes/read-emails.ts';
import { createReadGates } from './routes/read-gates.ts';
import { resourceRoutes } from './routes/resources.ts';
import { sesNotificationRoutes } from './routes/ses-notifications.ts';
import { trackedLinkRoutes } from './routes/tracked-links.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { workspaceRoutes } from './routes/workspaces.ts';

/** A statement of what is accepted waits so long for others' at most, in milliseconds, before it is refused. */
const statementWaitMs = 3_000;

async function notifications({ config, database, metrics, logger, errors, tracer }: Base): Promise<Router> {
  const file = config.SNS_CERTIFICATE_FILE;
  const pinnedPem = file === undefined ? undefined : await readFile(file, 'utf8');
  const certificates = createCertificateStore({ fetch, pinnedPem, max: 20 });
  const told = { logger, errors, results: metrics.eventResults };
  const take = eventTaker({ config, database, ...told, tracer });
  return sesNotificationRoutes({
    ...told,
    verify: (message) =>
      verifySnsMessage(message, {
        allowedTopicArns: config.SNS_TOPIC_ARNS,
        lowestVersion: config.SNS_SIGNATURE_VERSION,
        certificates,
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
  let isReadOnly = false;
  return healthRoutes({
    probes: {
      postgres: async () => {
        isReadOnly = false;
        const trouble = await database.trouble();
        isReadOnly = trouble === 'read_only';
        return trouble === null;
      },
      redis: async () => (await redisTrouble()) === null && (await queue.isReachable()),
    },
    reasons: {
      postgres: async () =>
        isReadOnly
          ? 'PostgreSQL at DATABASE_URL can only be read: it is a standby, or transaction_read_only is on.'
          : 'PostgreSQL does not answer at DATABASE_URL.',
      redis: async () => (await redisTrouble())?.reason ?? 'Redis does not answer at REDIS_URL.',
    },
    metrics: config.METRICS_PORT > 0 ? null : createScrape(metrics.registry),
  });
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

const enqueuerOf = ({ config, queue, metrics, errors }: Base): AcceptBatchDeps['queue'] =>
  createEnqueuer({
    queue,
    budgetMs: config.ENQUEUE_BUDGET_MS,
    onMissed: (jobs, reason) => {
      metrics.enqueueMissed.inc(jobs);
      errors.note({ event: 'enqueue_missed', error: reason, sums: { jobs } });
    },
  });

/** What is stored, as far as more than one part of the API asks for it. */
function storesOf({ config, database: { prisma, sql } }: Base) {
  const policy = { refusesFlagged: config.SENDER_VERIFICATION === 'ses' };
  const delivery = new DeliveryStore(prisma);
  const directory = new DirectoryStore(sql, policy);
  const profileContexts: DirectoryStore['profileContexts'] = (workspaceId, ids) =>
    directory.profileContexts(workspaceId, ids);
  return {
    resources: createResourceStores(prisma, policy),
    sends: new SendReadStore(prisma),
    changes: new SendChangeStore(prisma),
    directory,
    profileContexts,
    snapshot: (id: string) => delivery.findSnapshot(id),
  };
}

/** What accepts sends: requests that come together share their statements. */
function acceptingOf(base: Base, directory: DirectoryStore): AcceptBatchDeps {
  const { config, database, tracer } = base;
  const stored = {
    sends: new SendStore(database),
    contents: new ContentStore(database.sql),
    directory,
    queue: enqueuerOf(base),
  };
  const own = { missingVariables, ...linkRefusals(config), newId, now: () => new Date() };
  const sharing = { isOfAll: isOfAllRequests, connections: database.maxConnections, waitMs: statementWaitMs };
  return traceAccepting({ ...shareStatements(stored, sharing), ...own }, tracer);
}

const callersOf = ({ apiKeys }: ReturnType<typeof storesOf>['resources']) =>
  rememberCallers({ findCallers: (keys) => apiKeys.findCallers(keys), cacheMs: keyCacheMs });

/** Routers that need no key. What is asked for most comes first: each of the others is looked at on the way. */
async function openRoutes(base: Base): Promise<readonly Router[]> {
  const { config, database, logger, errors } = base;
  return [
    await notifications(base),
    trackedLinkRoutes(await openLinks(database, base)),
    health(base),
    docsRoutes({ publicUrl: config.PUBLIC_URL }),
    unsubscribeRoutes({
      links: new UnsubscribeStore(database.prisma),
      preferences: new PreferenceStore(database.prisma),
      confirmations: new ConfirmationStore(database.prisma),
      logger,
      errors,
    }),
  ];
}

/** Builds the API on the servers that the configuration names; what it opens goes on the close stack. */
export async function wireApi(config: ApiConfig, foundation: Foundation): Promise<Express> {
  const base = await openBase(config, foundation);
  const { database, renderer, mjml, metrics, tracer } = base;
  const { prisma } = database;
  const { resources, sends, changes, directory, profileContexts, snapshot } = storesOf(base);
  const accept = acceptingOf(base, directory);
  const findCaller = callersOf(resources);
  const message = { source: (ref: ReadRef) => sends.findSource(ref), snapshot, profileContexts, renderer };
  const gates = createReadGates();
  const rated = { rates: new RateStore(prisma), limits: rateLimitsOf(config) };
  const checks = { checkTemplate, compileMjml: mjml.compileMjml, missingVariables };
  const drafts = { ...resources, ...checks, renderer, newId };
  const isPrivateUrl = config.WEBHOOK_PRIVATE_ADDRESSES === 'allow' ? null : createPrivateUrlCheck();
  const senders = openSenders(config, { ...base, accounts: new SesAccountStore(prisma) });
  const managed = { accept, ...resources, ...checks, ...senders, isPrivateUrl };
  return createApp({
    onFailed: failureTeller(base),
    metrics,
    tracer,
    findCaller,
    dashboard: openDashboard(config, { ...base, findCaller, sends, message, drafts, ...rated, ...gates }),
    rateLimiter: rateLimiterOf(config, base.queue),
    accept,
    dryRun: { ...accept, snapshot, profileContexts, renderer, monotonicMs: () => performance.now() },
    resources: [
      actionRoutes({ actions: new ActionStore(prisma), sends }),
      changeEmailsRoutes({ ...accept, changes, batches: sends }),
      readEmailsRoutes(sends, gates),
      batchRoutes(sends),
      workspaceRoutes({ workspaces: new WorkspaceStore(prisma) }),
      ...resourceRoutes({
        ...managed,
        ...rated,
        renderer,
        hasConfirmUrl: createProvidedCheck('confirmUrl'),
        trackingHosts: trackingHostsOf(database, config.TRACKING_HOST_PRIVATE_ADDRESSES),
      }),
    ],
    doors: doorsOf(config.COMPAT, {
      ...managed,
      metrics,
      changes,
      sends,
      snapshot,
      ...gates,
      region: config.AWS_REGION,
    }),
    open: await openRoutes(base),
  });
}
