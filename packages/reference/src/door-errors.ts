import type { Component } from './component.ts';
import { refTo } from './component.ts';
import { answerHeaders } from './headers.ts';
import type { ResponseObject } from './model.ts';
import type { DoorName, Operation } from './operation.ts';
import { postmarkErrorComponent } from './resources/postmark.ts';
import { resendErrorComponent } from './resources/resend-components.ts';

type DoorError = {
  readonly status: number;
  readonly meaning: string;
  /** What stands in the answer beside the message. */
  readonly code: Readonly<Record<string, unknown>>;
};

type DoorErrors = {
  readonly component: Component;
  readonly messageField: string;
  readonly errors: readonly DoorError[];
};

const resendError = (status: number, name: string, meaning: string): DoorError => ({
  status,
  meaning: `\`${name}\`: ${meaning}`,
  code: { statusCode: status, name },
});

const postmarkError = (status: number, code: number, meaning: string): DoorError => ({
  status,
  meaning,
  code: { ErrorCode: code },
});

const doors: Readonly<Record<DoorName, DoorErrors>> = {
  resend: {
    component: resendErrorComponent,
    messageField: 'message',
    errors: [
      resendError(400, 'validation_error', 'the body cannot be read, or `invalid_idempotency_key`.'),
      resendError(401, 'missing_api_key', 'there is no key, or `restricted_api_key`: it lacks the scope.'),
      resendError(
        403,
        'invalid_api_key',
        'the key is none, or `validation_error`: the sender is not verified.',
      ),
      resendError(404, 'not_found', 'there is no such thing.'),
      resendError(408, 'application_error', 'the request took too long to arrive.'),
      resendError(409, 'invalid_idempotent_request', 'the key was used for a different request.'),
      resendError(413, 'validation_error', 'the body is too large.'),
      resendError(415, 'validation_error', 'the body is no JSON in UTF-8.'),
      resendError(
        422,
        'validation_error',
        'a field is wrong; or `missing_required_field`, `invalid_from_address`, `invalid_attachment`, `invalid_parameter`.',
      ),
      resendError(429, 'rate_limit_exceeded', 'the key makes too many requests.'),
      resendError(500, 'internal_server_error', 'something went wrong here.'),
      resendError(503, 'application_error', 'the database cannot be reached just now.'),
    ],
  },
  postmark: {
    component: postmarkErrorComponent,
    messageField: 'Message',
    errors: [
      postmarkError(401, 10, '`10`: the key is none, or lacks the scope.'),
      postmarkError(408, 0, '`0`: the request took too long to arrive.'),
      postmarkError(413, 0, '`0`: the body is too large.'),
      postmarkError(415, 409, '`409`: the body is no JSON in UTF-8.'),
      postmarkError(
        422,
        300,
        '`300`: a field is wrong. `400`: the sender is not verified. `402`: the body cannot be read. `403`: a field is of another form, or not known. `406`: all recipients are suppressed. `407`: there is no such bounce. `408`: bounces cannot be filtered so. `410`: more than 500 messages. `701`: there is no such thing. `1101`: no such template. `1235`: no such stream.',
      ),
      postmarkError(429, 429, '`429`: the key makes too many requests.'),
      postmarkError(500, 0, '`0`: something went wrong here.'),
      postmarkError(503, 100, '`100`: the database cannot be reached just now.'),
    ],
  },
};

const retried = new Set([429, 503]);

function toResponse(
  { component, messageField }: DoorErrors,
  { status, meaning, code }: DoorError,
): ResponseObject {
  const headers = answerHeaders({ hasKey: true, isCached: false });
  const value = { ...code, [messageField]: 'What is wrong, and what to do.' };
  return {
    description: meaning,
    headers: retried.has(status)
      ? { ...headers, 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }
      : headers,
    content: {
      'application/json': { schema: refTo(component), examples: { error: { summary: 'An error', value } } },
    },
  };
}

/** What can only be wrong with a body, and what only with a key of a request that sends. */
const ofBodies = new Set([408, 413, 415]);
const ofSending = new Set([409]);

/** The error answers of a route of a door, by status: they have the form of its product. */
export function doorErrorAnswers(
  door: DoorName,
  { body, scope }: Operation,
): Readonly<Record<string, ResponseObject>> {
  const mayBe = ({ status }: DoorError) =>
    (body !== undefined || !ofBodies.has(status)) && (scope === 'emails:write' || !ofSending.has(status));
  const { errors } = doors[door];
  return Object.fromEntries(
    errors.filter(mayBe).map((error) => [error.status, toResponse(doors[door], error)]),
  );
}
