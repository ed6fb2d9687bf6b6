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
/** Three questions' worth: if SES cannot be asked any more, a trial tells. */
const prolongMs = 15_000;
const tickMs = 500;

/** A spent quota is believed to be free again below this part of it. */
const resumeBelow = 0.98;

type Standing = { readonly used: number; readonly isSendingEnabled: boolean };

/** Whether what SES says of the account bears a reason out; null: it says nothing about that. */
function isBorneOut(reason: string, { used, isSendingEnabled }: Standing): boolean | null {
  if (reason === 'quota_spent') return used >= resumeBelow;
  if (reason === 'sending_paused') return !isSendingEnabled;
  // SES may call an account enabled and refuse it all the same: then only a trial tells.
  return reason === 'account_suspended' && !isSendingEnabled ? true : null;
}

/**
 * Prolongs the account's hold while SES bears its reason out, and has it tried at once when SES no longer does. A pause
 * that SES never bore out is left to the hold's own, growing wait: it may be that of a default configuration set.
 */
function createAdjuster(holds: Holds): (standing: Standing) => Promise<void> {
  let wasBorneOut = false;
  return async (standing) => {
    const reason = holds.find('account')?.reason;
    const isStanding = reason === undefined ? null : isBorneOut(reason, standing);
    const mayEnd = reason === 'quota_spent' || wasBorneOut;
    if (isStanding === true) await holds.prolong('account', prolongMs);
    if (isStanding === false && mayEnd) await holds.endWait('account');
    wasBorneOut = isStanding === true;
  };
}

/**
 * Keeps this process's view of the account: asks SES for rate and quota every minute, and every few seconds
 * while the account is on hold, and has a hold tried when SES says that its reason is gone.
 */
export async function watchAccount(options: Options): Promise<AccountWatch> {
  const { holds, logger, metrics } = options;
  const adjustHold = createAdjuster(holds);
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
      await holds.refresh();
      await adjustHold({ used, isSendingEnabled: quota.isSendingEnabled });
    } catch (error) {
      logger.warn({ event: 'account_unknown', rate, ...errorFields(error) });
    }
  };

  const tick = async () => {
    await holds.refresh();
    const dueMs = holds.find('account') === undefined ? refreshMs : refreshWhileHeldMs;
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
