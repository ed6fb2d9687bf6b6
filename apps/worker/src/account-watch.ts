import type { ProviderQuota } from '@postroom/core';
import { errorFields, type Logger } from '@postroom/observability';
import type { Holds } from '@postroom/queue';
import type { WorkerMetrics } from './metrics.ts';

export type AccountWatch = {
  /** Recipients per second over all replicas. */
  currentRate(): number;
  stop(): void;
};

type Options = {
  readonly quota: () => Promise<ProviderQuota>;
  readonly holds: Holds;
  /** Set by hand: SES is not asked for the rate. */
  readonly fixedRate: number | undefined;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
};

/** Until SES has said more: the rate of an account in the sandbox. */
const cautiousRate = 1;
const refreshMs = 60_000;
const refreshWhileHeldMs = 5_000;
const tickMs = 500;

/** A spent quota is believed to be free again below this part of it. */
const resumeBelow = 0.98;

/**
 * Keeps this process's view of the account: asks SES for rate and quota every minute, and every few seconds
 * while the account is on hold, and lifts a hold when SES says that its reason is gone.
 */
export async function watchAccount(options: Options): Promise<AccountWatch> {
  const { holds, logger, metrics } = options;
  let rate = options.fixedRate ?? cautiousRate;
  let askedAt = 0;

  const ask = async () => {
    askedAt = Date.now();
    try {
      const quota = await options.quota();
      rate = options.fixedRate ?? Math.max(0.1, quota.maxSendRatePerSecond);
      metrics.rate.set(rate);
      const used = quota.max24HourSend > 0 ? quota.sentLast24Hours / quota.max24HourSend : 0;
      metrics.quotaUsed.set(used);
      const held = (await holds.refresh()).find(({ scope }) => scope === 'account');
      const isOver =
        (held?.reason === 'quota_spent' && used < resumeBelow) ||
        (held?.reason === 'sending_paused' && quota.isSendingEnabled);
      if (held !== undefined && isOver) {
        await holds.lift('account');
        logger.info({ event: 'hold_lifted', scope: 'account', reason: held.reason });
      } else if (
        held?.reason === 'quota_spent' ||
        (held?.reason === 'sending_paused' && !quota.isSendingEnabled)
      ) {
        await holds.place({ scope: { kind: 'account' }, reason: held.reason, forMs: refreshMs });
      }
    } catch (error) {
      logger.warn({ event: 'account_unknown', rate, ...errorFields(error) });
    }
  };

  const tick = async () => {
    await holds.refresh();
    const dueMs = holds.accountWaitMs() > 0 ? refreshWhileHeldMs : refreshMs;
    if (Date.now() - askedAt >= dueMs) await ask();
  };

  await ask();
  let isTicking = false;
  const timer = setInterval(() => {
    if (isTicking) return;
    isTicking = true;
    void tick().finally(() => {
      isTicking = false;
    });
  }, tickMs);
  return { currentRate: () => rate, stop: () => clearInterval(timer) };
}
