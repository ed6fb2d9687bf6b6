import { expect, test } from '@jest/globals';
import { openApiDocument } from '@postroom/reference';
import { answerChecker, type Exchange } from './check-answer.ts';

const problemOf = answerChecker(openApiDocument({ serverUrl: 'http://localhost:3001' }));

const healthy: Exchange = {
  method: 'GET',
  path: '/healthz?now',
  status: 200,
  headers: new Headers({ 'x-request-id': 'r-1', 'content-type': 'application/json; charset=utf-8' }),
  body: { status: 'ok' },
};
const refused: Exchange = {
  ...healthy,
  path: '/api/v1/emails/batch',
  method: 'POST',
  status: 413,
  body: { error: 'payload_too_large', message: 'too large', requestId: 'r-1' },
};
const withHeaders = (headers: Readonly<Record<string, string>>) =>
  new Headers({ ...Object.fromEntries(healthy.headers), ...headers });

test('an answer as it is documented is no problem', () => {
  expect(problemOf(healthy)).toBeNull();
  expect(problemOf(refused)).toBeNull();
});

test.each<[string, Partial<Exchange>, RegExp]>([
  ['a status that is not documented', { status: 418 }, /status that is not documented/],
  [
    'no x-request-id',
    { headers: new Headers({ 'content-type': 'application/json' }) },
    /no header x-request-id/,
  ],
  ['a field too many', { body: { status: 'ok', since: 1 } }, /must NOT have additional properties/],
  ['a field too few', { body: {} }, /must have required property 'status'/],
  ['a field of another type', { body: { status: 1 } }, /must be/],
  [
    'another media type',
    { headers: withHeaders({ 'content-type': 'text/html' }) },
    /text\/html, which is not/,
  ],
  [
    'a header that is not documented',
    { headers: withHeaders({ 'retry-after': '1' }) },
    /retry-after that is not/,
  ],
])('%s is told', (_what, change, problem) => {
  expect(problemOf({ ...healthy, ...change })).toMatch(problem);
});

test.each<[string, Partial<Exchange>, RegExp]>([
  [
    'a code that the operation does not have',
    { body: { error: 'state_conflict', message: '', requestId: '' } },
    /must be equal/,
  ],
  ['a code with the status of another', { status: 400 }, /must be equal to one of the allowed values/],
  [
    'an envelope with more in it',
    { body: { ...Object(refused.body), stack: '' } },
    /must NOT have additional/,
  ],
  ['429 without Retry-After', { status: 429 }, /no header Retry-After/],
  [
    'a limit that is no number',
    { headers: withHeaders({ 'ratelimit-limit': 'many' }) },
    /not a whole number/,
  ],
])('of an error, %s is told', (_what, change, problem) => {
  expect(problemOf({ ...refused, ...change })).toMatch(problem);
});

test('paths that no operation has are not looked at', () => {
  expect(problemOf({ ...healthy, path: '/nowhere', status: 404, body: 1 })).toBeNull();
  expect(problemOf({ ...healthy, path: '/healthz', method: 'PUT', status: 404 })).toBeNull();
});

test('a path without parameters is not taken for one with them', () => {
  expect(problemOf({ ...refused, path: '/api/v1/suppressions/import' })).toBeNull();
  expect(problemOf({ ...refused, path: '/api/v1/emails/batch', method: 'GET', status: 413 })).toMatch(
    /status/,
  );
});
