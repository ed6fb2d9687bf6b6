import { UnrecoverableError } from 'bullmq';
import { closeRedis, openPatientRedis } from '../connection/redis.ts';
import { createGrowingPause } from './growing-pause.ts';
import { blockSeconds, PatientWorker, stopWorker } from './patient-worker.ts';
import { type WebhookQueueKind, webhookJobSchema, webhookQueueNames } from './webhook-queue.ts';

export type WebhookWorkerOptions = {
  readonly url: string;
  readonly prefix: string;
  /** Of which of the queues it takes jobs. */
  readonly kind: WebhookQueueKind;
  /** Endpoints that are delivered to at once. */
  readonly concurrency: number;
  /** Delivers what is due of one endpoint; the signal says that the process is stopping. */
  readonly process: (endpointId: string, signal: AbortSignal) => Promise<void>;
  readonly onError: (error: Error) => void;
  /** Whether what `process` rejected with will strike other jobs as well: then they are taken more slowly. */
  readonly isOutage: (error: unknown) => boolean;
};

/** How long a job stays with a process that does not report any more, in milliseconds. */
const lockMs = 15_000;

/**
 * The consumer's side of a queue of webhooks. A job that failed is gone: what is due is found again by whoever looks into
 * the table.
 */
export function openWebhookWorker(options: WebhookWorkerOptions): {
  stop(deadlineMs: number): Promise<void>;
} {
  const connection = openPatientRedis(options);
  const stopping = new AbortController();
  const pauses = { redis: createGrowingPause(stopping.signal), work: createGrowingPause(stopping.signal) };
  const inHand = new Set<Promise<void>>();
  const run = async (data: unknown): Promise<void> => {
    const payload = webhookJobSchema.safeParse(data);
    if (!payload.success) throw new UnrecoverableError('bad_payload');
    try {
      await options.process(payload.data.endpointId, stopping.signal);
      pauses.work.over();
    } catch (error) {
      if (options.isOutage(error)) pauses.work.met();
      options.onError(error instanceof Error ? error : new Error('a job failed for an unknown reason'));
    }
  };
  const worker = new PatientWorker(
    webhookQueueNames[options.kind],
    (job) => {
      const running = run(job.data);
      const tracked = running.catch(() => undefined).finally(() => inHand.delete(tracked));
      inHand.add(tracked);
      return running;
    },
    {
      connection,
      prefix: options.prefix,
      concurrency: options.concurrency,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: 5,
      drainDelay: blockSeconds,
      skipVersionCheck: true,
      pauses,
    },
  );
  worker.on('error', options.onError);
  worker.run().catch(options.onError);
  return {
    stop: async (deadlineMs) => {
      await stopWorker(worker, { connection, inHand, deadlineMs, beforeWaiting: () => stopping.abort() });
      await closeRedis(connection);
    },
  };
}
