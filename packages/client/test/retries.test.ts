import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aClient, anEmail, patientMs, takeEmails } from './a-client.ts';
import {
  type Handler,
  hangUp,
  json,
  refusal,
  type ScriptedServer,
  silence,
  startScriptedServer,
  urlOfNobody,
} from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const keysSeen = () => server.received.map(({ headers }) => headers['idempotency-key']);
const template = { id: 'template-1', currentSnapshotId: 'snapshot-1' };
const send = { id: 'em_1', status: 'queued' };

describe('a batch, which has a key', () => {
  test.each<[string, Handler]>([
    ['the connection broke', hangUp],
    ['408', refusal(408, 'request_timeout')],
    ['429', refusal(429, 'rate_limited')],
    ['500', refusal(500, 'internal_error')],
    ['502 of a proxy', (_request, response) => void response.writeHead(502).end('<html>Bad gateway</html>')],
    ['503', refusal(503, 'unavailable')],
    ['504', refusal(504, 'unavailable')],
  ])('is repeated under the same key and with the same body after %s', async (_name, failing) => {
    server.script(takeEmails, [failing, failing]);
    const { client, waits } = aClient(server.url);
    const result = await client.emails.batch([anEmail()]);
    expect(result.count).toBe(1);
    expect(new Set(keysSeen()).size).toBe(1);
    expect(keysSeen()[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(server.received.map(({ text }) => text)).size).toBe(1);
    expect(server.received).toHaveLength(3);
    expect(waits).toEqual([375, 750]);
  });

  test('is repeated after a time-out', async () => {
    server.script(takeEmails, [silence]);
    const { client } = aClient(server.url, { timeoutMs: patientMs });
    expect((await client.emails.batch([anEmail()])).count).toBe(1);
    expect(new Set(keysSeen()).size).toBe(1);
    expect(server.received).toHaveLength(2);
  });

  test('is given up after maxRetries, with the last error and the key to repeat it under', async () => {
    server.script(refusal(503, 'unavailable'));
    const { client, waits } = aClient(server.url);
    const { data, error } = await client.emails.batch([anEmail()], { maxRetries: 2 });
    expect(data).toBeNull();
    expect(error).toMatchObject({
      code: 'unavailable',
      status: 503,
      requestId: 'request-1',
      inDoubt: true,
      idempotencyKey: keysSeen()[0],
    });
    expect(server.received).toHaveLength(3);
    expect(waits).toHaveLength(2);
  });

  test.each([400, 401, 403, 404, 409, 413, 415, 422])('is not repeated after %i', async (status) => {
    server.script(refusal(status, 'refused'));
    const { client } = aClient(server.url);
    const { error } = await client.emails.batch([anEmail()]);
    expect(error).toMatchObject({ code: 'refused', status, inDoubt: false });
    expect(server.received).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  test('in seconds is waited for, and a little longer', async () => {
    server.script(takeEmails, [refusal(503, 'unavailable', { 'retry-after': '7' })]);
    const { client, waits } = aClient(server.url);
    expect((await client.emails.batch([anEmail()])).error).toBeNull();
    expect(waits).toEqual([7_250]);
  });

  test('as a date is waited for', async () => {
    const now = () => Date.parse('2026-01-01T00:00:00Z');
    server.script(takeEmails, [
      refusal(429, 'rate_limited', { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }),
    ]);
    const { client, waits } = aClient(server.url, { runtime: { now } });
    expect((await client.emails.batch([anEmail()])).error).toBeNull();
    expect(waits).toEqual([9_250]);
  });

  test('of more than a minute is told to the caller instead', async () => {
    server.script(refusal(429, 'rate_limited', { 'retry-after': '3600' }));
    const { client, waits } = aClient(server.url);
    const { error } = await client.emails.batch([anEmail()]);
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 3_600_000 });
    expect(waits).toEqual([]);
  });
});

describe('what has no key and could be done twice', () => {
  const create = (client: ReturnType<typeof aClient>['client']) =>
    client.templates.create({ name: 'Hi', subject: 'Hi', html: '<p>Hi</p>' });

  test('is repeated after 429', async () => {
    server.script(json(201, template), [refusal(429, 'rate_limited')]);
    expect((await create(aClient(server.url).client)).data).toEqual(template);
    expect(server.received).toHaveLength(2);
  });

  test.each<[string, Handler, boolean]>([
    ['the connection broke', hangUp, true],
    ['500', refusal(500, 'internal_error'), true],
    ['502', refusal(502, 'unavailable'), true],
    ['503 without Retry-After', refusal(503, 'unavailable'), true],
    ['503 with Retry-After', refusal(503, 'unavailable', { 'retry-after': '1' }), true],
    ['504', refusal(504, 'unavailable'), true],
    ['400', refusal(400, 'validation_failed'), false],
  ])('is not repeated after %s', async (_name, failing, inDoubt) => {
    server.script(json(201, template), [failing]);
    const { error } = await create(aClient(server.url).client);
    expect(error?.inDoubt).toBe(inDoubt);
    expect(server.received).toHaveLength(1);
  });

  test('is not repeated after a time-out', async () => {
    server.script(json(201, template), [silence]);
    const { error } = await create(aClient(server.url, { timeoutMs: patientMs }).client);
    expect(error).toMatchObject({ code: 'timeout', inDoubt: true });
    expect(server.received).toHaveLength(1);
  });

  test('is repeated when no connection was made, since nothing was sent', async () => {
    const { client, waits } = aClient(await urlOfNobody(), { maxRetries: 3 });
    const { error } = await create(client);
    expect(error).toMatchObject({ code: 'network_error', inDoubt: false, status: null });
    expect(error?.message).toContain('ECONNREFUSED');
    expect(waits).toHaveLength(3);
  });
});

describe('every other call', () => {
  test('reads are repeated, and leave nothing in doubt', async () => {
    server.script(hangUp);
    const { client } = aClient(server.url, { maxRetries: 1 });
    expect((await client.emails.list()).error).toMatchObject({ code: 'network_error', inDoubt: false });
    expect(server.received).toHaveLength(2);
  });

  test.each<[string, (client: ReturnType<typeof aClient>['client']) => Promise<unknown>, unknown]>([
    ['cancel', (client) => client.emails.cancel('em_1'), { email: send }],
    ['reschedule', (client) => client.emails.reschedule('em_1', new Date(0)), { email: send }],
    ['update', (client) => client.templates.update('template-1', { name: 'New' }), template],
    ['archive', (client) => client.templates.archive('template-1'), template],
    ['preview', (client) => client.templates.preview('template-1', {}), { subject: '', missing: [] }],
  ])('%s is repeated after a broken connection', async (_name, call, answer) => {
    server.script(json(200, answer), [hangUp]);
    expect(await call(aClient(server.url).client)).toMatchObject({ error: null });
    expect(server.received).toHaveLength(2);
  });

  test.each<[string, (client: ReturnType<typeof aClient>['client']) => Promise<unknown>]>([
    ['retry', (client) => client.emails.retry('em_1')],
    ['duplicate', (client) => client.templates.duplicate('template-1')],
    ['a new API key', (client) => client.apiKeys.create({ name: 'Key', scopes: ['full'] })],
  ])('%s is not', async (_name, call) => {
    server.script(refusal(400, 'validation_failed'), [hangUp]);
    expect(await call(aClient(server.url).client)).toMatchObject({ error: { code: 'network_error' } });
    expect(server.received).toHaveLength(1);
  });

  test('a removal whose answer was lost counts as done when the next try finds nothing', async () => {
    server.script(refusal(404, 'not_found'), [hangUp]);
    const { client } = aClient(server.url);
    expect((await client.suppressions.remove('a@b.co')).data).toEqual({ id: 'a@b.co', removed: true });
    expect((await client.suppressions.remove('a@b.co')).error).toMatchObject({ code: 'not_found' });
  });

  test('a single send has a key of its own, in either dialect, and keeps it', async () => {
    server.script(json(200, { email: send }), [hangUp]);
    const { client } = aClient(server.url);
    expect((await client.emails.send(anEmail())).data).toEqual(send);
    expect(new Set(keysSeen()).size).toBe(1);
    server.script(json(200, { id: 'send-1', status: 'Queued', messageId: 'm' }), [hangUp]);
    const item = { templateId: 't', to: { email: 'ada@example.com' } };
    expect((await client.emails.sendItem(item, { idempotencyKey: 'order 1' })).data?.id).toBe('send-1');
    expect(keysSeen()).toEqual(['order 1', 'order 1']);
  });

  test('what an earlier try left in doubt stays in doubt after a refusal', async () => {
    server.script(refusal(401, 'unauthorized'), [hangUp]);
    const { error } = await aClient(server.url).client.emails.send(anEmail());
    expect(error).toMatchObject({ code: 'unauthorized', inDoubt: true });
  });
});
