import * as z from 'zod';
import { refusals, type SesAnswer, sesSuccess } from './answers.ts';
import { createRecipientRate } from './recipient-rate.ts';

const accountSchema = z.strictObject({
  /** Recipients per 24 hours; -1 is without limit. */
  max24HourSend: z.number().min(-1),
  /** Recipients per second. */
  maxSendRate: z.number().min(0),
  /** Recipients of the last 24 hours that were accepted before the fake was started. */
  sentBefore: z.number().min(0),
  isSendingEnabled: z.boolean(),
  isProduction: z.boolean(),
  enforcementStatus: z.enum(['HEALTHY', 'PROBATION', 'SHUTDOWN']),
  /** Whether more than `maxSendRate` recipients in a sliding second are throttled. */
  isRateEnforced: z.boolean(),
});

/** What the fake account may send. */
export type SesAccountState = z.infer<typeof accountSchema>;

/** The parts of an account to change. */
export const accountChangesSchema = accountSchema.partial();

/** The parts of an account to change, as they are written. */
export type SesAccountChanges = z.input<typeof accountChangesSchema>;

const defaults: SesAccountState = {
  max24HourSend: 50_000,
  maxSendRate: 14,
  sentBefore: 0,
  isSendingEnabled: true,
  isProduction: true,
  enforcementStatus: 'HEALTHY',
  isRateEnforced: false,
};

/** The account of the fake provider, with its limits and what has been used of them. */
export type SesAccount = {
  get(): SesAccountState;
  set(changes: SesAccountChanges): void;
  /** The answer of GetAccount. */
  describe(): SesAnswer;
  /** Why these recipients may not be sent to now, or null. */
  refusalFor(recipients: number): SesAnswer | null;
  /** Counts accepted recipients against the quota and the rate. */
  use(recipients: number): void;
  reset(): void;
};

/** Makes an account; throws a `ZodError` when the changes are none. */
export function createAccount(initial: SesAccountChanges = {}): SesAccount {
  let state: SesAccountState = defaults;
  let sent = 0;
  const rate = createRecipientRate();
  const set = (changes: SesAccountChanges) => {
    const parsed = accountChangesSchema.parse(changes);
    state = accountSchema.parse({ ...state, ...parsed });
  };
  set(initial);
  return {
    get: () => state,
    set,
    describe: () =>
      sesSuccess({
        DedicatedIpAutoWarmupEnabled: true,
        EnforcementStatus: state.enforcementStatus,
        ProductionAccessEnabled: state.isProduction,
        SendingEnabled: state.isSendingEnabled,
        SendQuota: {
          Max24HourSend: state.max24HourSend,
          MaxSendRate: state.maxSendRate,
          SentLast24Hours: state.sentBefore + sent,
        },
        SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
      }),
    refusalFor(recipients) {
      if (state.enforcementStatus === 'SHUTDOWN') return refusals.suspended;
      if (!state.isSendingEnabled) return refusals.paused;
      const isQuotaSpent =
        state.max24HourSend >= 0 && state.sentBefore + sent + recipients > state.max24HourSend;
      if (isQuotaSpent) return refusals.quotaSpent;
      const inLastSecond = rate.inLastSecond(performance.now());
      if (state.isRateEnforced && inLastSecond + recipients > state.maxSendRate) return refusals.throttle;
      return null;
    },
    use(recipients) {
      sent += recipients;
      rate.add(recipients, performance.now());
    },
    reset() {
      state = defaults;
      set(initial);
      sent = 0;
      rate.clear();
    },
  };
}
