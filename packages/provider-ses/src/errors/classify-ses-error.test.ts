import { describe, expect, test } from '@jest/globals';
import type { ProviderOutcome } from '@postroom/core';
import fc from 'fast-check';
import type { ExchangePhase } from '../client/exchange.ts';
import { classifySesError } from './classify-ses-error.ts';

const allKinds: readonly ProviderOutcome['kind'][] = [
  'in_doubt',
  'throttled',
  'quota_spent',
  'sending_paused',
  'account_suspended',
  'sender_unverified',
  'rejected',
  'credentials_refused',
  'not_permitted',
  'not_read',
  'unreachable',
];
const errorNames = [
  'TooManyRequestsException',
  'LimitExceededException',
  'SendingPausedException',
  'AccountSuspendedException',
  'MailFromDomainNotVerifiedException',
  'MessageRejected',
  'ExpiredTokenException',
  'CredentialsProviderError',
  'TimeoutError',
  'AbortError',
];
const errorCodes = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
];

const phases = fc.constantFrom<ExchangePhase[]>('preparing', 'connecting', 'written');
const statuses = fc.option(fc.integer({ min: 0, max: 999 }));
const likelyErrors = fc
  .record({
    name: fc.oneof(fc.constantFrom(...errorNames), fc.string()),
    message: fc.oneof(
      fc.constantFrom('Maximum sending rate exceeded.', 'Daily message quota exceeded.'),
      fc.string(),
    ),
    code: fc.option(fc.constantFrom(...errorCodes)),
    status: statuses,
  })
  .map(({ name, message, code, status }) =>
    Object.assign(new Error(message), {
      name,
      ...(code === null ? {} : { code }),
      ...(status === null ? {} : { $metadata: { httpStatusCode: status } }),
    }),
  );
const anyErrors = fc.oneof(likelyErrors, fc.anything(), fc.object());

test('any thrown value at all becomes an outcome with a short, clean message', () => {
  fc.assert(
    fc.property(anyErrors, phases, (thrown, phase) => {
      const outcome = classifySesError(thrown, phase);
      expect(allKinds).toContain(outcome.kind);
      expect(outcome.error.code).toMatch(/^[A-Za-z<][\w.<>-]*$/);
      expect(outcome.error.message).not.toBe('');
      expect(outcome.error.message.length).toBeLessThanOrEqual(500);
    }),
    { numRuns: 1_000 },
  );
});

test('once the request is written, only a 4xx answer is certain', () => {
  fc.assert(
    fc.property(likelyErrors, (error) => {
      const { kind, error: said } = classifySesError(error, 'written');
      const isRefusal = said.httpStatus !== null && said.httpStatus >= 400 && said.httpStatus <= 499;
      expect(kind === 'in_doubt').toBe(!isRefusal);
      expect(kind).not.toBe('unreachable');
    }),
    { numRuns: 1_000 },
  );
});

test('before the request is written, nothing is in doubt and nothing is the fault of the message', () => {
  fc.assert(
    fc.property(anyErrors, fc.constantFrom<ExchangePhase[]>('preparing', 'connecting'), (thrown, phase) => {
      expect(['unreachable', 'credentials_refused']).toContain(classifySesError(thrown, phase).kind);
    }),
    { numRuns: 1_000 },
  );
});

describe('values that resist reading', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = {
    get name(): string {
      throw new Error('no');
    },
  };
  test.each<[string, unknown]>([
    ['a revoked proxy', revoked.proxy],
    ['a getter that throws', hostile],
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['a symbol', Symbol('x')],
    ['a function', () => {}],
  ])('%s is in doubt after writing', (_name, thrown) => {
    expect(classifySesError(thrown, 'written')).toEqual({
      kind: 'in_doubt',
      error: { code: 'Unknown', message: 'Unknown error.', httpStatus: null },
    });
  });
});

test('an answer of the token service while credentials are sought is about credentials', () => {
  const error = Object.assign(new Error('Down'), {
    name: 'ServiceUnavailable',
    $metadata: { httpStatusCode: 503 },
  });
  expect(classifySesError(error, 'preparing')).toMatchObject({ kind: 'credentials_refused' });
});

const answered = (httpStatusCode: number, name: string) =>
  classifySesError(Object.assign(new Error('No'), { name, $metadata: { httpStatusCode } }), 'written').kind;

test.each([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'ProvisionedThroughputExceededException',
  'SlowDown',
  'TransactionInProgressException',
])('%s, which the SDK takes for throttling, is throttling', (name) => {
  expect(answered(400, name)).toBe('throttled');
});

test.each(['RequestTimeout', 'RequestTimeoutException', 'PriorRequestNotComplete'])(
  'a refusal by %s came before SES had the request, and an error of the server by that name is in doubt',
  (name) => {
    expect([400, 408, 503].map((status) => answered(status, name))).toEqual([
      'not_read',
      'not_read',
      'in_doubt',
    ]);
  },
);

test('status 408 says that the request had not come whole, whatever its name', () => {
  expect(answered(408, 'BadRequestException')).toBe('not_read');
  expect(answered(408, 'Unknown')).toBe('not_read');
});

test('a request that AWS broke off before its reply is in doubt', () => {
  expect(answered(400, 'RequestAbortedException')).toBe('in_doubt');
});

test('a server error is in doubt whatever it says', () => {
  const error = Object.assign(new Error('Maximum sending rate exceeded.'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 503 },
  });
  expect(classifySesError(error, 'written')).toMatchObject({ kind: 'in_doubt' });
});

test('the code is the one of the socket when no answer came, and the name of the exception when one did', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { name: 'Error', code: 'ECONNREFUSED' });
  expect(classifySesError(refused, 'connecting').error.code).toBe('ECONNREFUSED');
  const answered = Object.assign(new Error('No'), {
    name: 'MessageRejected',
    code: 'X',
    $metadata: { httpStatusCode: 400 },
  });
  expect(classifySesError(answered, 'written').error.code).toBe('MessageRejected');
});
