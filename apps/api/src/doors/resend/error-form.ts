import { boundMessage, type ErrorCode, type ResendError, type ResendErrorName } from '@postroom/contracts';
import type { PostroomError } from '@postroom/core';
import type { Request } from 'express';
import * as z from 'zod';
import type { ErrorForm } from '../../middleware/handle-errors.ts';

type Named = { readonly statusCode: number; readonly name: ResendErrorName };

const invalid: Named = { statusCode: 422, name: 'validation_error' };

/** What each code is at Resend, where nothing more is known. */
const nameOf: Readonly<Record<ErrorCode, Named>> = {
  validation_failed: invalid,
  unauthorized: { statusCode: 403, name: 'invalid_api_key' },
  insufficient_scope: { statusCode: 401, name: 'restricted_api_key' },
  not_found: { statusCode: 404, name: 'not_found' },
  request_timeout: { statusCode: 408, name: 'application_error' },
  idempotency_conflict: { statusCode: 409, name: 'invalid_idempotent_request' },
  idempotency_key_reuse: { statusCode: 409, name: 'invalid_idempotent_request' },
  state_conflict: invalid,
  payload_too_large: { statusCode: 413, name: 'validation_error' },
  unsupported_media_type: { statusCode: 415, name: 'validation_error' },
  unprocessable: invalid,
  template_invalid: invalid,
  rate_limited: { statusCode: 429, name: 'rate_limit_exceeded' },
  internal_error: { statusCode: 500, name: 'internal_server_error' },
  unavailable: { statusCode: 503, name: 'application_error' },
};

const issuesSchema = z.object({
  issues: z.array(z.object({ path: z.string(), message: z.string() })).min(1),
});

/** What a field that is wrong is at Resend, by where it is: beside the emails of a batch, in one of them, or in the query. */
function ofField(path: string, message: string): Named {
  if (path === '') return { statusCode: 400, name: 'validation_error' };
  if (path === 'Idempotency-Key') return { statusCode: 400, name: 'invalid_idempotency_key' };
  if (path.startsWith('attachments')) return { statusCode: 422, name: 'invalid_attachment' };
  if (message.startsWith('is required')) return { statusCode: 422, name: 'missing_required_field' };
  if (path === 'id') return { statusCode: 422, name: 'invalid_parameter' };
  if (path === 'region') return { statusCode: 422, name: 'invalid_region' };
  if (path === 'from') return { statusCode: 422, name: 'invalid_from_address' };
  return invalid;
}

const reasons: ReadonlyMap<unknown, Named> = new Map<unknown, Named>([
  ['sender_not_verified', { statusCode: 403, name: 'validation_error' }],
  ['sender_not_allowed', { statusCode: 403, name: 'validation_error' }],
  ['sender_required', { statusCode: 422, name: 'missing_required_field' }],
  ['not_found', { statusCode: 404, name: 'not_found' }],
]);

function named({ code, details }: PostroomError, { headers, method }: Request): Named {
  if (code === 'unauthorized' && headers.authorization === undefined) {
    return { statusCode: 401, name: 'missing_api_key' };
  }
  if (code === 'unprocessable') return reasons.get(details?.reason) ?? invalid;
  const [issue] = code === 'validation_failed' ? (issuesSchema.safeParse(details).data?.issues ?? []) : [];
  if (issue === undefined) return nameOf[code];
  const field = ofField(issue.path, issue.message);
  const isOfQuery = method === 'GET' && field === invalid;
  return isOfQuery ? { statusCode: 422, name: 'invalid_parameter' } : field;
}

/** Words every error as Resend does. */
export const resendErrorForm: ErrorForm = (error, { request }) => {
  const { statusCode, name } = named(error, request);
  const message =
    error.code === 'unauthorized'
      ? 'The Authorization header is missing, or holds no valid key: send Authorization: Bearer and a key.'
      : boundMessage(error.message);
  return { status: statusCode, body: { statusCode, name, message } satisfies ResendError };
};
