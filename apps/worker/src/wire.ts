import { hostname } from 'node:os';
import type { workerVariables } from '@postroom/config';
import { openDatabase } from '@postroom/db';
import { type CloseStack, errorFields, type Foundation } from '@postroom/observability';
import { createSesClient, createSesProvider } from '@postroom/provider-ses';
import {
  createGeneration,
  createHolds,
  createPacer,
  evictionProblem,
  openSendQueue,
  openSendWorker,
} from '@postroom/queue';
import { createRenderer } from '@postroom/rendering';
import type { z } from 'zod';
import { watchAccount } from './account-watch.ts';
import { crashPointFrom } from './crash-point.ts';
import { serveWorkerHttp } from './http.ts';
import { createProcessSend } from './jobs/process-send.ts';
import { createWorkerMetrics } from './metrics.ts';
import { runSweeper } from './sweep/run-sweeper.ts';
import { sweepDepsOf } from './sweep/sweep-deps.ts';
import { waitWhile } from './wait-while.ts';
import { watchProgress } from './watchdog.ts';

type WorkerConfig = z.output<z.ZodObject<typeof workerVariables>>;

/** Sends in hand never wait longer than this for their share of the rate, in milliseconds. */
const maxShareWaitMs = 5_000;

/** Seconds' worth of the rate that one worker may have in hand. */
const inHandSeconds = 2;

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

async function openQueue(config: WorkerConfig, { logger, closeStack }: Foundation) {
  const onError = (error: Error) => logger.debug({ event: 'redis_error', ...errorFields(error) });
  const queue = openSendQueue({ url: config.REDIS_URL, prefix: config.QUEUE_PREFIX, onError });
  closeStack.defer('queue', () => queue.close());
  const problem = await evictionProblem(queue.redis);
  if (problem !== null) throw new Error(problem);
  return queue;
}

/** Builds one worker and sets it going; `stuck` resolves when it should be replaced. */
export async function wireWorker(
  config: WorkerConfig,
  foundation: Foundation,
): Promise<{ readonly stuck: Promise<'stuck'> }> {
  const { logger, closeStack } = foundation;
  const metrics = createWorkerMetrics();
  const database = openDatabase({ url: config.DATABASE_URL, maxConnections: config.DATABASE_CONNECTIONS });
  closeStack.defer('database', () => database.close());
  const queue = await openQueue(config, foundation);
  const provider = openProvider(config, closeStack);
  const renderer = createRenderer();
  closeStack.defer('renderer', () => renderer.close());

  const key = (name: string) => `${config.QUEUE_PREFIX}:${name}`;
  const holds = createHolds({ redis: queue.redis, key: key('holds'), nowMs: Date.now });
  const account = await watchAccount({
    quota: () => provider.quota(),
    holds,
    fixedRate: config.SES_MAX_SEND_RATE,
    logger,
    metrics,
  });
  closeStack.defer('account', () => account.stop());
  const pacer = createPacer({
    redis: queue.redis,
    key: key('pace'),
    currentRate: account.currentRate,
    maxWaitMs: Math.min(maxShareWaitMs, (config.SEND_LEASE_MS - config.SES_REQUEST_TIMEOUT_MS) / 2),
  });

  let lastClaimMs = performance.now();
  const processSend = createProcessSend({
    prisma: database.prisma,
    renderer,
    provider,
    pacer,
    holds,
    metrics,
    crashPoint: crashPointFrom(process.env.POSTROOM_TEST_CRASH_AT),
    limits: {
      maxAttempts: config.MAX_ATTEMPTS,
      leaseMs: config.SEND_LEASE_MS,
      requestTimeoutMs: config.SES_REQUEST_TIMEOUT_MS,
    },
    publicUrl: config.PUBLIC_URL,
    inDoubtWindowMs: config.IN_DOUBT_WINDOW_MS,
    worker: `${hostname()}-${process.pid}`,
    onClaimed: () => {
      lastClaimMs = performance.now();
    },
  });
  const worker = openSendWorker({
    url: config.REDIS_URL,
    prefix: config.QUEUE_PREFIX,
    concurrency: config.WORKER_CONCURRENCY,
    process: async (job, signal) => {
      await waitWhile(() => holds.accountWaitMs() > 0 || pacer.blockedMs() > 0, signal);
      if (signal.aborted) return { kind: 'later', waitMs: 0 };
      return processSend(job, signal);
    },
    onError: (error) => logger.warn({ event: 'worker_error', ...errorFields(error) }),
  });
  const sweeper = runSweeper(
    sweepDepsOf({
      prisma: database.prisma,
      queue,
      generation: createGeneration(queue.redis, key('generation')),
      inDoubtWindowMs: config.IN_DOUBT_WINDOW_MS,
      maxAttempts: config.MAX_ATTEMPTS,
    }),
    { intervalMs: config.SWEEP_INTERVAL_MS, logger, metrics },
  );
  closeStack.defer('sweeper', () => sweeper.stop());
  closeStack.defer('worker', () => worker.stop(config.SHUTDOWN_TIMEOUT_MS));

  const govern = setInterval(() => {
    const share = Math.ceil(account.currentRate() * inHandSeconds);
    worker.setConcurrency(Math.max(1, Math.min(config.WORKER_CONCURRENCY, share)));
  }, 250);
  closeStack.defer('governor', () => clearInterval(govern));
  worker.start();

  const watchdog = watchProgress({
    sinceLastClaimMs: () => performance.now() - lastClaimMs,
    hasDueWork: async () => {
      const { waiting, prioritized } = await queue.counts();
      return waiting + prioritized > 0 && holds.accountWaitMs() === 0 && (await database.isReachable());
    },
  });
  closeStack.defer('watchdog', () => watchdog.stop());
  if (config.WORKER_PORT > 0) {
    const server = await serveWorkerHttp({
      host: config.WORKER_HOST,
      port: config.WORKER_PORT,
      registry: metrics.registry,
    });
    closeStack.defer('http', () => server.close());
  }
  return { stuck: watchdog.stuck };
}
