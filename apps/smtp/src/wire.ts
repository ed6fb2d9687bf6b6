import {
  type AcceptBatchDeps,
  createGate,
  createGateByOwner,
  createRoom,
  keyCacheMs,
  linkRefusal,
  marketingRefusal,
  newId,
  rememberCallers,
  shareStatements,
  traceAccepting,
} from '@postroom/core';
import {
  ApiKeyStore,
  ContentStore,
  connectMigrated,
  type Database,
  DirectoryStore,
  isOfAllRequests,
  openDatabase,
  SendReadStore,
  SendStore,
  writeTimes,
} from '@postroom/db';
import { errorFields, type Foundation, isSesReal, keepOnRoll, prepareMetrics } from '@postroom/process';
import {
  createEnqueuer,
  createRateLimiter,
  createSmtpRoll,
  neededBy,
  openWatchedQueue,
  type SendQueue,
} from '@postroom/redis';
import { missingVariables } from '@postroom/rendering';
import { openPorts } from './listen/open-ports.ts';
import { createMetrics, type SmtpMetrics } from './metrics.ts';
import { internalRefusal, temporaryOf } from './receive/answers.ts';
import { type TakeMessageDeps, takeMessage } from './receive/take-message.ts';
import type { ConversationDeps } from './session/conversation.ts';
import { Crowd } from './session/crowd.ts';
import { Refusal } from './session/reply.ts';
import { Sessions } from './session/sessions.ts';
import { createThrottle } from './session/throttle.ts';
import type { SmtpConfig } from './smtp-config.ts';

/**
 * Bytes of messages in hand, of which a workspace has half at the most. What is read and written of them at the same time
 * takes three times its own: few large ones, and as many small ones as fill a statement that they share. Some of these places
 * are left to other workspaces.
 */
const memoryBytes = 256 * 1024 * 1024;
const waiting = 10_000;
const gates = {
  large: createGateByOwner({ atOnce: 2, waiting }, createGate({ atOnce: 4, waiting })),
  small: createGateByOwner({ atOnce: 50, waiting }, createGate({ atOnce: 64, waiting })),
};

/** The longest that a message may wait to be counted, in milliseconds: without an answer by then it passes. */
const rateLimitBudgetMs = 100;

async function openServers(config: SmtpConfig, foundation: Foundation) {
  const { logger, closeStack } = foundation;
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_CONNECTIONS,
    statementTimeoutMs: writeTimes.statementMs,
    pooler: config.DATABASE_POOLER,
  });
  closeStack.defer('database', () => database.close());
  await connectMigrated(database, logger);
  const { queue } = await openWatchedQueue(config, foundation, neededBy.producers);
  return { database, queue };
}

type Servers = { readonly database: Database; readonly queue: SendQueue };

function acceptDeps(
  config: SmtpConfig,
  { errors }: Foundation,
  { database, queue }: Servers,
): AcceptBatchDeps {
  const isReal = config.SENDER_VERIFICATION === 'ses' && isSesReal(config.AWS_ENDPOINT_URL_SESV2);
  const places = { publicUrl: config.PUBLIC_URL, isReal };
  const stored = {
    sends: new SendStore(database),
    contents: new ContentStore(database.sql),
    directory: new DirectoryStore(database.sql, { refusesFlagged: config.SENDER_VERIFICATION === 'ses' }),
    queue: createEnqueuer({
      queue,
      budgetMs: config.ENQUEUE_BUDGET_MS,
      onMissed: (jobs, reason) => errors.note({ event: 'enqueue_missed', error: reason, sums: { jobs } }),
    }),
  };
  return {
    ...shareStatements(stored, {
      isOfAll: isOfAllRequests,
      connections: database.maxConnections,
      waitMs: writeTimes.waitMs,
    }),
    missingVariables,
    marketingRefusal: marketingRefusal(places),
    linkRefusal: linkRefusal(places),
    newId,
    now: () => new Date(),
  };
}

/** The same counters as the API's: what a key may do it may do by both doors together. */
function rateLimiterOf(config: SmtpConfig, { redis }: SendQueue) {
  if (config.RATE_LIMIT_REQUESTS === undefined) return undefined;
  return createRateLimiter({
    redis,
    keyPrefix: `${config.QUEUE_PREFIX}:requests`,
    limit: { requests: config.RATE_LIMIT_REQUESTS, windowSeconds: config.RATE_LIMIT_WINDOW_SECONDS },
    budgetMs: rateLimitBudgetMs,
  });
}

/** Any failure as the answer to it; a fault of ours is told to whoever runs this. */
const refusalFor =
  ({ logger, errors }: Foundation, { answered }: SmtpMetrics) =>
  (error: unknown): Refusal => {
    if (isGone(error)) return internalRefusal();
    const refusal = error instanceof Refusal ? error : (temporaryOf(error) ?? internalRefusal());
    answered(refusal.responseCode);
    if (!(error instanceof Refusal)) {
      if (refusal.message.includes('our side'))
        logger.error({ event: 'smtp_message_failed', ...errorFields(error) });
      else errors.note({ event: 'smtp_message_put_off', error });
    }
    return refusal;
  };

/** The client left in the middle of a message: nobody hears the answer. */
const isGone = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  /^(?:ECONNECTION|ERR_STREAM_PREMATURE_CLOSE)$/.test(String(error.code));

function limitsOf(config: SmtpConfig): ConversationDeps['limits'] {
  return {
    maxBytes: config.SMTP_MAX_BYTES,
    maxRecipients: config.SMTP_MAX_RECIPIENTS,
    maxConnections: config.SMTP_MAX_CONNECTIONS,
    authWithoutTls: config.SMTP_AUTH_WITHOUT_TLS,
  };
}

/** Opens the door on the servers that the configuration names; answers its ports. What it opens goes on the close stack. */
export async function wireSmtp(config: SmtpConfig, foundation: Foundation) {
  const servers = await openServers(config, foundation);
  const sessions = new Sessions();
  const crowd = new Crowd({
    maxConnections: config.SMTP_MAX_CONNECTIONS,
    maxPerAddress: config.SMTP_MAX_CONNECTIONS_PER_ADDRESS,
    onRefused: () => metrics.answered(421),
  });
  const metrics: SmtpMetrics = createMetrics(() => crowd.size);
  const { SMTP_HOST: host, SMTP_METRICS_PORT: port } = config;
  const serveHttp = prepareMetrics(foundation.closeStack, { host, port, registry: metrics.registry });
  const { tracer } = foundation;
  const accept = traceAccepting(acceptDeps(config, foundation, servers), tracer);
  const sends = new SendReadStore(servers.database.prisma);
  const wentTo: TakeMessageDeps['wentTo'] = (send, emailKeys) => sends.wentTo(send, emailKeys);
  const take = { accept, gates, tracer, wentTo };
  const keys = new ApiKeyStore(servers.database.prisma);
  const ports = await openPorts(config, foundation, {
    findCaller: rememberCallers({ findCallers: (asked) => keys.findCallers(asked), cacheMs: keyCacheMs }),
    throttle: createThrottle(),
    sessions,
    crowd,
    memory: createRoom(memoryBytes),
    rateLimiter: rateLimiterOf(config, servers.queue),
    take: async (arrival) => {
      const id = await takeMessage(take, arrival);
      metrics.answered(250);
      return id;
    },
    refusalFor: refusalFor(foundation, metrics),
    nowMs: () => performance.now(),
    certified: metrics.certified,
    limits: limitsOf(config),
  });
  const roll = keepOnRoll(
    createSmtpRoll({ redis: servers.queue.redis, prefix: config.QUEUE_PREFIX }),
    foundation.errors,
    metrics.numbers,
  );
  foundation.closeStack.defer('roll', () => roll.stop());
  await serveHttp();
  return ports;
}
