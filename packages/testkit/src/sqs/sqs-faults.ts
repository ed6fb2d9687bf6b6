import { type SqsAnswer, type SqsOperation, sqsError } from '@postroom/servers';

/** What happens to calls in place of an answer. */
export type SqsFault = {
  readonly kind: 'serverError' | 'reset' | 'accessDenied';
  /** Every operation unless told. */
  readonly operation?: SqsOperation;
  /** How often it strikes before it is spent; without it, until it is cleared. */
  readonly times?: number;
};

/** The faults that strike; the first that fits decides. A receive that is held open is struck as well. */
export type SqsFaultPlan = {
  set(faults: readonly SqsFault[]): void;
  clear(): void;
  /** What happens to a call, which is counted; null: nothing. */
  strike(operation: SqsOperation): SqsFault['kind'] | null;
};

/** Makes a plan without faults. */
export function createSqsFaults(): SqsFaultPlan {
  let plan: { readonly fault: SqsFault; timesLeft: number }[] = [];
  const set = (faults: readonly SqsFault[]) => {
    plan = faults.map((fault) => ({ fault, timesLeft: fault.times ?? Number.POSITIVE_INFINITY }));
  };
  return {
    set,
    clear: () => set([]),
    strike: (operation) => {
      const found = plan.find(
        ({ fault, timesLeft }) => timesLeft > 0 && (fault.operation ?? operation) === operation,
      );
      if (found === undefined) return null;
      found.timesLeft -= 1;
      return found.fault.kind;
    },
  };
}

/** What SQS answers in place of a result; a reset is no answer. */
export const sqsFaultAnswers: Readonly<Record<Exclude<SqsFault['kind'], 'reset'>, SqsAnswer>> = {
  serverError: sqsError(500, {
    type: 'com.amazon.coral.service#InternalFailure',
    code: 'InternalFailure',
    message: 'The request processing has failed because of an unknown error, exception or failure.',
  }),
  accessDenied: sqsError(403, {
    type: 'com.amazon.coral.service#AccessDeniedException',
    code: 'AccessDenied',
    message: 'User: arn:aws:iam::123456789012:user/postroom is not authorized to perform this action.',
  }),
};
