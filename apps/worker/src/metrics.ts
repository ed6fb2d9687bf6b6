import { webhookDisabledReasons } from '@postroom/contracts';
import {
  Counter,
  createEventDelay,
  createEventResults,
  type EventResults,
  fromZero,
  Gauge,
  Histogram,
  Registry,
  registerProcess,
} from '@postroom/process';

/** What one worker counts, by names that dashboards rely on. */
export type WorkerMetrics = {
  readonly registry: Registry;
  readonly outcomes: Counter<'outcome'>;
  readonly failures: Counter<'class'>;
  readonly queueWaitSeconds: Histogram<'lane'>;
  readonly callSeconds: Histogram;
  readonly sendSeconds: Histogram<'lane'>;
  readonly swept: Counter<'action'>;
  readonly retentionRemoved: Counter<'kind'>;
  readonly eventResults: EventResults;
  /** Measures how late events of SES are. */
  readonly eventsArrived: ReturnType<typeof createEventDelay>;
  readonly rate: Gauge<'account'>;
  readonly quotaUsed: Gauge<'account'>;
  /** Tries to deliver webhooks. */
  readonly webhooks: {
    readonly attempts: Counter<'result'>;
    readonly seconds: Histogram;
    readonly disabled: Counter<'reason'>;
  };
};

const accountGauges = (registers: Registry[]): Pick<WorkerMetrics, 'rate' | 'quotaUsed'> => ({
  rate: new Gauge({
    name: 'postroom_send_rate_recipients_per_second',
    help: 'Recipients per second that the account may send to; `account` names one beside that of the environment.',
    labelNames: ['account'],
    registers,
  }),
  quotaUsed: new Gauge({
    name: 'postroom_quota_used_ratio',
    help: 'Part of the 24-hour quota that is used; `account` names one beside that of the environment.',
    labelNames: ['account'],
    registers,
  }),
});

const webhookMetrics = (registers: Registry[]): WorkerMetrics['webhooks'] => ({
  attempts: new Counter({
    name: 'postroom_webhook_attempts_total',
    help: 'Tries to deliver webhooks, by result: delivered, retried, failed or blocked.',
    labelNames: ['result'],
    registers,
  }),
  seconds: new Histogram({
    name: 'postroom_webhook_request_seconds',
    help: 'Time that receivers of webhooks took to answer, or until they were given up.',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  }),
  disabled: fromZero(
    new Counter({
      name: 'postroom_webhook_endpoints_disabled_total',
      help: 'Endpoints that were disabled because nothing arrived for days, or because they answered 410, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    webhookDisabledReasons,
  ),
});

/** Registers a worker's metrics in a registry of its own. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  registerProcess(registry, 'worker');
  const registers = [registry];
  return {
    registry,
    outcomes: new Counter({
      name: 'postroom_attempts_total',
      help: 'Attempts by outcome; simulated: those of test keys.',
      labelNames: ['outcome'],
      registers,
    }),
    failures: new Counter({
      name: 'postroom_failures_total',
      help: 'Sends that ended Failed, by class, without those of test keys.',
      labelNames: ['class'],
      registers,
    }),
    queueWaitSeconds: new Histogram({
      name: 'postroom_queue_wait_seconds',
      help: 'Time from acceptance, or from when it was scheduled for, to the first claim.',
      labelNames: ['lane'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3600],
      registers,
    }),
    callSeconds: new Histogram({
      name: 'postroom_provider_call_seconds',
      help: 'Time of a call to SES, from putting its message together to the answer.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    sendSeconds: new Histogram({
      name: 'postroom_send_seconds',
      help: 'Time from acceptance, or from when it was scheduled for, until SES took the send, by lane.',
      labelNames: ['lane'],
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
      registers,
    }),
    swept: new Counter({
      name: 'postroom_swept_total',
      help: 'Sends that the sweeper acted on, by action.',
      labelNames: ['action'],
      registers,
    }),
    retentionRemoved: new Counter({
      name: 'postroom_retention_removed_total',
      help: 'Rows that were removed, or emptied, because of their age, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    eventResults: createEventResults(registry),
    eventsArrived: createEventDelay(registry),
    ...accountGauges(registers),
    webhooks: webhookMetrics(registers),
  };
}
