import type { Logger, RecurringErrors } from '@postroom/process';
import type { Holds, SharedQuota, WorkerEntry } from '@postroom/redis';
import type { WorkerMetrics } from './metrics.ts';

/** What a worker knows of the account. */
type AccountStanding = NonNullable<WorkerEntry['account']>;

export type AccountWatch = {
  /** Recipients per second over all replicas. */
  currentRate(): number;
  /** The rate that holds, and the quota of 24 hours as SES last told it; null: it has not done so yet. */
  known(): AccountStanding;
  stop(): void;
};

type Options = {
  readonly quota: SharedQuota;
  readonly holds: Holds;
  /** The rate that an operator has set for all workers, before any other; null: none. */
  readonly setRate: () => Promise<number | null>;
  /** The rate of the environment, in place of the one that SES names. */
  readonly fixedRate: number | undefined;
  /** What the account is called; null: it is the environment's. */
  readonly name: string | null;
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly metrics: WorkerMetrics;
};

/** Until SES has said more: the rate of an account in the sandbox. */
const cautiousRate = 1;
const refreshMs = 60_000;
const refreshWhileHeldMs = 5_000;
/** A process that starts takes what another was told so lately, and so many start with one question: SES allows one a second. */
const freshMs = 1_000;
/** Three questions' worth: if SES cannot be asked any more, a trial tells. */
const prolongMs = 15_000;
const tickMs = 500;
/** How soon it looks again whether another's question has been answered, or Redis is back, in milliseconds. */
const lookAgainMs = 1_000;
/** How soon every worker keeps to a rate that was set meanwhile, in milliseconds. */
const setRateMs = 1_000;

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

/** Does something again and again, never twice at once; answers how to end it. */
function repeat(everyMs: number, work: () => Promise<void>): () => void {
  let isWorking = false;
  const timer = setInterval(() => {
    if (isWorking) return;
    isWorking = true;
    void work().finally(() => {
      isWorking = false;
    });
  }, everyMs);
  return () => clearInterval(timer);
}

/** Names an account in metrics and in the log; that of the environment goes without. */
const labelsOf = (name: string | null) => (name === null ? {} : { account: name });

/** The rate that holds now: the one that was set, else that of the environment, else the one that SES names. */
class Rate {
  readonly #options: Options;
  #named: number = cautiousRate;
  #set: number | null = null;
  #told: number | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  get current(): number {
    return this.#set ?? this.#options.fixedRate ?? this.#named;
  }

  name(recipientsPerSecond: number): void {
    this.#named = Math.max(0.1, recipientsPerSecond);
  }

  async refresh(): Promise<void> {
    // While PostgreSQL is away nothing is sent: what was set last stays.
    this.#set = await this.#options.setRate().catch(() => this.#set);
  }

  /** Tells which rate holds, when it is another than before. */
  tell(): void {
    const { logger, metrics, name } = this.#options;
    if (this.current === this.#told) return;
    this.#told = this.current;
    logger.info({ event: 'send_rate', recipientsPerSecond: this.current, ...labelsOf(name) });
    metrics.rate.set(labelsOf(name), this.current);
  }
}

/**
 * Keeps this process's view of the account: rate and quota as SES told them to one of all workers every minute, and every few
 * seconds while the account is on hold; and has a hold tried when SES says that its reason is gone. A rate that is set
 * meanwhile holds within a second or two, and while nothing is told the last one that is known.
 */
export async function watchAccount(options: Options): Promise<AccountWatch> {
  const { holds, errors, metrics, name } = options;
  const adjustHold = createAdjuster(holds);
  const rate = new Rate(options);
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let lookAgainAtMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let quotaOfDay: AccountStanding['quota'] = null;

  const ask = async (withinMs: number) => {
    try {
      const told = await options.quota.find(withinMs);
      if (told === null) {
        lookAgainAtMs = performance.now() + lookAgainMs;
        return;
      }
      const { quota, ageMs } = told;
      toldAtMs = performance.now() - ageMs;
      failures = 0;
      quotaOfDay = { max24Hours: quota.max24HourSend, sent24Hours: quota.sentLast24Hours };
      rate.name(quota.maxSendRatePerSecond);
      rate.tell();
      const used = quota.max24HourSend > 0 ? quota.sentLast24Hours / quota.max24HourSend : 0;
      metrics.quotaUsed.set(labelsOf(name), used);
      await holds.refresh();
      await adjustHold({ used, isSendingEnabled: quota.isSendingEnabled });
    } catch (error) {
      toldAtMs = performance.now();
      failures += 1;
      errors.note({ event: 'account_unknown', error, fields: { rate: rate.current, ...labelsOf(name) } });
    }
  };

  const tick = async () => {
    await holds.refresh();
    if (performance.now() < lookAgainAtMs) return;
    const soonMs = Math.min(refreshMs, refreshWhileHeldMs * 2 ** Math.min(failures, 10));
    const hold = holds.find('account');
    const dueMs = hold === undefined && failures === 0 ? refreshMs : soonMs;
    // What was told before there was the hold says nothing of it.
    if (performance.now() - toldAtMs >= dueMs) await ask(Math.min(dueMs, hold?.heldForMs ?? dueMs));
  };

  await rate.refresh();
  await ask(freshMs);
  rate.tell();
  const refreshRate = async () => {
    await rate.refresh();
    rate.tell();
  };
  const ends = [repeat(tickMs, tick), repeat(setRateMs, refreshRate)];
  return {
    currentRate: () => rate.current,
    known: () => ({ recipientsPerSecond: rate.current, quota: quotaOfDay }),
    stop: () => {
      for (const end of ends) end();
    },
  };
}
