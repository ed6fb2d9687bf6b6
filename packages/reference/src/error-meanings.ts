import { type ErrorCode, errorCodes, type ItemErrorCode } from '@postroom/contracts';

type Meaning = { readonly status: number; readonly meaning: string };

/** The status that each code comes with, and when. */
export const errorMeanings: Readonly<Record<ErrorCode, Meaning>> = {
  validation_failed: {
    status: 400,
    meaning: 'The request cannot be read or is not valid. `details.issues` says where and why.',
  },
  unauthorized: { status: 401, meaning: 'The key is missing, malformed, unknown or revoked.' },
  insufficient_scope: {
    status: 403,
    meaning: 'The key lacks the scope in `details.required`, or is limited in a way that this goes beyond.',
  },
  not_found: {
    status: 404,
    meaning: 'There is no such thing in this workspace. What belongs to another workspace looks the same.',
  },
  request_timeout: { status: 408, meaning: 'The request did not arrive in time.' },
  idempotency_conflict: {
    status: 409,
    meaning: 'The `Idempotency-Key` was used for a different request of the emails dialect.',
  },
  idempotency_key_reuse: {
    status: 409,
    meaning: 'The key was used for a different item.',
  },
  state_conflict: {
    status: 409,
    meaning: 'What is stored does not allow it, such as canceling a send that is already under way.',
  },
  payload_too_large: { status: 413, meaning: 'The body is larger than the route takes.' },
  unsupported_media_type: {
    status: 415,
    meaning: 'The body is not JSON in UTF-8, or has a content encoding that is not known.',
  },
  unprocessable: { status: 422, meaning: 'The request is valid and cannot be done.' },
  template_invalid: {
    status: 422,
    meaning: 'The template cannot work. `details` has `part`, `line`, `column` and `reason`.',
  },
  rate_limited: {
    status: 429,
    meaning:
      'The key has made too many requests, its workspace has too many renderings under way, or SES was asked too often about domains and senders: wait for the seconds in `Retry-After`.',
  },
  internal_error: { status: 500, meaning: 'Our fault. The request id finds it in the log.' },
  unavailable: {
    status: 503,
    meaning:
      'The database, or another system that the request needs, is away: wait for the seconds in `Retry-After`.',
  },
};

const itemMeanings: Readonly<Record<ItemErrorCode, string>> = {
  validation_failed: 'A field is missing, unknown or wrong. `details.issues` says which.',
  not_found:
    'The template, profile, sender profile, group or `externalId` is not known. `details.field` says which.',
  template_not_active: 'The template is archived.',
  missing_variables: '`data` lacks variables that the template always uses. `details.missing` names them.',
  profile_conflict: '`profileId` and `to.externalId` are two profiles.',
  recipient_missing: 'The profile has no address and `to.email` is absent.',
  sender_required: 'Neither item, defaults nor template names a sender.',
  sender_not_verified: 'The sender is not verified.',
  sender_not_allowed: 'The key is limited to sender profiles, and the sender is none of them.',
  sender_mismatch: '`from` and `senderProfileId` do not agree.',
  idempotency_key_reuse: 'The key belongs to another item.',
  rendering_failed:
    'The template cannot be rendered with this data. Only dry runs find that out before the worker does.',
};

/** What each code of a rejected item means, as a table. */
export const itemErrorTable = [
  '| Code | When |',
  '|---|---|',
  ...Object.entries(itemMeanings).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
].join('\n');

/** What each code means and the status that it comes with, as a table. */
export const errorTable = [
  '| Status | Code | When |',
  '|---|---|---|',
  ...errorCodes.map((code) => {
    const { status, meaning } = errorMeanings[code];
    return `| ${status} | \`${code}\` | ${meaning} |`;
  }),
].join('\n');
