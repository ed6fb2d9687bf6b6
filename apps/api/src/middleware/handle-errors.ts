import { boundDetails, boundMessage, type ErrorCode, type ErrorEnvelope } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import { isDatabaseUnavailable } from '@postroom/db';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { answerEarly, isStillSending } from '../http/answer-early.ts';
import { routePatternOf } from '../routes/docs.ts';
import { workspaceKnown } from './authenticate.ts';
import { requestIdOf } from './request-id.ts';

/** The HTTP status of each code; a new code does not compile without one. */
const statusOf: Readonly<Record<ErrorCode, number>> = {
  validation_failed: 400,
  unauthorized: 401,
  insufficient_scope: 403,
  not_found: 404,
  request_timeout: 408,
  idempotency_conflict: 409,
  idempotency_key_reuse: 409,
  state_conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  template_invalid: 422,
  rate_limited: 429,
  internal_error: 500,
  unavailable: 503,
};

/** Seconds after which a client may try again while PostgreSQL is out. */
const retryAfterSeconds = 5;

const badBody = (message: string) =>
  new PostroomError('validation_failed', message, { details: { issues: [{ path: '', message }] } });

/** Body parser and router failures carry an HTTP status and a `type`; see body-parser's list of errors. */
function fromFramework(error: Error & { readonly status: number }): PostroomError | null {
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') {
    return new PostroomError('payload_too_large', 'The body is too large for this route.', { cause: error });
  }
  if (error.status === 415) {
    return new PostroomError(
      'unsupported_media_type',
      'The body has a charset or content-encoding that is not supported: send UTF-8, plain or gzip.',
    );
  }
  if (error.status >= 400 && error.status < 500) return badBody('The request could not be read.');
  return null;
}

function asPostroomError(error: unknown): PostroomError {
  if (error instanceof PostroomError) return error;
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    const known = fromFramework(Object.assign(error, { status: error.status }));
    if (known !== null) return known;
  }
  if (isDatabaseUnavailable(error)) {
    return new PostroomError('unavailable', 'The database cannot be reached just now: try again shortly.', {
      cause: error,
    });
  }
  return new PostroomError(
    'internal_error',
    'Something went wrong on our side; the request id helps to find it.',
    { cause: error },
  );
}

/** After how many seconds it is worth while to ask again, where an error tells or its code does; null: it does not. */
function waitOf({ code, details }: PostroomError): number | null {
  const told = details?.retryAfterSeconds;
  if (typeof told === 'number') return told;
  return code === 'unavailable' ? retryAfterSeconds : null;
}

/** What an error is on the wire. */
type ErrorAnswer = { readonly status: number; readonly body: object };

/** An error in the words of whoever asked: ours, or another product's. */
export type ErrorForm = (
  error: PostroomError,
  told: { readonly request: Request; readonly requestId: string; readonly status: number },
) => ErrorAnswer;

const ownForm: ErrorForm = (error, { requestId, status }) => {
  const body: ErrorEnvelope = {
    error: error.code,
    message: boundMessage(error.message),
    ...(error.details === undefined ? {} : { details: boundDetails(error.details) }),
    requestId,
  };
  return { status, body };
};

/** A request that was answered 500 or 503, and where it was made: its route in place of its path, which may name somebody. */
export type FailedRequest = {
  readonly code: 'internal_error' | 'unavailable';
  readonly cause: unknown;
  readonly requestId: string;
  readonly workspaceId: string | undefined;
  readonly route: string;
};

/**
 * Turns whatever was thrown into an answer, in the error envelope unless told. The only place that knows HTTP statuses.
 * `onFailed` is told of what is no fault of the client's.
 */
export function handleErrors(
  onFailed: (failed: FailedRequest) => void,
  form: ErrorForm = ownForm,
): ErrorRequestHandler {
  return (thrown: unknown, request, response, _next) => {
    const error = asPostroomError(thrown);
    const requestId = requestIdOf(response);
    const { code, cause } = error;
    if (code === 'internal_error' || code === 'unavailable') {
      const route = routePatternOf(request.method, request.path);
      onFailed({ code, cause, requestId, workspaceId: workspaceKnown(response), route });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const waitSeconds = waitOf(error);
    if (waitSeconds !== null) response.setHeader('retry-after', String(waitSeconds));
    if (waitSeconds !== null && error.code === 'rate_limited') {
      // Whichever limit it was: that of the key, which is told with each answer, may have room left.
      response.setHeader('RateLimit-Remaining', '0');
      response.setHeader('RateLimit-Reset', String(waitSeconds));
    }
    const { status, body } = form(error, { request, requestId, status: statusOf[error.code] });
    response.status(status);
    if (isStillSending(request)) answerEarly(request, response, body);
    else response.json(body);
  };
}

/** The longest path that is said back, in characters. */
const maxShownPath = 200;

/** Answers what no route took. */
export const answerNotFound: RequestHandler = ({ method, baseUrl, path: rest }) => {
  const path = rest === '/' && baseUrl !== '' ? baseUrl : `${baseUrl}${rest}`;
  const shown = path.length > maxShownPath ? `${path.slice(0, maxShownPath)}...` : path;
  throw new PostroomError('not_found', `There is nothing at ${method} ${shown}.`);
};
