import { connectMigrated, type Database, openDatabase, UnfitDatabaseError } from '@postroom/db';
import { errorFields, type Foundation, type Logger, prepareMetrics } from '@postroom/process';
import { type BrokenRedis, createSweepTurns, neededBy, openWatchedQueue } from '@postroom/redis';
import { createRenderer } from '@postroom/rendering';
import type { Base, WorkerConfig } from './base.ts';
import { startEvents } from './events/start-events.ts';
import { openMessageParts } from './jobs/message-parts.ts';
import { createWorkerMetrics } from './metrics.ts';
import { startNotifying } from './notifying/start-notifying.ts';
import { startPieces } from './pieces/start-pieces.ts';
import { startRetention } from './retention/start-retention.ts';
import { sendThroughAll } from './sending/send-through-all.ts';
import { runSweeper } from './sweep/run-sweeper.ts';
import { sweepDepsOf } from './sweep/sweep-deps.ts';
import { crashPointFrom } from './test-hooks.ts';
import { startUpkeep } from './upkeep/start-upkeep.ts';

/** The part of its places that a worker keeps for renderings of one workspace that wait: others want the rest. */
const lineShare = 1 / 8;

/** A lease has to outlast the call by what it takes to render and to wait for a permit, in milliseconds. */
const leaseBeyondCallMs = 500;

const keyOf = ({ config }: Base, name: string) => `${config.QUEUE_PREFIX}:${name}`;

/** Throws when the database cannot be used; one that is away may come back, and is asked again by each statement. */
async function connectDatabase(database: Database, logger: Logger): Promise<void> {
  try {
    await connectMigrated(database, logger);
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
  const { queue, broken } = await openWatchedQueue(config, foundation, neededBy.workers);
  const waitingPerWorkspace = Math.max(1, Math.floor(config.WORKER_CONCURRENCY * lineShare));
  const renderer = createRenderer({ waitingPerWorkspace });
  closeStack.defer('renderer', () => renderer.close());
  const crashPoint = crashPointFrom(process.env);
  const parts = openMessageParts(database.prisma);
  return {
    ...foundation,
    config,
    metrics,
    database,
    queue,
    brokenRedis: broken,
    renderer,
    parts,
    crashPoint,
  };
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

/** Builds one worker and sets it going; `stuck` resolves with the reason when it should be replaced. */
export async function wireWorker(
  config: WorkerConfig,
  foundation: Foundation,
): Promise<{ readonly stuck: Promise<'stuck' | BrokenRedis> }> {
  if (config.SEND_LEASE_MS < config.SES_REQUEST_TIMEOUT_MS + leaseBeyondCallMs) {
    throw new Error(`SEND_LEASE_MS must be at least SES_REQUEST_TIMEOUT_MS + ${leaseBeyondCallMs}.`);
  }
  const base = await openBase(config, foundation);
  const { WORKER_HOST: host, WORKER_PORT: port } = config;
  const serveHttp = prepareMetrics(foundation.closeStack, { host, port, registry: base.metrics.registry });
  startEvents(base);
  startSweeper(base);
  startPieces(base);
  startUpkeep(base);
  startRetention(base);
  const { stuck } = await sendThroughAll(base);
  startNotifying(base);
  await serveHttp();
  return { stuck: Promise.race([stuck, base.brokenRedis]) };
}
