import { type ErrorCode, errorCodes, type Scope } from '@postroom/contracts';
import { refTo } from './component.ts';
import { detailsOf, envelope } from './error-components.ts';
import { errorMeanings } from './error-meanings.ts';
import { errorHeaders } from './headers.ts';
import type { Content, Example, Reference, ResponseObject } from './model.ts';

const requestId = '01a20167-d6a1-7d2c-9a5e-0f1b2c3d4e5f';
const missingScope: Scope = 'emails:write';

const exampleDetails: Readonly<Partial<Record<ErrorCode, object>>> = {
  validation_failed: { issues: [{ path: 'name', message: 'is required' }] },
  insufficient_scope: { required: missingScope },
  template_invalid: { part: 'html', line: 3, column: 12, reason: 'the block is not closed' },
};

const exampleMessages: Readonly<Record<ErrorCode, string>> = {
  validation_failed: 'name is required',
  unauthorized: 'The x-api-key header is missing, or it holds no valid key.',
  insufficient_scope: `This key lacks the scope ${missingScope}.`,
  not_found: 'This workspace has no such email.',
  request_timeout: 'The request did not arrive in time.',
  idempotency_conflict:
    'This Idempotency-Key was used for a different request: use a new key for new emails.',
  idempotency_key_reuse:
    'This Idempotency-Key was used for a different email: use a new key for a new email.',
  state_conflict: 'The email is being sent: it can no longer be canceled.',
  payload_too_large: 'The body is too large for this route.',
  unsupported_media_type: 'Send the body as content-type: application/json.',
  unprocessable: 'The template cannot be rendered: it ran for too long.',
  template_invalid: 'The html of the template cannot work: line 3, column 12: the block is not closed.',
  rate_limited: 'This key may make 600 requests in 60 s: try again in 12 s.',
  internal_error: 'Something went wrong on our side; the request id helps to find it.',
  unavailable: 'The database cannot be reached just now: try again shortly.',
};

function exampleOf(code: ErrorCode): Example {
  const details = exampleDetails[code];
  const value = {
    error: code,
    message: exampleMessages[code],
    ...(details === undefined ? {} : { details }),
    requestId,
  };
  return { summary: code, value };
}

/** The body of an error with one of these codes. */
export function errorContent(codes: readonly ErrorCode[]): Content {
  const [first] = codes;
  const details = codes.length === 1 && first !== undefined ? detailsOf[first] : undefined;
  return {
    'application/json': {
      schema: {
        ...refTo(envelope),
        properties: {
          error: { enum: codes },
          ...(details === undefined ? {} : { details: refTo(details) }),
        },
      },
      examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
    },
  };
}

/** The answer for codes that share a status. */
const responseFor = (status: number, codes: readonly ErrorCode[]): ResponseObject => ({
  description: codes.map((code) => `\`${code}\`: ${errorMeanings[code].meaning}`).join('\n\n'),
  headers: errorHeaders(status),
  content: errorContent(codes),
});

const nameOf = (code: ErrorCode) =>
  code
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** An answer that has a name: headers too large for Node's parser come before any route. */
const headersTooLarge = 'HeadersTooLarge';

/** The error answers that operations share, by name. */
export const errorResponses: Readonly<Record<string, ResponseObject>> = {
  ...Object.fromEntries(
    errorCodes.map((code) => [nameOf(code), responseFor(errorMeanings[code].status, [code])]),
  ),
  [headersTooLarge]: {
    ...responseFor(431, ['payload_too_large']),
    description: '`payload_too_large`: the headers of the request are larger than 16 KiB.',
  },
};

/** The error answers of one operation, by status. */
export function errorAnswers(
  codes: Iterable<ErrorCode>,
): Readonly<Record<string, ResponseObject | Reference>> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...new Set(codes)]) {
    const { status } = errorMeanings[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].map(([status, [code, ...others]]) => {
    if (code === undefined || others.length > 0)
      return [status, responseFor(status, byStatus.get(status) ?? [])] as const;
    return [status, { $ref: `#/components/responses/${nameOf(code)}` }] as const;
  });
  return Object.fromEntries([...answers, [431, { $ref: `#/components/responses/${headersTooLarge}` }]]);
}
