import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import defaultExport, { Postroom, PostroomError, version } from '../src/index.ts';
import { aClient, anEmail } from './a-client.ts';
import { json, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

type Client = Postroom;

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const uuid = '0190a0a0-0000-7000-8000-000000000000';
const id = 'em_01j2gt1800e008000000000000';

/** Everything that any answer is known by. */
const anything = {
  ...{
    id,
    status: 'x',
    messageId: 'x',
    email: { id, status: 'x' },
    emails: [],
    next_cursor: null,
    events: [],
  },
  ...{
    counts: {},
    canceled: 1,
    currentSnapshotId: 'x',
    subject: 'x',
    missing: [],
    fromEmail: 'x',
    domain: 'x',
  },
  ...{ dnsRecords: [], attributes: {}, marketingDefault: true, groupId: 'x', subscribed: true, reason: 'x' },
  ...{ total: 1, added: 1, prefix: 'x', key: 'x', data: [], nextCursor: null },
  ...{ secret: 'x', webhookId: 'x', attemptLog: [], replayed: 1, nextSince: null },
  ...{ action: 'x', state: 'x', version: 1, html: 'x' },
  ...{ stillSuppressedByProvider: false, workspace: {}, domains: [], resumed: 0 },
};

describe('each call', () => {
  test.each<[string, (client: Client) => Promise<unknown>, unknown?]>([
    ['POST /emails', (c) => c.emails.send(anEmail()), anEmail()],
    ['POST /emails', (c) => c.emails.sendItem({ templateId: 't' }), { templateId: 't' }],
    [`GET /emails/${id}`, (c) => c.emails.get(id)],
    [`GET /emails/${uuid}`, (c) => c.emails.get(uuid)],
    [`GET /emails/${id}/events`, (c) => c.emails.history(id)],
    ['GET /emails?limit=1&offset=2', (c) => c.emails.list({ limit: 1, offset: 2 })],
    [`POST /emails/${id}/cancel`, (c) => c.emails.cancel(id)],
    [`POST /emails/${uuid}/retry`, (c) => c.emails.retry(uuid)],
    [
      `PATCH /emails/${id}`,
      (c) => c.emails.reschedule(id, new Date(0)),
      { scheduledAt: '1970-01-01T00:00:00.000Z' },
    ],
    [
      'POST /emails/actions',
      (c) => c.actions.create({ action: 'cancel', filter: { created_after: new Date(0) } }),
      { action: 'cancel', filter: { created_after: '1970-01-01T00:00:00.000Z' } },
    ],
    ['GET /emails/actions/a', (c) => c.actions.get('a')],
    ['POST /emails/actions/a/stop', (c) => c.actions.stop('a')],
    ['GET /batches/b', (c) => c.batches.get('b')],
    ['POST /batches/b/cancel', (c) => c.batches.cancel('b')],
    [
      'POST /templates',
      (c) => c.templates.create({ name: 'n', subject: 's', html: 'h' }),
      { name: 'n', subject: 's', html: 'h' },
    ],
    ['GET /templates/t', (c) => c.templates.get('t')],
    ['PATCH /templates/t', (c) => c.templates.update('t', { text: null }), { text: null }],
    ['POST /templates/t/archive', (c) => c.templates.archive('t')],
    ['POST /templates/t/unarchive', (c) => c.templates.unarchive('t')],
    ['POST /templates/t/duplicate', (c) => c.templates.duplicate('t')],
    ['GET /templates/t/versions', (c) => c.templates.versions('t')],
    ['GET /templates/t/versions/2', (c) => c.templates.version('t', 2)],
    ['POST /templates/t/preview', (c) => c.templates.preview('t', { a: 1 }), { data: { a: 1 } }],
    ['POST /templates/t/preview', (c) => c.templates.preview('t'), {}],
    [
      'POST /sender-profiles',
      (c) => c.senderProfiles.create({ name: 'n', fromEmail: 'a@b.co' }),
      { name: 'n', fromEmail: 'a@b.co' },
    ],
    ['POST /sender-profiles/s/refresh', (c) => c.senderProfiles.refresh('s')],
    ['POST /domains', (c) => c.domains.create({ domain: 'acme.test' }), { domain: 'acme.test' }],
    ['POST /domains/d/refresh', (c) => c.domains.refresh('d')],
    ['DELETE /domains/d', (c) => c.domains.remove('d')],
    ['POST /profiles', (c) => c.profiles.create({ email: 'a@b.co' }), { email: 'a@b.co' }],
    ['GET /profiles?externalId=c%2F1', (c) => c.profiles.list({ externalId: 'c/1' })],
    [
      'PUT /subscription-groups/g/subscriptions',
      (c) => c.subscriptionGroups.setSubscription('g', { email: 'a@b.co', subscribed: false }),
      { email: 'a@b.co', subscribed: false },
    ],
    ['DELETE /profiles/p?erase=true', (c) => c.profiles.erase('p')],
    ['POST /erasures', (c) => c.erasures.create({ email: 'a@b.co' }), { email: 'a@b.co' }],
    ['GET /erasures/e', (c) => c.erasures.get('e')],
    ['GET /suppressions/a%2Fb%40c.co', (c) => c.suppressions.get('a/b@c.co')],
    ['POST /suppressions', (c) => c.suppressions.create({ email: 'a@b.co' }), { email: 'a@b.co' }],
    [
      'POST /suppressions/import',
      (c) => c.suppressions.import([{ email: 'a@b.co' }]),
      { suppressions: [{ email: 'a@b.co' }] },
    ],
    [
      'POST /suppressions/import?reason=Bounce',
      (c) => c.suppressions.importCsv('a@b.co', { reason: 'Bounce' }),
      'a@b.co',
    ],
    ['POST /suppressions/import', (c) => c.suppressions.importCsv(Buffer.from('ä@b.co')), 'ä@b.co'],
    ['DELETE /suppressions/a%40b.co', (c) => c.suppressions.remove('a@b.co')],
    ['DELETE /suppressions/a%40b.co?provider=true', (c) => c.suppressions.lift('a@b.co')],
    ['GET /suppressions?reason=Bounce', (c) => c.suppressions.list({ reason: 'Bounce' })],
    ['GET /rates', (c) => c.rates.get()],
    ['POST /rates/resume', (c) => c.rates.resume({ domain: 'b.co' }), { domain: 'b.co' }],
    [
      'POST /api-keys',
      (c) => c.apiKeys.create({ name: 'n', scopes: ['full'] }),
      { name: 'n', scopes: ['full'] },
    ],
    [
      'POST /webhooks',
      (c) => c.webhooks.create({ url: 'https://a.co/', events: ['*'] }),
      { url: 'https://a.co/', events: ['*'] },
    ],
    ['GET /webhooks', (c) => c.webhooks.list()],
    ['GET /webhooks/w', (c) => c.webhooks.get('w')],
    ['PATCH /webhooks/w', (c) => c.webhooks.update('w', { enabled: false }), { enabled: false }],
    ['DELETE /webhooks/w', (c) => c.webhooks.remove('w')],
    ['POST /webhooks/w/rotate-secret', (c) => c.webhooks.rotateSecret('w')],
    ['POST /webhooks/w/test', (c) => c.webhooks.test('w', 'email.sent'), { event: 'email.sent' }],
    ['POST /webhooks/w/test', (c) => c.webhooks.test('w'), {}],
    ['GET /webhooks/w/deliveries?status=failed', (c) => c.webhooks.deliveries('w', { status: 'failed' })],
    ['GET /webhooks/w/deliveries/d', (c) => c.webhooks.delivery('w', 'd')],
    ['POST /webhooks/w/deliveries/d/replay', (c) => c.webhooks.replayDelivery('w', 'd')],
    ['POST /webhooks/w/replay', (c) => c.webhooks.replay('w', { since: 't' }), { since: 't' }],
    ['GET /api-keys', (c) => c.apiKeys.list()],
    ['DELETE /api-keys/k', (c) => c.apiKeys.revoke('k')],
  ])('%s', async (...[route, call, body]) => {
    server.script(json(200, anything));
    expect(await call(aClient(server.url).client)).toMatchObject({ error: null });
    const [request] = server.received;
    expect(`${request?.method} ${request?.url}`).toBe(route.replace(' /', ' /api/v1/'));
    expect(request?.body).toEqual(body);
    const type = typeof body === 'string' ? 'text/csv' : 'application/json';
    expect(request?.headers['content-type']).toBe(body === undefined ? undefined : type);
  });

  test('about one send answers the send, whichever form its id has', async () => {
    server.script(json(200, { email: { id, status: 'sent' } }));
    expect((await aClient(server.url).client.emails.get(id)).data).toEqual({ id, status: 'sent' });
    const send = { id: uuid, status: 'Sent', messageId: 'm' };
    server.script(json(200, send));
    expect((await aClient(server.url).client.emails.get(uuid)).data).toEqual(send);
  });

  test.each(['', '.', '..'])('refuses %j as an id, which would lead to another route', async (bad) => {
    server.script(json(200, anything));
    await expect(aClient(server.url).client.emails.get(bad)).rejects.toThrow(TypeError);
    await expect(aClient(server.url).client.apiKeys.revoke(bad)).rejects.toThrow(TypeError);
    expect(server.received).toEqual([]);
  });

  test.each(['', 'x'.repeat(241), 'líne', ' x', 'a\nb'])('refuses %j as the key of a batch', async (bad) => {
    const { client } = aClient(server.url);
    await expect(client.emails.batch([anEmail()], { idempotencyKey: bad })).rejects.toThrow('idempotencyKey');
  });
});

describe('a client', () => {
  const names = ['POSTROOM_API_KEY', 'POSTROOM_BASE_URL'] as const;
  const before = names.map((name) => [name, process.env[name]] as const);
  beforeEach(() => {
    for (const name of names) delete process.env[name];
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const sentTo = async (make: (fetch: (url: string) => Promise<never>) => Client) => {
    const urls: string[] = [];
    const client = make(async (url) => {
      urls.push(url);
      throw new Error('no network');
    });
    await client.emails.list({}, { maxRetries: 0 });
    return urls;
  };

  test('takes its key and address as arguments, or from the environment', async () => {
    expect(await sentTo((fetch) => new Postroom('sk_test_x', { fetch }))).toEqual([
      'http://localhost:3001/api/v1/emails',
    ]);
    process.env.POSTROOM_API_KEY = 'sk_test_env\n';
    process.env.POSTROOM_BASE_URL = 'https://mail.acme.test/post//';
    expect(await sentTo((fetch) => new Postroom({ fetch }))).toEqual([
      'https://mail.acme.test/post/api/v1/emails',
    ]);
    expect(await sentTo((fetch) => new Postroom(undefined, { fetch, baseUrl: 'http://a' }))).toEqual([
      'http://a/api/v1/emails',
    ]);
  });

  test('without a key is refused, and a key that cannot be one is not shown', () => {
    expect(() => new Postroom()).toThrow('POSTROOM_API_KEY');
    expect(() => new Postroom('')).toThrow(TypeError);
    expect(() => new Postroom('sk_test_sécret')).toThrow(/^(?!.*cret).*characters/);
  });

  test.each([
    { baseUrl: 'localhost:3001' },
    { baseUrl: 'http://' },
    { timeoutMs: 0 },
    { timeoutMs: Number.POSITIVE_INFINITY },
    { maxRetries: -1 },
    { maxRetries: 1.5 },
    { concurrency: 0 },
  ])('refuses %j', (options) => {
    expect(() => new Postroom('sk_test_x', options)).toThrow(TypeError);
  });

  test('is the default export too, and knows its version', () => {
    expect(defaultExport).toBe(Postroom);
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });
});

test('an error can be thrown, and written to a log as JSON', () => {
  const error = new PostroomError({
    code: 'not_found',
    message: 'This workspace has no such email.',
    status: 404,
  });
  expect(error).toBeInstanceOf(Error);
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'not_found',
    message: 'This workspace has no such email.',
    status: 404,
    requestId: null,
    details: null,
    inDoubt: false,
    idempotencyKey: null,
  });
});
