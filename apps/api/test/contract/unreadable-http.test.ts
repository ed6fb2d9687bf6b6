import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { errorEnvelopeSchema } from '@postroom/contracts';
import { startApi, type TestApi } from '../start-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

async function answerTo(bytes: string): Promise<{ readonly head: string; readonly body: unknown }> {
  const socket = connect(Number(new URL(api.origin).port), '127.0.0.1');
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { head, body: JSON.parse(body) };
}

test.each([
  ['a line that is no HTTP', 'HELLO\r\n\r\n', 400, 'validation_failed'],
  [
    'a length that is no number',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n',
    400,
    'validation_failed',
  ],
  [
    'headers beyond 16 KiB',
    `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`,
    431,
    'payload_too_large',
  ],
  [
    'a request without a Host',
    'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n',
    400,
    'validation_failed',
  ],
  [
    'an unknown route with an expectation of its own',
    'GET /nowhere HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\nconnection: close\r\n\r\n',
    404,
    'not_found',
  ],
  [
    'CONNECT to elsewhere',
    'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n',
    404,
    'not_found',
  ],
  ['CONNECT to this server', 'CONNECT localhost:3001 HTTP/1.1\r\nhost: x\r\n\r\n', 404, 'not_found'],
])('%s is answered in the envelope, with a request id', async (_name, bytes, status, code) => {
  const { head, body } = await answerTo(bytes);
  expect(head).toContain(`HTTP/1.1 ${status}`);
  const envelope = errorEnvelopeSchema.parse(body);
  expect(envelope.error).toBe(code);
  expect(head).toContain(`x-request-id: ${envelope.requestId}`);
});

test('an expectation that nobody knows keeps no request from its answer', async () => {
  const { head, body } = await answerTo(
    'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\nconnection: close\r\n\r\n',
  );
  expect(head).toContain('HTTP/1.1 200');
  expect(head).toContain('x-request-id: ');
  expect(body).toEqual({ status: 'ok' });
});
