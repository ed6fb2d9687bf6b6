import { deliverNotices } from '@postroom/core';
import { type Database, isDatabaseUnavailable, NoticeStore } from '@postroom/db';
import type { Foundation } from '@postroom/process';
import { openWebhookQueue, openWebhookWorker, webhookQueueKinds } from '@postroom/redis';
import { createPoster } from '@postroom/webhooks';
import type { WorkerMetrics } from '../metrics.ts';
import { reportNotice } from './report-notice.ts';
import { runTeller } from './tell-queue.ts';

/**
 * Endpoints that one worker delivers to at once: a slow one keeps one of these places, and no more. Those where nothing
 * arrives have places of their own: however many are dead, what is well does not wait for them.
 */
const endpointsAtOnce = { sound: 50, doubtful: 20 } as const;

/** A lease has to outlast its request by what it takes to write down what came of it, in milliseconds. */
const leaseBeyondRequestMs = 15_000;

/**
 * How long requests in hand may take when the process is to stop, in milliseconds: what has no answer by then is sent again by
 * another worker, under the same id.
 */
const stopMs = 2_000;

type NotifyingConfig = {
  readonly REDIS_URL: string;
  readonly QUEUE_PREFIX: string;
  readonly SWEEP_INTERVAL_MS: number;
  readonly WEBHOOK_TIMEOUT_MS: number;
  readonly WEBHOOK_PRIVATE_ADDRESSES: 'refuse' | 'allow';
};

type NotifyingBase = Foundation & {
  readonly config: NotifyingConfig;
  readonly metrics: WorkerMetrics;
  readonly database: Database;
};

/** Starts delivering webhooks: looks for what is due, tells the queue, and takes its jobs. */
export function startNotifying({
  config,
  metrics,
  database,
  logger,
  errors,
  closeStack,
}: NotifyingBase): void {
  const redis = { url: config.REDIS_URL, prefix: config.QUEUE_PREFIX };
  const notices = new NoticeStore(database.prisma, {
    leaseMs: config.WEBHOOK_TIMEOUT_MS + leaseBeyondRequestMs,
  });
  const queue = openWebhookQueue({
    ...redis,
    onError: (error) => errors.note({ event: 'redis_error', error }),
  });
  closeStack.defer('webhook queue', () => queue.close());
  const post = createPoster({
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
    privateAddresses: config.WEBHOOK_PRIVATE_ADDRESSES,
  });
  const deps = {
    notices,
    post,
    onTried: (report: Parameters<typeof reportNotice>[0]) =>
      reportNotice(report, { logger, metrics: metrics.webhooks }),
    onTrouble: (error: unknown) => errors.note({ event: 'webhook_trouble', error }),
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    random: Math.random,
  };
  const workers = webhookQueueKinds.map((kind) =>
    openWebhookWorker({
      ...redis,
      kind,
      concurrency: endpointsAtOnce[kind],
      process: (endpointId, signal) => deliverNotices(deps, endpointId, signal),
      isOutage: isDatabaseUnavailable,
      onError: (error) => errors.note({ event: 'webhook_worker_error', error }),
    }),
  );
  closeStack.defer('webhooks', async () => {
    await Promise.all(workers.map((worker) => worker.stop(stopMs)));
  });
  const teller = runTeller(notices, queue, { intervalMs: config.SWEEP_INTERVAL_MS, errors });
  closeStack.defer('webhook teller', () => teller.stop());
}
