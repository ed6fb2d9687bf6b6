import { assertNever } from '../postroom-error.ts';
import type { ClaimedNotice } from './claimed-notice.ts';
import { pauseAfterMs, retryAfterMs } from './schedule.ts';

/** What came of one request to a receiver. */
export type PostOutcome =
  | {
      readonly kind: 'answered';
      readonly statusCode: number;
      readonly retryAfter: string | undefined;
      /** As much of the body as was read. */
      readonly answer: string;
    }
  /** No answer: `error` is a word of ours, such as `timeout`. */
  | { readonly kind: 'unanswered'; readonly error: string }
  /** Nothing was sent: the address is a private one. */
  | { readonly kind: 'blocked' };

/** One try as it is kept. */
export type NoticeRecord = {
  readonly noticeId: string;
  readonly leaseToken: string;
  /** Where it went: what came of it says nothing of an endpoint that has moved since. */
  readonly url: string;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly request: string;
  readonly statusCode: number | null;
  readonly answer: string | null;
  readonly error: string | null;
  readonly state: 'delivered' | 'pending' | 'failed' | 'blocked';
  /** Until the next try, where there is one. */
  readonly delayMs: number;
  /** The receiver wants no more: it answered 410. */
  readonly isGone: boolean;
};

type Verdict = Pick<NoticeRecord, 'state' | 'delayMs' | 'error' | 'isGone'>;

/** Whatever is no success is tried again, until the round is over. */
function again(
  { tries }: ClaimedNotice,
  failure: { readonly error: string; readonly askedMs: number | null; readonly random: number },
): Verdict {
  const delayMs = pauseAfterMs(tries, failure);
  const { error } = failure;
  return delayMs === null
    ? { state: error === 'blocked_address' ? 'blocked' : 'failed', delayMs: 0, error, isGone: false }
    : { state: 'pending', delayMs, error, isGone: false };
}

/** What follows from the outcome of a try: 2xx alone is success, and 410 ends it, and all others with it. Pure. */
export function judge(
  notice: ClaimedNotice,
  outcome: PostOutcome,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): Verdict {
  switch (outcome.kind) {
    case 'blocked':
      return again(notice, { error: 'blocked_address', askedMs: null, random });
    case 'unanswered':
      return again(notice, { error: outcome.error, askedMs: null, random });
    case 'answered': {
      const { statusCode } = outcome;
      if (statusCode >= 200 && statusCode < 300)
        return { state: 'delivered', delayMs: 0, error: null, isGone: false };
      if (statusCode === 410) return { state: 'failed', delayMs: 0, error: 'gone', isGone: true };
      const error = statusCode >= 300 && statusCode < 400 ? 'redirect' : 'status';
      return again(notice, { error, askedMs: retryAfterMs(outcome.retryAfter, nowMs), random });
    }
    default:
      return assertNever(outcome);
  }
}
