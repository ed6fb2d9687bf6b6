import { assertNever } from '../postroom-error.ts';
import { backOffMs, outageBackOff, throttleBackOff } from './back-off.ts';
import type { AttemptRecord, ClaimedSend } from './claim.ts';
import type { ProviderError, ProviderOutcome } from './provider-outcome.ts';

/** What else must wait because of one answer, and for how long at first. */
export type Hold = {
  readonly scope:
    | { readonly kind: 'account' }
    | { readonly kind: 'configuration_set'; readonly name: string };
  readonly reason: 'quota_spent' | 'sending_paused' | 'account_suspended' | 'credentials_refused';
  readonly forMs: number;
};

export type Decision = {
  readonly result: AttemptRecord['result'];
  readonly hold: Hold | null;
  /** Every replica has to slow down. */
  readonly isThrottled: boolean;
  /** The sender profile has to be flagged: SES does not accept mail from it. */
  readonly isSenderRefused: boolean;
};

export type DecisionContext = {
  readonly send: Pick<ClaimedSend, 'attempt' | 'attemptsSpent' | 'configurationSet'>;
  readonly maxAttempts: number;
  readonly renderedSubject: string | null;
  /** In [0, 1). */
  readonly random: number;
};

/** How long each hold lasts before the account is asked again, in milliseconds. */
const holdMs = {
  quota_spent: 60_000,
  sending_paused: 30_000,
  account_suspended: 60_000,
  credentials_refused: 30_000,
} as const satisfies Record<Hold['reason'], number>;

/** A record that nothing else follows from. */
export const recordOnly = (result: AttemptRecord['result']): Decision => ({
  result,
  hold: null,
  isThrottled: false,
  isSenderRefused: false,
});

const failed = (failureClass: string, error: ProviderError): Decision =>
  recordOnly({
    kind: 'failed',
    failureClass,
    message: `SES refused the message: ${error.code}: ${error.message}`,
    error,
  });

function held(reason: Hold['reason'], error: ProviderError, configurationSet: string | null): Decision {
  const forMs = holdMs[reason];
  const isOfSet =
    reason === 'sending_paused' && configurationSet !== null && /configuration set/i.test(error.message);
  const scope = isOfSet
    ? ({ kind: 'configuration_set', name: configurationSet } as const)
    : ({ kind: 'account' } as const);
  return {
    ...recordOnly({ kind: 'retry', delayMs: forMs, isSpent: false, error }),
    hold: { scope, reason, forMs },
  };
}

function unreachable(error: ProviderError, { send, maxAttempts, random }: DecisionContext): Decision {
  const spent = send.attemptsSpent + 1;
  if (spent < maxAttempts) {
    return recordOnly({
      kind: 'retry',
      delayMs: backOffMs(outageBackOff, spent, random),
      isSpent: true,
      error,
    });
  }
  const message = `SES could not be reached in ${maxAttempts} attempts: ${error.code}: ${error.message}`;
  return recordOnly({ kind: 'failed', failureClass: 'unreachable', message, error });
}

/**
 * Turns the provider's answer into what is recorded. Pure: the table of SES answers, one row a case. Only
 * answers that surely came before SES took the message lead to another attempt; `in_doubt` never does here.
 */
export function decide(outcome: ProviderOutcome, context: DecisionContext): Decision {
  const { send, random } = context;
  switch (outcome.kind) {
    case 'accepted':
      return recordOnly({
        kind: 'sent',
        providerMessageId: outcome.providerMessageId,
        subject: context.renderedSubject,
      });
    case 'in_doubt':
      return recordOnly({ kind: 'in_doubt', error: outcome.error });
    case 'throttled': {
      const unspentBefore = Math.max(1, send.attempt - send.attemptsSpent);
      const delayMs = backOffMs(throttleBackOff, unspentBefore, random);
      return {
        ...recordOnly({ kind: 'retry', delayMs, isSpent: false, error: outcome.error }),
        isThrottled: true,
      };
    }
    case 'quota_spent':
    case 'sending_paused':
    case 'account_suspended':
    case 'credentials_refused':
      return held(outcome.kind, outcome.error, send.configurationSet);
    case 'sender_unverified':
      return { ...failed('sender_unverified', outcome.error), isSenderRefused: true };
    case 'rejected':
      return failed('rejected', outcome.error);
    case 'unreachable':
      return unreachable(outcome.error, context);
    default:
      return assertNever(outcome);
  }
}
