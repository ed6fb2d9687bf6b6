import { byItsName, type ItemErrorCode, inTheirWords, smtpFieldNames } from '@postroom/contracts';
import { PostroomError, type Rejection } from '@postroom/core';
import { isDatabaseUnavailable } from '@postroom/db';
import { Refusal } from '../session/reply.ts';

/** What each reason is in SMTP: the code that clients go by, and the one that says more. */
const codes: Readonly<Record<ItemErrorCode, readonly [number, string]>> = {
  validation_failed: [554, '5.6.0'],
  not_found: [554, '5.6.0'],
  template_not_active: [554, '5.6.0'],
  missing_variables: [554, '5.6.0'],
  profile_conflict: [554, '5.6.0'],
  recipient_missing: [554, '5.6.0'],
  sender_required: [550, '5.7.1'],
  sender_not_verified: [550, '5.7.1'],
  sender_not_allowed: [550, '5.7.1'],
  sender_mismatch: [550, '5.7.1'],
  idempotency_key_reuse: [554, '5.5.0'],
  rendering_failed: [554, '5.6.0'],
};

/** Why a send is not accepted, as an answer, by the names that its fields have in a message. */
export function refusalOf(rejection: Rejection): Refusal {
  const [responseCode, enhanced] = codes[rejection.code];
  const words = byItsName(inTheirWords(rejection, smtpFieldNames).message).replace(/\.$/, '');
  return new Refusal(responseCode, enhanced, `The message is not taken: ${words}.`);
}

/** Whatever went wrong on the way, as an answer after which clients try again; null: the fault is ours, and a person's to mend. */
export function temporaryOf(error: unknown): Refusal | null {
  const isAway =
    isDatabaseUnavailable(error) || (error instanceof PostroomError && error.code === 'unavailable');
  return isAway
    ? new Refusal(451, '4.3.0', 'The database cannot be reached just now: try again shortly.')
    : null;
}

/** A fault of ours. */
export const internalRefusal = () =>
  new Refusal(451, '4.3.0', 'Something went wrong on our side: try again.');
