import { type Database, NoticeLogStore, OperationStore, RateStore, SesAccountStore } from '@postroom/db';
import { type Foundation, serveMetrics } from '@postroom/process';
import { createHoldsOfAll, createWorkerRoll, createWorkNumber, type SendQueue } from '@postroom/redis';
import { type ApiMetrics, createApiMetrics } from './metrics.ts';
import { countWork, tellWork } from './work.ts';

type MetricsConfig = { readonly HOST: string; readonly METRICS_PORT: number; readonly QUEUE_PREFIX: string };
type MetricsBase = Foundation & { readonly database: Database; readonly queue: SendQueue };

/** Opens the metrics of the API on what they are read off, and serves them on a port of their own if one is set. */
export async function openMetrics(
  { HOST, METRICS_PORT, QUEUE_PREFIX }: MetricsConfig,
  { database, queue, errors, closeStack }: MetricsBase,
): Promise<ApiMetrics> {
  const inRedis = { redis: queue.redis, prefix: QUEUE_PREFIX };
  const holds = createHoldsOfAll(inRedis);
  const accounts = new SesAccountStore(database.prisma);
  const operations = new OperationStore(database.prisma);
  const rates = new RateStore(database.prisma);
  const notices = new NoticeLogStore(database.prisma);
  const work = { number: createWorkNumber(inRedis), operations, errors };
  const roll = createWorkerRoll(inRedis);
  const metrics = createApiMetrics({
    backlog: () => operations.countBacklog(),
    queue: () => queue.counts(),
    work: () => countWork(work),
    workers: () => roll.list(),
    holds: async () => {
      const [active, known] = await Promise.all([holds.refresh(), accounts.list().catch(() => [])]);
      const nameOf = new Map(known.map(({ id, name }) => [id, name]));
      return active.map((hold) => ({ ...hold, account: nameOf.get(hold.accountId ?? '') }));
    },
    paused: () => rates.countPaused(),
    webhooks: () => notices.countPending(),
    bloat: () => operations.findBloat(),
  });
  const telling = tellWork(work);
  closeStack.defer('work', () => telling.stop());
  if (METRICS_PORT > 0) {
    const server = await serveMetrics({ host: HOST, port: METRICS_PORT, registry: metrics.registry });
    closeStack.defer('metrics', () => server.close());
  }
  return metrics;
}
