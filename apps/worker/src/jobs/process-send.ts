import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DeliverDeps,
  deliverSend,
  deliverTraced,
  type JobVerdict,
  type Renderer,
  type Tracer,
} from '@postroom/core';
import {
  AttemptStore,
  ClaimStore,
  DeliveryStore,
  EventStore,
  type PrismaClient,
  type Sql,
} from '@postroom/db';
import type { HoldGate } from '../hold-gate.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { beginInGroups } from './begin-in-groups.ts';
import { claimInGroups } from './claim-in-groups.ts';
import { createGiveBack } from './give-back.ts';
import type { InHand } from './in-hand.ts';
import type { MessageParts } from './message-parts.ts';
import { recordInGroups } from './record-in-groups.ts';
import { createReturnTimes } from './return-times.ts';
import { simulateEvents } from './simulate-events.ts';
import { type SendTimes, timeSends } from './time-sends.ts';
import { traceSends } from './trace-sends.ts';

export type ProcessSendOptions = {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  /** The account that is sent through; null: the environment's. */
  readonly accountId: string | null;
  readonly renderer: Renderer;
  readonly parts: MessageParts;
  readonly rewriteLinks: DeliverDeps['rewriteLinks'];
  readonly provider: DeliverDeps['provider'];
  readonly pacer: DeliverDeps['pacer'] & { isBusy(): boolean };
  readonly holds: HoldGate;
  readonly metrics: WorkerMetrics;
  readonly crashPoint: DeliverDeps['crashPoint'];
  readonly limits: DeliverDeps['limits'];
  readonly publicUrl: string;
  readonly isReal: boolean;
  readonly inDoubtWindowMs: number;
  readonly worker: string;
  /** When a send whose marketing mail is paused is looked at again, in milliseconds. */
  readonly pausedMs: number;
  readonly onClaimed: () => void;
  /** Hears of each send that SES took. */
  readonly onSent: () => void;
  /** Hears how long sends are in hand, and wait for their permits. */
  readonly inHand: Pick<InHand, 'lasted' | 'waited'>;
  /** Hears of failures of ours that a send got over. */
  readonly onTrouble: DeliverDeps['onTrouble'];
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
};

/** The pacer, and how long sends wait for it. */
const timedPacer = ({ pacer, inHand }: ProcessSendOptions): DeliverDeps['pacer'] => ({
  acquire: async (wish) => {
    const askedAtMs = performance.now();
    const permit = await pacer.acquire(wish);
    inHand.waited((performance.now() - askedAtMs) / 1_000);
    return permit;
  },
  slowDown: () => pacer.slowDown(),
});

/** The provider, and who hears of what it took. */
const heardProvider = (
  { provider, metrics, holds }: ProcessSendOptions,
  times: Pick<SendTimes, 'accepted'>,
): DeliverDeps['provider'] => ({
  send: async (message, admission) => {
    const end = metrics.callSeconds.startTimer();
    const outcome = await provider.send(message, admission);
    end();
    if (outcome.kind === 'accepted') {
      holds.accepted(message.sendId);
      times.accepted(message.sendId);
    }
    return outcome;
  },
});

/** How sends are claimed, and given back if no answer came. A process that ends waits for none of that. */
function claimingOf(options: ProcessSendOptions) {
  const { sql, limits } = options;
  const { leaseMs } = limits;
  const attempts = new AttemptStore(sql);
  const giveBack = createGiveBack({
    giveBack: (requests) => attempts.giveBack(requests),
    leaseMs,
    monotonicMs: () => performance.now(),
    pause: (ms) => sleep(ms, undefined, { ref: false }),
  });
  return { ...options, claims: new ClaimStore(sql), giveBack, leaseMs };
}

type Job = { readonly sendId: string; readonly epoch: number };

/** Puts the delivery of one send together with this process's database, provider and permits. */
export function createProcessSend(
  options: ProcessSendOptions,
): (job: Job, signal: AbortSignal) => Promise<JobVerdict> {
  const { prisma, sql, metrics, holds } = options;
  const store = new DeliveryStore(prisma);
  const events = new EventStore(sql);
  const times = timeSends(metrics, options.onSent);
  const deps: DeliverDeps = {
    claim: times.claim(claimInGroups(claimingOf(options))),
    begin: beginInGroups(sql),
    record: recordInGroups(options),
    recordEvidence: (send, providerMessageId) => events.recordEvidence(send, providerMessageId),
    reportSimulated: (send) => simulateEvents(events, send),
    // What is claimed here is of this account.
    flagSender: (id, reason) => store.flagSender(id, options.accountId, reason),
    ...options.parts,
    renderer: options.renderer,
    rewriteLinks: options.rewriteLinks,
    returns: createReturnTimes(() => performance.now()),
    publicUrl: options.publicUrl,
    isReal: options.isReal,
    provider: heardProvider(options, times),
    pacer: timedPacer(options),
    holds,
    newLeaseToken: randomUUID,
    random: Math.random,
    monotonicMs: () => performance.now(),
    pause: (ms) => sleep(ms),
    onTrouble: options.onTrouble,
    crashPoint: options.crashPoint,
    limits: options.limits,
  };
  const tracing = options.tracer === null ? null : traceSends(sql, options.tracer);
  const deliver = (job: Job, signal: AbortSignal) =>
    tracing === null ? deliverSend(deps, job, signal) : deliverTraced(deps, tracing, { job, signal });
  return async (job, signal) => {
    await holds.admit(job.sendId, signal);
    const startedAtMs = performance.now();
    try {
      return signal.aborted ? { kind: 'later', waitMs: 0 } : await deliver(job, signal);
    } finally {
      times.ended(job.sendId);
      options.inHand.lasted((performance.now() - startedAtMs) / 1_000);
      await holds.leave(job.sendId);
    }
  };
}
