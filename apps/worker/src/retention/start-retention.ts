import { type Database, RetentionStore } from '@postroom/db';
import type { Foundation } from '@postroom/process';
import type { WorkerMetrics } from '../metrics.ts';
import { runRetention } from './run-retention.ts';

type RetentionConfig = {
  readonly SWEEP_INTERVAL_MS: number;
  readonly RETENTION_SENDS_DAYS?: number | undefined;
  readonly RETENTION_EVENTS_DAYS?: number | undefined;
  readonly RETENTION_CONTENT_DAYS?: number | undefined;
  readonly RETENTION_WEBHOOK_DAYS?: number | undefined;
};

type RetentionBase = Pick<Foundation, 'errors' | 'closeStack'> & {
  readonly config: RetentionConfig;
  readonly metrics: Pick<WorkerMetrics, 'retentionRemoved'>;
  readonly database: Pick<Database, 'prisma'>;
};

/** A look for what has had its time is so much rarer than a sweep. */
const sweepsPerLook = 20;

/** Between two passes of one kind. */
const sweepsPerRest = 60;

const dayMs = 86_400_000;

const inMs = (days: number | undefined): number | null => (days === undefined ? null : days * dayMs);

/** Removes what has had its time, until the process stops; where all is kept, only what a version before left behind. */
export function startRetention({ config, metrics, database, errors, closeStack }: RetentionBase): void {
  const policy = {
    sendsMs: inMs(config.RETENTION_SENDS_DAYS),
    eventsMs: inMs(config.RETENTION_EVENTS_DAYS),
    contentMs: inMs(config.RETENTION_CONTENT_DAYS),
    webhookMs: inMs(config.RETENTION_WEBHOOK_DAYS),
  };
  const store = new RetentionStore(database.prisma, { restMs: sweepsPerRest * config.SWEEP_INTERVAL_MS });
  const retention = runRetention({ store, removed: metrics.retentionRemoved }, policy, {
    intervalMs: sweepsPerLook * config.SWEEP_INTERVAL_MS,
    errors,
  });
  closeStack.defer('retention', () => retention.stop());
}
