import {
  type Database,
  isDatabaseUnavailable,
  openDatabase,
  refuseUnmigrated,
  SendRateStore,
  UnfitDatabaseError,
} from '@postroom/db';
import {
  type CloseStack,
  errorFields,
  type Foundation,
  isSesReal,
  type Logger,
  serveMetrics,
  type workerVariables,
} from '@postroom/process';
import { createSesClient, createSesProvider, type SesProvider } from '@postroom/provider-ses';
import {
  createHolds,
  createPacer,
  createSweepTurns,
  createWorkerRoll,
  type Holds,
  hasDueJobs,
  openSendWorker,
  type Pacer,
  type SendQueue,
} from '@postroom/redis';
import { createRenderer, rewriteLinks } from '@postroom/rendering';
import type { z } from 'zod';
import { type AccountWatch, watchAccount } from './account-watch.ts';
import { startEvents } from './events/start-events.ts';
import { createHoldGate } from './hold-gate.ts';
import { createInHand, type InHand } from './jobs/in-hand.ts';
import { createProcessSend } from './jobs/process-send.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
import { startNotifying } from './notifying/start-notifying.ts';
import { type BrokenRedis, isRedisUsable, openQueue, redisOf } from './open-queue.ts';
import { startPieces } from './pieces/start-pieces.ts';
import { startRetention } from './retention/start-retention.ts';
import { keepOnRoll, workerName } from './roll.ts';
import { runSweeper } from './sweep/run-sweeper.ts';
import { sweepDepsOf } from './sweep/sweep-deps.ts';
import { crashPointFrom, stuckAfterFrom } from './test-hooks.ts';
import { startUpkeep } from './upkeep/start-upkeep.ts';
import { watchProgress } from './watchdog.ts';

type WorkerConfig = z.output<z.ZodObject<typeof workerVariables>>;

/** The part of its places that a worker keeps for renderings of one workspace that wait: others want the rest. */
const lineShare = 1 / 8;

/** Sends in hand never wait longer than this for their permits, in milliseconds. */
const maxPermitWaitMs = 5_000;

/** BullMQ checks the locks of jobs as often as half of this; shorter ones would be lost on a busy machine. */
const leastLockMs = 5_000;

/** Mail that is paused is looked at so much more rarely than the sweeper looks at mail. */
const sweepsPerPauseLook = 120;

/** A lease has to outlast the call by what it takes to render and to wait for a permit, in milliseconds. */
const leaseBeyondCallMs = 500;

/** What the parts of one worker stand on. */
type Base = Foundation & {
  readonly config: WorkerConfig;
  readonly metrics: WorkerMetrics;
  readonly database: Database;
  readonly queue: SendQueue;
  /** Resolves when Redis, which was away at the start, turns out to be one that only another setting can help. */
  readonly brokenRedis: Promise<BrokenRedis>;
  readonly provider: Pick<SesProvider, 'send' | 'quota'>;
  readonly crashPoint: ReturnType<typeof crashPointFrom>;
};

/** What decides when a send may be made. */
type Governance = { readonly holds: Holds; readonly pacer: Pacer; readonly account: AccountWatch };

function openProvider(config: WorkerConfig, closeStack: CloseStack) {
  const client = createSesClient({
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_SESV2,
    maxSockets: config.WORKER_CONCURRENCY,
    requestTimeoutMs: config.SES_REQUEST_TIMEOUT_MS,
    connectTimeoutMs: Math.min(3_000, config.SES_REQUEST_TIMEOUT_MS),
  });
  const provider = createSesProvider(client);
  closeStack.defer('ses', () => provider.close());
  return provider;
}

const keyOf = ({ config }: Base, name: string) => `${config.QUEUE_PREFIX}:${name}`;

/** Throws when the database cannot be used; one that is away may come back, and is asked again by each statement. */
async function connectDatabase(database: Database, logger: Logger): Promise<void> {
  try {
    const { schema, isTransactionPooled } = await database.connect();
    const newer = await refuseUnmigrated(database);
    logger.info({ event: 'database_connected', schema, isTransactionPooled });
    if (newer.length > 0) logger.warn({ event: 'database_newer', migrations: newer });
  } catch (error) {
    if (error instanceof UnfitDatabaseError) throw error;
    logger.warn({ event: 'database_away', ...errorFields(error) });
  }
}

async function openBase(config: WorkerConfig, foundation: Foundation): Promise<Base> {
  const { closeStack } = foundation;
  const metrics = createWorkerMetrics();
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_CONNECTIONS,
    pooler: config.DATABASE_POOLER,
  });
  closeStack.defer('database', () => database.close());
  await connectDatabase(database, foundation.logger);
  const { queue, brokenRedis } = await openQueue(config, foundation);
  const provider = openProvider(config, closeStack);
  const crashPoint = crashPointFrom(process.env);
  return { ...foundation, config, metrics, database, queue, brokenRedis, provider, crashPoint };
}

async function openGovernance(base: Base): Promise<Governance> {
  const { config, database, queue, provider, logger, errors, metrics, closeStack } = base;
  const { redis } = queue;
  const holds = createHolds({ redis, key: keyOf(base, 'holds'), trialMs: config.SEND_LEASE_MS });
  const account = await watchAccount({
    quota: () => provider.quota(),
    holds,
    setRate: async () => (await new SendRateStore(database.prisma).find())?.recipientsPerSecond ?? null,
    fixedRate: config.SES_MAX_SEND_RATE,
    logger,
    errors,
    metrics,
  });
  closeStack.defer('account', () => account.stop());
  const pacer = createPacer({
    redis,
    key: keyOf(base, 'pace'),
    currentRate: account.currentRate,
    maxWaitMs: Math.min(maxPermitWaitMs, (config.SEND_LEASE_MS - config.SES_REQUEST_TIMEOUT_MS) / 2),
  });
  return { holds, pacer, account };
}

function startSweeper(base: Base): void {
  const { config, database, queue, logger, errors, metrics, closeStack } = base;
  const sweeper = runSweeper(
    sweepDepsOf({
      sql: database.sql,
      queue,
      turns: createSweepTurns(queue.redis, keyOf(base, 'sweep')),
      inDoubtWindowMs: config.IN_DOUBT_WINDOW_MS,
      maxAttempts: config.MAX_ATTEMPTS,
      doubtPolicies: {
        transactional: config.IN_DOUBT_POLICY_TRANSACTIONAL,
        marketing: config.IN_DOUBT_POLICY_MARKETING,
      },
    }),
    { intervalMs: config.SWEEP_INTERVAL_MS, logger, errors, metrics },
  );
  closeStack.defer('sweeper', () => sweeper.stop());
}

/** What a worker hears of its own sends. */
type Heard = { readonly onClaimed: () => void; readonly onSent: () => void; readonly inHand: InHand };

function processSendOf(base: Base, { holds, pacer }: Governance, heard: Heard) {
  const { config, database, logger, errors, metrics, provider, closeStack, crashPoint, tracer } = base;
  const waitingPerWorkspace = Math.max(1, Math.floor(config.WORKER_CONCURRENCY * lineShare));
  const renderer = createRenderer({ waitingPerWorkspace });
  closeStack.defer('renderer', () => renderer.close());
  return createProcessSend({
    prisma: database.prisma,
    sql: database.sql,
    renderer,
    rewriteLinks,
    provider,
    pacer,
    holds: createHoldGate({ holds, pacer, suspendedFailAfterMs: config.SUSPENDED_FAIL_AFTER_MS, logger }),
    metrics,
    crashPoint,
    limits: {
      maxAttempts: config.MAX_ATTEMPTS,
      leaseMs: config.SEND_LEASE_MS,
      requestTimeoutMs: config.SES_REQUEST_TIMEOUT_MS,
      holdMs: config.HOLD_MS,
    },
    publicUrl: config.PUBLIC_URL,
    isReal: isSesReal(config),
    inDoubtWindowMs: config.IN_DOUBT_WINDOW_MS,
    worker: workerName,
    pausedMs: sweepsPerPauseLook * config.SWEEP_INTERVAL_MS,
    ...heard,
    onTrouble: (error) => errors.note({ event: 'delivery_trouble', error }),
    tracer,
  });
}

/** Starts taking jobs, as many at once as the rate can use; answers the time since the last claim. */
function startSending(base: Base, governance: Governance): { readonly sinceLastClaimMs: () => number } {
  const { config, errors, closeStack } = base;
  const { pacer, account } = governance;
  let lastClaimMs = performance.now();
  let sent = 0;
  const inHand = createInHand(config.WORKER_CONCURRENCY);
  let concurrency = inHand.most(pacer.share());
  const worker = openSendWorker({
    url: config.REDIS_URL,
    prefix: config.QUEUE_PREFIX,
    concurrency,
    lockMs: Math.max(leastLockMs, config.SEND_LEASE_MS),
    process: processSendOf(base, governance, {
      inHand,
      onClaimed: () => {
        lastClaimMs = performance.now();
      },
      onSent: () => {
        sent += 1;
      },
    }),
    isOutage: isDatabaseUnavailable,
    onError: (error) => errors.note({ event: 'worker_error', error }),
  });
  closeStack.defer('worker', () => worker.stop(config.SHUTDOWN_TIMEOUT_MS));
  const govern = setInterval(() => {
    concurrency = inHand.most(pacer.share());
    worker.setConcurrency(concurrency);
  }, 250);
  closeStack.defer('governor', () => clearInterval(govern));
  worker.start();
  const roll = keepOnRoll(
    createWorkerRoll({ redis: base.queue.redis, prefix: config.QUEUE_PREFIX }),
    errors,
    () => ({ concurrency, sent, account: account.known() }),
  );
  closeStack.defer('roll', () => roll.stop());
  return { sinceLastClaimMs: () => performance.now() - lastClaimMs };
}

function startWatchdog(
  base: Base,
  { holds, pacer }: Governance,
  sinceLastClaimMs: () => number,
): Promise<'stuck'> {
  const { config, database, closeStack } = base;
  const watchdog = watchProgress({
    sinceLastClaimMs,
    hasDueWork: async () => {
      if (holds.accountWaitMs() > 0 || pacer.blockedMs() > 0) return false;
      const hasDueWork = (await hasDueJobs(redisOf(config))) && (await database.isReachable());
      return hasDueWork && isRedisUsable(config, base.errors);
    },
    stuckAfterMs: stuckAfterFrom(process.env),
  });
  closeStack.defer('watchdog', () => watchdog.stop());
  return watchdog.stuck;
}

async function serveHttp({ config, metrics, closeStack }: Base): Promise<void> {
  if (config.WORKER_PORT === 0) return;
  const server = await serveMetrics({
    host: config.WORKER_HOST,
    port: config.WORKER_PORT,
    registry: metrics.registry,
  });
  closeStack.defer('http', () => server.close());
}

/** Builds one worker and sets it going; `stuck` resolves with the reason when it should be replaced. */
export async function wireWorker(
  config: WorkerConfig,
  foundation: Foundation,
): Promise<{ readonly stuck: Promise<'stuck' | BrokenRedis> }> {
  if (config.SEND_LEASE_MS < config.SES_REQUEST_TIMEOUT_MS + leaseBeyondCallMs) {
    throw new Error(`SEND_LEASE_MS must be at least SES_REQUEST_TIMEOUT_MS + ${leaseBeyondCallMs}.`);
  }
  const base = await openBase(config, foundation);
  const governance = await openGovernance(base);
  startEvents(base);
  startSweeper(base);
  startPieces(base);
  startUpkeep(base);
  startRetention(base);
  const { sinceLastClaimMs } = startSending(base, governance);
  startNotifying(base);
  const stuck = startWatchdog(base, governance, sinceLastClaimMs);
  await serveHttp(base);
  return { stuck: Promise.race([stuck, base.brokenRedis]) };
}
