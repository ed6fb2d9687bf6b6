import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { maxWebhooks, webhookEvents } from '@postroom/contracts';
import { NoticeStore } from '@postroom/db';
import { errorOf } from '../contract/batch-items.ts';
import { type Answer, type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let strict: TestApi;
let workspace: TestWorkspace;
beforeAll(async () => {
  [api, strict] = await Promise.all([startApi(), startApi({ env: { WEBHOOK_PRIVATE_ADDRESSES: 'refuse' } })]);
});
afterAll(async () => {
  await Promise.all([api.close(), strict.close()]);
});
beforeEach(async () => {
  workspace = await api.makeWorkspace();
});

const url = 'https://receiver.example/hook';
const events = ['email.sent'];
const record = (value: unknown): Json => Object.fromEntries(Object.entries(Object(value)));
const bodyOf = (answer: Answer) => record(answer.body);

const call = (method: string, path: string, body?: Json, key = workspace.key) =>
  api.call(`/api/v1${path}`, { method, headers: { 'x-api-key': key }, body });

async function aWebhook(overrides: Json = {}): Promise<string> {
  return workspace.make('/webhooks', { url, events, ...overrides });
}

const aTest = async (id: string, body: Json = {}) =>
  String(bodyOf(await call('POST', `/webhooks/${id}/test`, body)).id);

test('a webhook is made, read, changed and deleted; the secret is shown once', async () => {
  const made = await call('POST', '/webhooks', {
    url,
    events: ['*', 'email.sent', '*'],
    description: 'mine',
  });
  expect(made.status).toBe(201);
  expect(made.headers.get('cache-control')).toBe('no-store');
  const { secret, ...webhook } = bodyOf(made);
  expect(secret).toMatch(/^whsec_/);
  expect(webhook).toMatchObject({ url, events: ['*', 'email.sent'], enabled: true, description: 'mine' });
  const path = `/webhooks/${webhook.id}`;
  expect(bodyOf(await call('GET', path))).toEqual(webhook);
  expect(bodyOf(await call('GET', '/webhooks'))).toEqual({ data: [webhook], nextCursor: null });
  const changed = await call('PATCH', path, { enabled: false, description: null, events: ['email.bounced'] });
  expect(bodyOf(changed)).toMatchObject({
    enabled: false,
    description: null,
    events: ['email.bounced'],
    url,
  });
  const rotated = await call('POST', `${path}/rotate-secret`);
  expect([rotated.status, rotated.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(bodyOf(rotated).secret).not.toBe(secret);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('DELETE', path)).status).toBe(404);
  expect((await call('GET', path)).status).toBe(404);
});

test.each<[string, Json, string]>([
  ['no URL', { events }, 'url'],
  ['what is no URL', { url: 'example.com', events }, 'url'],
  ['another protocol', { url: 'ftp://example.com/', events }, 'url'],
  ['a password', { url: 'https://me:secret@example.com/', events }, 'url'],
  ['a fragment', { url: 'https://example.com/#a', events }, 'url'],
  ['no events', { url, events: [] }, 'events'],
  ['an event that is none', { url, events: ['email.eaten'] }, 'events[0]'],
  ['a field that is none', { url, events, secret: 'mine' }, 'secret'],
])('%s is refused, and where it stands is said', async (_what, body, path) => {
  const answer = await call('POST', '/webhooks', body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(bodyOf(answer).details)).toContain(`"path":"${path}"`);
});

test('there are so many webhooks, and no more', async () => {
  for (let made = 0; made < maxWebhooks; made += 1) await aWebhook();
  const answer = await call('POST', '/webhooks', { url, events });
  expect([answer.status, errorOf(answer)]).toMatchObject([422, { error: 'unprocessable' }]);
});

describe('unless they are allowed, private addresses are refused when a webhook is saved:', () => {
  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://198.18.0.1/',
    'https://[fec0::1]/',
    'https://localhost/',
    'http://93.184.215.14/',
  ])('%s', async (refused) => {
    const ours = await strict.makeWorkspace();
    expect((await ours.post('/webhooks', { url: refused, events })).status).toBe(400);
    const id = await ours.make('/webhooks', { url: 'https://93.184.215.14/', events });
    const headers = { 'x-api-key': ours.key };
    const changed = await strict.call(`/api/v1/webhooks/${id}`, {
      method: 'PATCH',
      headers,
      body: { url: refused },
    });
    expect(changed.status).toBe(400);
  });
});

test('only a key of an administrator may manage webhooks', async () => {
  const id = await aWebhook();
  const key = await workspace.makeKey(['emails:write', 'emails:read', 'templates:write', 'profiles:write']);
  for (const [method, path, body] of [
    ['POST', '/webhooks', { url, events }],
    ['GET', '/webhooks', undefined],
    ['GET', `/webhooks/${id}/deliveries`, undefined],
    ['POST', `/webhooks/${id}/test`, {}],
  ] as const)
    expect((await call(method, path, body, key)).status).toBe(403);
});

test('nothing of a webhook is seen or changed by another workspace, or by the other mode', async () => {
  const id = await aWebhook();
  const delivery = await aTest(id);
  const since = new Date(0).toISOString();
  const strangers = [(await api.makeWorkspace()).key, await workspace.makeKey(['full'], 'test')];
  for (const key of strangers) {
    const answers = [
      await call('GET', `/webhooks/${id}`, undefined, key),
      await call('PATCH', `/webhooks/${id}`, { enabled: false }, key),
      await call('DELETE', `/webhooks/${id}`, undefined, key),
      await call('POST', `/webhooks/${id}/rotate-secret`, undefined, key),
      await call('POST', `/webhooks/${id}/test`, {}, key),
      await call('POST', `/webhooks/${id}/replay`, { since }, key),
      await call('GET', `/webhooks/${id}/deliveries`, undefined, key),
      await call('GET', `/webhooks/${id}/deliveries/${delivery}`, undefined, key),
      await call('POST', `/webhooks/${id}/deliveries/${delivery}/replay`, undefined, key),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(bodyOf(await call('GET', '/webhooks', undefined, key)).data).toEqual([]);
  }
  expect(bodyOf(await call('GET', `/webhooks/${id}`)).enabled).toBe(true);
});

test('a delivery of one webhook is none of another', async () => {
  const [first, second] = [await aWebhook(), await aWebhook()];
  const delivery = await aTest(first);
  expect((await call('GET', `/webhooks/${first}/deliveries/${delivery}`)).status).toBe(200);
  expect((await call('GET', `/webhooks/${second}/deliveries/${delivery}`)).status).toBe(404);
});

test.each(webhookEvents)('a test of %s is on its way', async (event) => {
  const id = await aWebhook();
  const answer = await call('POST', `/webhooks/${id}/test`, { event });
  expect(answer.status).toBe(202);
  expect(bodyOf(answer)).toMatchObject({ event, status: 'pending', attempts: 0, attemptLog: [] });
});

test('what was delivered is listed with its last try, read with all of them, and replayed', async () => {
  const id = await aWebhook();
  const delivery = await aTest(id);
  const store = new NoticeStore(api.prisma, { leaseMs: 60_000 });
  const claimed = await store.claim(id, 10);
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  for (const notice of claimed.notices) {
    await store.record({
      noticeId: notice.id,
      leaseToken: notice.leaseToken,
      url: notice.url,
      attempt: notice.attempt,
      startedAt: new Date(),
      durationMs: 12,
      request: '{"type":"email.delivered"}',
      statusCode: 500,
      answer: 'oops\u0000',
      error: 'status',
      state: 'failed',
      delayMs: 0,
      isGone: false,
    });
  }
  const path = `/webhooks/${id}/deliveries`;
  const lastAttempt = { number: 1, statusCode: 500, answer: 'oops', error: 'status', durationMs: 12 };
  expect(bodyOf(await call('GET', `${path}?status=failed&event=email.delivered`))).toMatchObject({
    data: [
      { id: delivery, webhookId: `msg_${delivery}`, status: 'failed', nextAttemptAt: null, lastAttempt },
    ],
    nextCursor: null,
  });
  expect(bodyOf(await call('GET', `${path}?status=delivered`)).data).toEqual([]);
  expect(bodyOf(await call('GET', `${path}?since=2100-01-01T00:00:00Z`)).data).toEqual([]);
  expect(bodyOf(await call('GET', `${path}/${delivery}`))).toMatchObject({ attemptLog: [lastAttempt] });
  expect(bodyOf(await call('POST', `${path}/${delivery}/replay`))).toMatchObject({
    status: 'pending',
    attemptLog: [lastAttempt],
  });
  const since = new Date(Date.now() - 60_000).toISOString();
  expect(bodyOf(await call('POST', `/webhooks/${id}/replay`, { since }))).toEqual({
    replayed: 0,
    nextSince: null,
  });
});

test('a disabled webhook takes no test and no replay, and says that it is disabled', async () => {
  const id = await aWebhook();
  const delivery = await aTest(id);
  await call('PATCH', `/webhooks/${id}`, { enabled: false });
  const since = new Date(0).toISOString();
  const ask = async () => [
    await call('POST', `/webhooks/${id}/test`, {}),
    await call('POST', `/webhooks/${id}/deliveries/${delivery}/replay`),
    await call('POST', `/webhooks/${id}/replay`, { since }),
  ];
  for (const { status, body } of await ask()) {
    expect([status, body]).toMatchObject([409, { error: 'state_conflict', details: { enabled: false } }]);
  }
  expect(bodyOf(await call('GET', `/webhooks/${id}/deliveries`)).data).toHaveLength(1);
  await call('PATCH', `/webhooks/${id}`, { enabled: true });
  expect((await ask()).map(({ status }) => status)).toEqual([202, 202, 202]);
});

test('the history of a send says what webhooks were told of it', async () => {
  const id = await aWebhook({ events: ['email.queued'] });
  const { items } = await workspace.batch([
    { idempotencyKey: 'told', templateId: await workspace.aTemplate(), to: { email: 'ada@example.com' } },
  ]);
  const [item] = items;
  if (item?.status !== 'accepted') throw new Error('the send was not accepted');
  const { events: history } = bodyOf(await call('GET', `/emails/${item.send.id}/events`));
  const told = { event: 'email.queued', status: 'pending', attempts: 0, webhookId: id };
  expect(history).toMatchObject([{ type: 'accepted' }, { type: 'webhook', detail: told }]);
});

test('a page of deliveries is cut where their answers are large', async () => {
  const id = await aWebhook();
  const store = new NoticeStore(api.prisma, { leaseMs: 60_000 });
  for (let at = 0; at < 70; at += 1) await aTest(id);
  const claimed = await store.claim(id, 100);
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  for (const { id: noticeId, leaseToken, url, attempt } of claimed.notices)
    await store.record({
      ...{ noticeId, leaseToken, url, attempt, startedAt: new Date(), durationMs: 1 },
      ...{ request: 'x'.repeat(20_000), statusCode: 200, answer: 'y'.repeat(64 * 1024), error: null },
      ...{ state: 'delivered', delayMs: 0, isGone: false },
    });
  const seen: unknown[] = [];
  for (let cursor = ''; ; ) {
    const page = bodyOf(await call('GET', `/webhooks/${id}/deliveries?limit=100${cursor}`));
    expect(JSON.stringify(page).length).toBeLessThan(5 * 1024 * 1024);
    seen.push(...(Array.isArray(page.data) ? page.data : []));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${String(page.nextCursor)}`;
  }
  expect(seen).toHaveLength(70);
});
