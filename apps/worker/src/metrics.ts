import { Counter, createEventDelay, Gauge, Histogram, Registry } from '@postroom/process';

/** What one worker counts, by names that dashboards rely on. */
export type WorkerMetrics = {
  readonly registry: Registry;
  readonly outcomes: Counter<'outcome'>;
  readonly failures: Counter<'class'>;
  readonly queueWaitSeconds: Histogram<'lane'>;
  readonly sendSeconds: Histogram;
  readonly swept: Counter<'action'>;
  readonly events: Counter<'result'>;
  /** Measures how late events of SES are. */
  readonly eventsArrived: ReturnType<typeof createEventDelay>;
  readonly rate: Gauge;
  readonly quotaUsed: Gauge;
};

const accountGauges = (registers: Registry[]): Pick<WorkerMetrics, 'rate' | 'quotaUsed'> => ({
  rate: new Gauge({
    name: 'postroom_send_rate_recipients_per_second',
    help: 'Recipients per second that the account may send to.',
    registers,
  }),
  quotaUsed: new Gauge({
    name: 'postroom_quota_used_ratio',
    help: 'Part of the 24-hour quota that is used.',
    registers,
  }),
});

/** Registers a worker's metrics in a registry of its own. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    outcomes: new Counter({
      name: 'postroom_attempts_total',
      help: 'Attempts by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    failures: new Counter({
      name: 'postroom_failures_total',
      help: 'Sends that ended Failed, by class.',
      labelNames: ['class'],
      registers,
    }),
    queueWaitSeconds: new Histogram({
      name: 'postroom_queue_wait_seconds',
      help: 'Time from acceptance to the first claim.',
      labelNames: ['lane'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3600],
      registers,
    }),
    sendSeconds: new Histogram({
      name: 'postroom_provider_call_seconds',
      help: 'Time that SES took to answer SendEmail.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    swept: new Counter({
      name: 'postroom_swept_total',
      help: 'Sends that the sweeper acted on, by action.',
      labelNames: ['action'],
      registers,
    }),
    events: new Counter({
      name: 'postroom_ses_events_total',
      help: 'Events of SES taken from the queue, by result: recorded, ignored, refused or failed.',
      labelNames: ['result'],
      registers,
    }),
    eventsArrived: createEventDelay(registry),
    ...accountGauges(registers),
  };
}
