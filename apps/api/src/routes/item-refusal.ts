import type { ErrorCode, ItemErrorCode } from '@postroom/contracts';
import { PostroomError, type SendOutcome } from '@postroom/core';

/** What a rejected item is as the answer to a whole request. */
const codeOf: Readonly<Record<ItemErrorCode, ErrorCode>> = {
  validation_failed: 'validation_failed',
  idempotency_key_reuse: 'idempotency_key_reuse',
  not_found: 'unprocessable',
  template_not_active: 'unprocessable',
  missing_variables: 'unprocessable',
  profile_conflict: 'unprocessable',
  recipient_missing: 'unprocessable',
  sender_required: 'unprocessable',
  sender_not_verified: 'unprocessable',
  sender_not_allowed: 'unprocessable',
  sender_mismatch: 'unprocessable',
  rendering_failed: 'unprocessable',
};

/** Turns the rejection of the only item of a request into the request's error; `details.reason` has its own code. */
export function itemRefusal(outcome: SendOutcome | undefined): PostroomError {
  if (outcome?.kind !== 'rejected') throw new Error('the only item of a request has no outcome');
  const { code, message, details } = outcome;
  const isOwn = codeOf[code] === code;
  return new PostroomError(codeOf[code], message, {
    ...(isOwn && details === undefined
      ? {}
      : { details: { ...(isOwn ? {} : { reason: code }), ...details } }),
  });
}
