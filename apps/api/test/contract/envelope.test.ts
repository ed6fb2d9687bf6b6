import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ErrorCode, errorCodes } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import express from 'express';
import { listen } from '../../src/http/listen.ts';
import { answerNotFound, handleErrors } from '../../src/middleware/handle-errors.ts';
import { assignRequestId } from '../../src/middleware/request-id.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { errorOf } from './batch-items.ts';
import { envelopeOf, sendRaw } from './raw-request.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('x-request-id', () => {
  const idOf = async (given: Readonly<Record<string, string | string[]>>) =>
    (await sendRaw(api.origin, { method: 'GET', path: '/healthz', headers: given })).headers['x-request-id'];

  test.each(['a', 'req_1.2:3-4', 'x'.repeat(128), '7d444840-9dc0-11d1-b245-5ffdce74fad2'])(
    'a sane incoming one is kept: %s',
    async (id) => {
      expect(await idOf({ 'x-request-id': id })).toBe(id);
    },
  );

  test.each([
    ['an empty one', ''],
    ['one of 129 characters', 'x'.repeat(129)],
    ['one with a space', 'a b'],
    ['one with markup', '<script>'],
    ['one with a quote', '"a"'],
    ['one that is not ASCII', 'caf\u00e9'],
    ['two of them', ['a', 'b']],
  ])('%s is replaced', async (_name, given) => {
    expect(await idOf({ 'x-request-id': given })).toMatch(uuid);
  });

  test('without an incoming one each answer gets its own', async () => {
    const ids = [await idOf({}), await idOf({})];
    for (const id of ids) expect(id).toMatch(uuid);
    expect(new Set(ids).size).toBe(2);
  });

  test('every answer has it, whatever the route and the outcome', async () => {
    const headers = { 'x-api-key': workspace.key };
    const answers = [
      await api.call('/healthz'),
      await api.call('/readyz'),
      await api.call('/metrics'),
      await api.call('/nothing'),
      await api.call('/api/v1/templates', { headers }),
      await api.call('/api/v1/emails/batch', { headers, body: { items: [null] } }),
      await api.call('/api/v1/emails/batch', { headers, body: '{' }),
      await api.call('/api/v1/emails/batch', { headers, method: 'OPTIONS' }),
      await api.call('/api/v1/templates', { headers, method: 'HEAD' }),
      await api.call('/api/v1/templates'),
    ];
    for (const answer of answers) expect(answer.headers.get('x-request-id')).toMatch(uuid);
  });

  test('the body of an error repeats it', async () => {
    const headers = { 'x-request-id': 'mine' };
    const answer = await sendRaw(api.origin, { method: 'GET', path: '/api/v1/templates', headers });
    expect(envelopeOf(answer).requestId).toBe('mine');
  });
});

describe('404 not_found', () => {
  test.each([
    ['GET', '/nothing'],
    ['POST', '/'],
    ['GET', '/api/v1/nothing'],
    ['PUT', '/api/v1/emails/batch'],
    ['DELETE', '/api/v1/emails/batch'],
    ['GET', '/api/v1/emails/00000000-0000-0000-0000-000000000000'],
    ['GET', '/api/v1/emails/%00'],
  ])('%s %s', async (method, path) => {
    const answer = await api.call(path, { method, headers: { 'x-api-key': workspace.key } });
    expect(errorOf(answer)).toMatchObject({ status: 404, error: 'not_found' });
  });

  test('a path that cannot be decoded is a bad request', async () => {
    const answer = await api.call('/api/v1/emails/%ff', { headers: { 'x-api-key': workspace.key } });
    expect(errorOf(answer)).toMatchObject({ status: 400, error: 'validation_failed' });
  });
});

describe('the error envelope', () => {
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

  /** Answers what a route that throws is answered with. */
  async function answerTo(thrown: unknown) {
    const app = express();
    app.use(assignRequestId);
    app.get('/throws', () => {
      throw thrown;
    });
    app.use(
      answerNotFound,
      handleErrors(() => undefined),
    );
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    try {
      const origin = `http://127.0.0.1:${server.port}`;
      return await sendRaw(origin, { method: 'GET', path: '/throws', headers: {} });
    } finally {
      await server.close();
    }
  }

  test.each(errorCodes)('%s has its status, its details and no cause', async (code) => {
    const cause = new Error('SELECT secret FROM keys');
    const answer = await answerTo(new PostroomError(code, 'What to do.', { details: { a: 1 }, cause }));
    expect(answer.status).toBe(statusOf[code]);
    expect(envelopeOf(answer)).toEqual({
      error: code,
      message: 'What to do.',
      details: { a: 1 },
      requestId: answer.headers['x-request-id'],
    });
    expect(answer.headers['retry-after'] !== undefined).toBe(code === 'unavailable');
  });

  test.each([
    ['an exception', new Error('insert into email_sends values (jane@example.com)')],
    ['a string', 'secret'],
    ['an error with a status of 500', Object.assign(new Error('secret'), { status: 500 })],
  ])('%s is a 500 without stack, SQL or cause', async (_name, thrown) => {
    const answer = await answerTo(thrown);
    expect(answer.status).toBe(500);
    expect(envelopeOf(answer).error).toBe('internal_error');
    expect(answer.text).not.toMatch(/insert|secret|jane|at .*\.ts|node_modules/i);
    expect(envelopeOf(answer)).not.toHaveProperty('details');
  });
});
