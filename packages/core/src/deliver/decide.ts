import { assertNever } from '../postroom-error.ts';
import type { ProviderError, ProviderOutcome } from '../send/provider-outcome.ts';
import type { RenderOutcome } from '../send/renderer.ts';
import { backOffMs, lineBackOff, outageBackOff, throttleBackOff } from './back-off.ts';
import type { AttemptRecord, ClaimedSend } from './claim.ts';

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
    | 'not_permitted'
    | 'configuration_set_missing'
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
  readonly send: Pick<
    ClaimedSend,
    'attempt' | 'attemptsSpent' | 'earlierErrors' | 'configurationSet' | 'senderProfileId'
  >;
  readonly maxAttempts: number;
  /** How long a hold lasts at first before one send is tried again. */
  readonly holdMs: number;
  readonly renderedSubject: string | null;
  /** In [0, 1). */
  readonly random: number;
};

/**
 * A hold that is placed again and again grows up to so many times its first length. That of a sender profile, or of what
 * its configuration names, ends sooner: it is mended by whoever made the mistake, and then waited for.
 */
const longestHold = {
  quota_spent: 20,
  sending_paused: 20,
  account_suspended: 20,
  credentials_refused: 20,
  not_permitted: 2,
  configuration_set_missing: 2,
  sender_unverified: 2,
} as const satisfies Record<Hold['reason'], number>;

/** Attempts of a send that the credentials may not make: rights that were just given take a moment to reach SES. */
const permissionAttempts = 3;

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

type HeldSend = DecisionContext['send'];

/** The sender of a send, as far as it can be held: one without a profile has nothing that names it. */
const senderScope = ({ senderProfileId: id }: HeldSend): HoldScope | null =>
  id === null ? null : { kind: 'sender_profile', id };

/** The configuration set of a send; one that names none has that of its sender's identity. */
const setScope = (send: HeldSend): HoldScope | null =>
  send.configurationSet === null
    ? senderScope(send)
    : { kind: 'configuration_set', name: send.configurationSet };

const namesSet = /configuration[ -]?set/i;

/** SES has one exception for whatever is paused, and says in words what it is. */
function pausedScope({ message }: ProviderError, send: HeldSend): HoldScope {
  const isOfSet = namesSet.test(message);
  const namesAccount = /account/i.test(message);
  if (namesAccount && !isOfSet) return { kind: 'account' };
  const isOfPart = send.configurationSet !== null || ((isOfSet || /tenant/i.test(message)) && !namesAccount);
  return (isOfPart ? setScope(send) : null) ?? { kind: 'account' };
}

function held(
  reason: 'quota_spent' | 'sending_paused' | 'account_suspended' | 'credentials_refused',
  error: ProviderError,
  context: DecisionContext,
): Decision {
  const scope: HoldScope =
    reason === 'sending_paused' ? pausedScope(error, context.send) : { kind: 'account' };
  const hold = holdOf(scope, reason, context);
  return { ...recordOnly({ kind: 'retry', delayMs: heldRetryMs, isSpent: false, error }), hold };
}

const holdIn = (scope: HoldScope | null, reason: Hold['reason'], context: DecisionContext): Hold | null =>
  scope === null ? null : holdOf(scope, reason, context);

/** The mail of the sender, or of the configuration set, waits; each of its sends fails after a few attempts of its own. */
function notPermitted(
  { about, error }: Extract<ProviderOutcome, { kind: 'not_permitted' }>,
  context: DecisionContext,
): Decision {
  const scopes = {
    sender: senderScope(context.send),
    configuration_set: setScope(context.send),
    message: null,
  } as const satisfies Record<typeof about, HoldScope | null>;
  // Those that came to something else were not this one's: each of it is to have its time to be mended.
  const alike = context.send.earlierErrors.filter((code) => code === error.code).length + 1;
  const isLast = alike >= permissionAttempts;
  const what = { failureClass: 'not_permitted', what: 'SES did not permit the message', alike, isLast };
  const again = tryAgain(error, context, what);
  return { ...again, hold: holdIn(scopes[about], 'not_permitted', context) };
}

/** The send fails, its profile is flagged, and the other sends of the profile wait, so that not all of them fail. */
function senderRefused(error: ProviderError, context: DecisionContext): Decision {
  const reason = 'sender_unverified';
  const hold = holdIn(senderScope(context.send), reason, context);
  return { ...failed(reason, error), hold, isSenderRefused: true };
}

/** The message is not taken. A configuration set that is not there would fail every other send of it as well: they wait. */
function rejected(error: ProviderError, context: DecisionContext): Decision {
  const lacksSet = error.code === 'NotFoundException' && namesSet.test(error.message);
  const scope = lacksSet ? setScope(context.send) : null;
  return { ...failed('rejected', error), hold: holdIn(scope, 'configuration_set_missing', context) };
}

/** SES surely has not got it: it is tried again, less and less often, and fails when no attempt is left. */
function tryAgain(
  error: ProviderError,
  { send, maxAttempts, random }: Pick<DecisionContext, 'send' | 'maxAttempts' | 'random'>,
  {
    failureClass,
    what,
    ...own
  }: {
    readonly failureClass: string;
    readonly what: string;
    /** How many of the attempts came to this; all of them unless told. */
    readonly alike?: number;
    /** It is not tried again, though there are attempts left. */
    readonly isLast?: boolean;
  },
): Decision {
  const spent = send.attemptsSpent + 1;
  const { alike = spent, isLast = false } = own;
  if (spent < maxAttempts && !isLast) {
    return recordOnly({
      kind: 'retry',
      delayMs: backOffMs(outageBackOff, spent, random),
      isSpent: true,
      error,
    });
  }
  const count = alike === spent ? `${spent}` : `${alike} of ${spent}`;
  const message = `${what} in ${count} attempts: ${error.code}: ${error.message}`;
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
 * What follows when the links of a message would lead nowhere. It is this process that is set wrongly: another one may give it
 * to the provider, and so may this one once it is mended.
 */
export const decideMisled = (
  why: string,
  context: Pick<DecisionContext, 'send' | 'maxAttempts' | 'random'>,
): Decision =>
  tryAgain({ code: 'LinksLeadNowhere', message: why, httpStatus: null }, context, {
    failureClass: 'links',
    what: 'The message was kept back',
  });

/** Attempts before this one that were not spent: the send was handed back, or put off, through no fault of its own. */
export const turnsMissed = ({ attempt, attemptsSpent }: DecisionContext['send']): number =>
  Math.max(0, attempt - attemptsSpent - 1);

/**
 * What found no place, for its rendering or in memory, goes back untouched: until its turn at the soonest, in milliseconds
 * from now, and more and more rarely.
 */
export function decideCrowded(send: DecisionContext['send'], random: number, turnMs: number): Decision {
  const backOff = backOffMs(lineBackOff, turnsMissed(send) + 1, random);
  return recordOnly({ kind: 'returned', delayMs: Math.max(backOff, Math.round(turnMs)) });
}

/**
 * What follows when there is nothing to send: a template that cannot be rendered ends its send, and one that ran away and
 * could not be tried a second time spends an attempt. SES surely has nothing.
 */
export function decideUnrendered(
  outcome: Exclude<RenderOutcome, { kind: 'rendered' | 'busy' }>,
  context: Pick<DecisionContext, 'send' | 'maxAttempts' | 'random'>,
): Decision {
  const what = 'The template could not be rendered';
  const failureClass = 'rendering';
  switch (outcome.kind) {
    case 'failed':
      return recordOnly({ kind: 'failed', failureClass, message: `${what}: ${outcome.reason}`, error: null });
    case 'stopped': {
      const error = { code: 'RenderingStopped', message: outcome.reason, httpStatus: null };
      return tryAgain(error, context, { failureClass, what });
    }
    default:
      return assertNever(outcome);
  }
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
      return held(outcome.kind, outcome.error, context);
    case 'not_permitted':
      return notPermitted(outcome, context);
    case 'sender_unverified':
      return senderRefused(outcome.error, context);
    case 'rejected':
      return rejected(outcome.error, context);
    case 'unreachable':
    case 'not_read': {
      const what =
        outcome.kind === 'not_read' ? 'SES did not wait for the request' : 'SES could not be reached';
      return tryAgain(outcome.error, context, { failureClass: 'unreachable', what });
    }
    default:
      return assertNever(outcome);
  }
}
