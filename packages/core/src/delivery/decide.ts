import { assertNever } from '../postroom-error.ts';
import { backOffMs, outageBackOff, throttleBackOff } from './back-off.ts';
import type { AttemptRecord, ClaimedSend } from './claim.ts';
import type { ProviderError, ProviderOutcome } from './provider-outcome.ts';

/** The part of the sending that a hold is about; all workspaces share the account. */
export type HoldScope =
  | { readonly kind: 'account' }
  | { readonly kind: 'configuration_set'; readonly name: string }
  | { readonly kind: 'sender_profile'; readonly id: string };

/** What else must wait because of one answer: `forMs` at first, then longer each time, up to `maxMs`. */
export type Hold = {
  readonly scope: HoldScope;
  readonly reason:
    | 'quota_spent'
    | 'sending_paused'
    | 'account_suspended'
    | 'credentials_refused'
    | 'sender_unverified';
  readonly forMs: number;
  readonly maxMs: number;
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
  readonly send: Pick<ClaimedSend, 'attempt' | 'attemptsSpent' | 'configurationSet' | 'senderProfileId'>;
  readonly maxAttempts: number;
  /** How long a hold lasts at first before one send is tried again. */
  readonly holdMs: number;
  readonly renderedSubject: string | null;
  /** In [0, 1). */
  readonly random: number;
};

/**
 * A hold that is placed again and again grows up to so many times its first length. That of a sender profile ends sooner:
 * it is mended by whoever made the mistake, and then waited for.
 */
const longestHold = {
  quota_spent: 20,
  sending_paused: 20,
  account_suspended: 20,
  credentials_refused: 20,
  sender_unverified: 2,
} as const satisfies Record<Hold['reason'], number>;

/** When a send that met a hold comes back, in milliseconds: it then waits for the hold itself, without a claim. */
export const heldRetryMs = 1_000;

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

const holdOf = (scope: HoldScope, reason: Hold['reason'], { holdMs }: DecisionContext): Hold => ({
  scope,
  reason,
  forMs: holdMs,
  maxMs: holdMs * longestHold[reason],
});

function scopeOf(
  reason: Hold['reason'],
  error: ProviderError,
  { configurationSet }: DecisionContext['send'],
): HoldScope {
  // SES has one exception for both; the account is only named where the account is meant.
  const namesAccount = /account/i.test(error.message) && !/configuration set/i.test(error.message);
  const isOfSet = reason === 'sending_paused' && configurationSet !== null && !namesAccount;
  return isOfSet ? { kind: 'configuration_set', name: configurationSet } : { kind: 'account' };
}

function held(
  reason: Exclude<Hold['reason'], 'sender_unverified'>,
  error: ProviderError,
  context: DecisionContext,
): Decision {
  const hold = holdOf(scopeOf(reason, error, context.send), reason, context);
  return { ...recordOnly({ kind: 'retry', delayMs: heldRetryMs, isSpent: false, error }), hold };
}

/** The send fails, its profile is flagged, and the other sends of the profile wait, so that not all of them fail. */
function senderRefused(error: ProviderError, context: DecisionContext): Decision {
  const { senderProfileId: id } = context.send;
  const reason = 'sender_unverified';
  const hold = id === null ? null : holdOf({ kind: 'sender_profile', id }, reason, context);
  return { ...failed(reason, error), hold, isSenderRefused: true };
}

/** SES surely has not got it: it is tried again, less and less often, and fails when no attempt is left. */
function tryAgain(
  error: ProviderError,
  { send, maxAttempts, random }: Pick<DecisionContext, 'send' | 'maxAttempts' | 'random'>,
  { failureClass, what }: { readonly failureClass: string; readonly what: string },
): Decision {
  const spent = send.attemptsSpent + 1;
  if (spent < maxAttempts) {
    return recordOnly({
      kind: 'retry',
      delayMs: backOffMs(outageBackOff, spent, random),
      isSpent: true,
      error,
    });
  }
  const message = `${what} in ${maxAttempts} attempts: ${error.code}: ${error.message}`;
  return recordOnly({ kind: 'failed', failureClass, message, error });
}

/** The attempt row of a send that this process could not prepare; what went wrong is logged, it may hold data. */
const notPrepared: ProviderError = {
  code: 'NotPrepared',
  message: 'its template, its attachments or its share of the rate could not be had',
  httpStatus: null,
};

/** What follows when something of ours failed before the provider was called. */
export const decideUnprepared = (
  context: Pick<DecisionContext, 'send' | 'maxAttempts' | 'random'>,
): Decision =>
  tryAgain(notPrepared, context, { failureClass: 'internal', what: 'The message could not be prepared' });

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
      return held(outcome.kind, outcome.error, context);
    case 'sender_unverified':
      return senderRefused(outcome.error, context);
    case 'rejected':
      return failed('rejected', outcome.error);
    case 'unreachable':
      return tryAgain(outcome.error, context, {
        failureClass: 'unreachable',
        what: 'SES could not be reached',
      });
    default:
      return assertNever(outcome);
  }
}
