import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { emailHistorySchema, erasureSchema, parseSendId } from '@postroom/contracts';
import { payloadOf } from '@postroom/core';
import { ClaimStore, ErasureStore, EventStore, LinkKeyStore, NoticeStore } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import { accept, anItem, errorOf } from '../contract/batch-items.ts';
import { anEmail, emailsOf } from '../contract/post-emails.ts';
import { type Answer, type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { tablesHolding } from './needles.ts';

let api: TestApi;
let workspace: TestWorkspace;
let other: TestWorkspace;
let templateId: string;
let serial = 0;
const from = 'news@acme.test';

beforeAll(async () => {
  // In Turkish: the small letter of I is no i there.
  api = await startApi({ database: 'tr' });
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  other = await api.makeWorkspace();
  for (const one of [workspace, other]) await one.aSender({ fromEmail: from });
  templateId = await workspace.aTemplate();
});

const anAddress = () => `ida.lovelace+${++serial}@example.com`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const callOf = (one: TestWorkspace) => (method: string, path: string) =>
  api.call(`/api/v1${path}`, { method, headers: { 'x-api-key': one.key } });

const erasureOf = ({ body }: Answer) => erasureSchema.parse(body);

/** A piece of an erasure, without the wait for requests that are being answered: there are none. */
const step = (settleMs = 0) => new ErasureStore(api.prisma).eraseNext(settleMs);

/** Does the pieces of all erasures until this one is done, as a worker does. */
async function untilDone(id: string) {
  return eventually(
    async () => {
      while ((await step()) !== null);
      const erasure = erasureOf(await workspace.get(`/erasures/${id}`));
      return erasure.status === 'done' && erasure;
    },
    { what: 'the erasure to be done' },
  );
}

async function erase(email: string) {
  const asked = await workspace.post('/erasures', { email });
  expect(asked.status).toBe(201);
  return untilDone(erasureOf(asked).id);
}

/** One send of each dialect to the person, with everything that a request can say of them. */
async function sendBoth(one: TestWorkspace, email: string, template: string) {
  const tagged = {
    tags: [`customer ${email}`, 'vip', `of:${email}`, 'of:shop', `by:${email}`],
    headers: { 'X-Customer': `id ${email.toUpperCase()}` },
  };
  const attachments = [{ filename: 'lovelace.txt', content: base64(`FILE-OF-LOVELACE ${email}`) }];
  const item = anItem({
    idempotencyKey: `welcome/${email}`,
    templateId: template,
    to: { email },
    data: { name: 'Lovelace', note: `Hi\n${email}` },
    attachments,
    ...tagged,
  });
  const send = await accept(one, item);
  const [record] = emailsOf(
    await one.post('/emails/batch', {
      emails: [
        anEmail({
          from,
          to: [`Ida Lovelace <${email}>`],
          subject: 'Dear Lovelace',
          html: `<p>Lovelace, see https://acme.test/u?e=${encodeURIComponent(email)}</p>`,
          attachments,
          ...tagged,
        }),
      ],
    }),
  ).emails;
  return { item, ids: [send.id, parseSendId(record?.id ?? '')?.uuid ?? ''] };
}

/** Tries to deliver whatever an endpoint has due: what is posted, and what a receiver answers, are kept. */
async function deliverAll(webhookId: string, answer: string, isDown = false): Promise<number> {
  const store = new NoticeStore(api.prisma, { leaseMs: 60_000 });
  const claimed = await store.claim(webhookId, 100);
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  const state = isDown ? 'pending' : 'delivered';
  for (const notice of claimed.notices) {
    await store.record({
      ...{ noticeId: notice.id, leaseToken: notice.leaseToken, attempt: notice.attempt },
      ...{ startedAt: new Date(), durationMs: 1, request: payloadOf(notice), statusCode: 200, answer },
      ...{ url: notice.url, error: null, state, delayMs: 60_000, isGone: false },
    });
  }
  return claimed.notices.length;
}

test('what webhooks were told, or are to be told, of a person goes with what they answered', async () => {
  const email = anAddress();
  const webhookId = await workspace.make('/webhooks', { url: 'https://receiver.example/', events: ['*'] });
  await sendBoth(workspace, email, templateId);
  await accept(workspace, anItem({ templateId, to: { email: 'bob@example.com' }, cc: [email] }));
  await workspace.post('/suppressions', { email });
  const group = await workspace.aGroup();
  await api.call(`/api/v1/subscription-groups/${group}/subscriptions`, {
    method: 'PUT',
    headers: { 'x-api-key': workspace.key },
    body: { email, subscribed: false },
  });
  expect(await deliverAll(webhookId, 'ok')).toBe(5);
  // Of somebody else, whose receiver answers with the address.
  await accept(workspace, anItem({ templateId, to: { email: 'eve@example.com' } }));
  expect(await deliverAll(webhookId, `as with ${email}`)).toBe(1);
  // Still to be told of others: it was tried once with what names the person, or was not.
  await accept(workspace, anItem({ templateId, to: { email: 'tried@example.com' }, tags: [email] }));
  expect(await deliverAll(webhookId, `down, ${email}`, true)).toBe(1);
  await accept(workspace, anItem({ templateId, to: { email: 'kept@example.com' }, cc: [email] }));
  await accept(workspace, anItem({ templateId, to: { email } }));

  const erasure = await erase(email);

  expect(await tablesHolding(api, email, workspace.id)).toEqual({});
  expect(erasure.counts.notices).toBe(6);
  const left = await api.prisma.webhookNotice.findMany({ where: { endpointId: webhookId } });
  expect(left.map(({ state }) => state).sort()).toEqual(['delivered', 'pending', 'pending']);
});

const rowOf = (id: string) => api.prisma.emailSend.findUniqueOrThrow({ where: { id } });

test('nothing in any table tells who the person was, and another workspace keeps what it has', async () => {
  const email = anAddress();
  const profile = await workspace.aProfile({
    email,
    externalId: 'ext-lovelace',
    attributes: { name: 'Lovelace' },
  });
  const group = await workspace.aGroup();
  await api.call(`/api/v1/subscription-groups/${group}/subscriptions`, {
    method: 'PUT',
    headers: { 'x-api-key': workspace.key },
    body: { profileId: profile, subscribed: false },
  });
  await workspace.aProfile({ attributes: { friend: email } });
  await workspace.post('/suppressions', { email, reason: 'Complaint', note: `asked by ${email}` });
  await api.prisma.softBounce.create({
    data: { workspaceId: workspace.id, emailKey: email, moments: [new Date()] },
  });
  const { ids } = await sendBoth(workspace, email, templateId);
  for (const action of ['cancel', 'export']) {
    await workspace.post('/emails/actions', { action, filter: { to: email } });
  }
  await sendBoth(other, email, await other.aTemplate());
  const copied = await accept(
    workspace,
    anItem({ templateId, cc: [`Lovelace <${email}>`, 'bob@example.com'], bcc: [email.toUpperCase()] }),
  );
  const before = await tablesHolding(api, email, other.id);

  const erasure = await erase(email);

  for (const needle of [email, encodeURIComponent(email), 'Lovelace', 'ext-lovelace', 'FILE-OF-LOVELACE']) {
    expect([needle, await tablesHolding(api, needle, workspace.id)]).toEqual([needle, {}]);
  }
  expect(await tablesHolding(api, email, other.id)).toEqual(before);
  expect(erasure.counts).toMatchObject({
    sends: 2,
    canceled: 2,
    copies: 1,
    bodies: 1,
    attachments: 1,
    profiles: 1,
    subscriptions: 1,
    suppressions: 1,
    // The friend's profile, and the body, before it went.
    mentions: 4,
  });
  for (const id of ids) {
    expect(await rowOf(id)).toMatchObject({
      status: 'Canceled',
      toEmail: 'erased@erased.invalid',
      data: null,
    });
  }
  expect(await rowOf(copied.id)).toMatchObject({
    status: 'Queued',
    cc: [{ email: 'bob@example.com', name: null }],
    bcc: null,
  });
  expect((await workspace.get(`/profiles/${profile}`)).status).toBe(404);
  const found = await workspace.get(`/emails?to=${encodeURIComponent(email)}`);
  expect(found.body).toMatchObject({ emails: [], count: 0 });
  expect((await workspace.get('/emails?tag=vip')).body).toMatchObject({ count: 2 });
  // A name stays that another of their tags has.
  expect((await workspace.get('/emails?tag_name=of')).body).toMatchObject({ count: 2 });
  expect((await workspace.get('/emails?tag_name=by')).body).toMatchObject({ count: 0 });
});

test('a request that is repeated afterwards is answered with the erased send, and sends nothing', async () => {
  const email = anAddress();
  const { item, ids } = await sendBoth(workspace, email, templateId);
  await erase(email);
  expect(await accept(workspace, item)).toMatchObject({
    id: ids[0],
    status: 'Canceled',
    to: { email: 'erased@erased.invalid' },
  });
  const changed = await workspace.batch([{ ...item, data: {} }]);
  expect(changed.items[0]).toMatchObject({ status: 'rejected', error: 'idempotency_key_reuse' });
});

test('what is hidden of a person is found again when the secret of links was replaced', async () => {
  const email = anAddress();
  const { item, ids } = await sendBoth(workspace, email, templateId);
  await workspace.post('/suppressions', { email, reason: 'Complaint' });
  await erase(email);
  await new LinkKeyStore(api.prisma).rotate(workspace.id, { overlapMs: 0 });
  expect((await workspace.get(`/suppressions/${encodeURIComponent(email)}`)).body).toMatchObject({
    reason: 'Complaint',
  });
  expect(await accept(workspace, item)).toMatchObject({ id: ids[0] });
});

test('a suppressed address stays suppressed, by a hash that is another one in each workspace', async () => {
  const email = anAddress();
  for (const one of [workspace, other]) await one.post('/suppressions', { email, reason: 'Bounce' });
  await erase(email);
  const path = `/suppressions/${encodeURIComponent(email.toUpperCase())}`;
  const kept = await workspace.get(path);
  expect(kept.body).toMatchObject({
    reason: 'Bounce',
    note: null,
    email: expect.stringMatching(/^erased:[0-9a-f]{64}$/),
  });
  expect(await other.get(path)).toMatchObject({ status: 200, body: { email } });
  const profile = await workspace.aProfile({ email });
  expect((await workspace.get(`/profiles/${profile}`)).body).toMatchObject({ deliverySuppression: 'Bounce' });
  const send = await accept(workspace, anItem({ templateId, to: { email }, cc: ['bob@example.com'] }));
  const { epoch } = await rowOf(send.id);
  const claimed = await new ClaimStore(api.sql).claim(
    [{ sendId: send.id, epoch, leaseToken: randomUUID() }],
    {
      leaseMs: 1_000,
      worker: 'test',
    },
  );
  expect([...claimed.values()]).toMatchObject([
    { kind: 'claimed', send: { consent: { isSuppressed: true, refusedCopies: [] } } },
  ]);
  expect((await callOf(workspace)('DELETE', path)).status).toBe(204);
  expect((await workspace.get(path)).status).toBe(404);
});

test('content that others were sent stays, and what the person alone was sent goes', async () => {
  const email = anAddress();
  const shared = {
    from,
    html: '<p>For all</p>',
    attachments: [{ filename: 'a.txt', content: base64('for all') }],
  };
  const answers = emailsOf(
    await workspace.post('/emails/batch', {
      emails: [
        anEmail({ ...shared, to: [email] }),
        anEmail(shared),
        anEmail({ from, to: [email], html: '<p>Own</p>' }),
      ],
    }),
  ).emails.map(({ id }) => parseSendId(id)?.uuid ?? '');
  const erasure = await erase(email);
  expect(erasure.counts).toMatchObject({ sends: 2, bodies: 1, attachments: 0 });
  const bodies = await Promise.all(
    answers.map(async (id) => {
      const { snapshotId } = await rowOf(id);
      return (await api.prisma.templateSnapshot.findUniqueOrThrow({ where: { id: snapshotId } })).html;
    }),
  );
  expect(bodies).toEqual(['<p>For all</p>', '<p>For all</p>', null]);
  // The same content again is kept again, and is the next send's own.
  const [again] = emailsOf(
    await workspace.post('/emails/batch', { emails: [anEmail({ from, html: '<p>Own</p>' })] }),
  ).emails;
  const { snapshotId } = await rowOf(parseSendId(again?.id ?? '')?.uuid ?? '');
  expect((await api.prisma.templateSnapshot.findUniqueOrThrow({ where: { id: snapshotId } })).html).toBe(
    '<p>Own</p>',
  );
});

test('a file that a request asks for while it is about to go stays', async () => {
  const email = anAddress();
  await sendBoth(workspace, email, templateId);
  const { id } = erasureOf(await workspace.post('/erasures', { email }));
  await eventually(async () => (await step(3_000))?.stage === 'contents', {
    what: 'all uses to have been looked for',
  });
  const attachments = [{ filename: 'a.txt', content: base64(`FILE-OF-LOVELACE ${email}`) }];
  await accept(workspace, anItem({ templateId, attachments }));
  await step(3_000);
  expect((await untilDone(id)).counts.attachments).toBe(0);
});

test('what a worker has in hand is left alone until it has come to its end', async () => {
  const email = anAddress();
  const { ids } = await sendBoth(workspace, email, templateId);
  const [inHand = ''] = ids;
  await api.prisma.emailSend.update({
    where: { id: inHand },
    data: { status: 'Processing', sweepAt: new Date(Date.now() + 600_000) },
  });
  const { id } = erasureOf(await workspace.post('/erasures', { email }));
  await eventually(
    async () => {
      await step();
      return (await api.prisma.erasure.findUniqueOrThrow({ where: { id } })).stage === 'in_hand';
    },
    { what: 'the erasure to come to what is in hand' },
  );
  await step();
  expect(await rowOf(inHand)).toMatchObject({ status: 'Processing', toEmail: email });
  expect(await rowOf(ids[1] ?? '')).toMatchObject({ status: 'Canceled', toEmail: 'erased@erased.invalid' });
  await api.prisma.emailSend.update({ where: { id: inHand }, data: { status: 'Sent' } });
  await untilDone(id);
  expect(await rowOf(inHand)).toMatchObject({ status: 'Sent', toEmail: 'erased@erased.invalid' });
  expect(await tablesHolding(api, email, workspace.id)).toEqual({});
});

test('events that come later bring nothing back', async () => {
  const email = anAddress();
  const { ids } = await sendBoth(workspace, email, templateId);
  await erase(email);
  await new EventStore(api.sql).record(
    ids.map((sendId) => ({
      sourceId: `later:${sendId}`,
      type: 'bounce',
      sendId,
      attempt: 1,
      providerMessageId: 'p',
      occurredAt: new Date(),
      isPermanentBounce: true,
      recipients: [email],
      detail: {
        bounceType: 'Permanent',
        diagnosticCode: `550 ${email}`,
        link: `https://x.example/?e=${email}`,
      },
    })),
  );
  const events = await api.prisma.emailEvent.findMany({ where: { sendId: { in: ids } } });
  expect(events.map(({ detail }) => detail)).toEqual([
    { bounceType: 'Permanent', attempt: 1 },
    { bounceType: 'Permanent', attempt: 1 },
  ]);
  expect(await tablesHolding(api, email, workspace.id)).toEqual({});
  expect(await rowOf(ids[0] ?? '')).toMatchObject({ delivery: 'bounced' });
  // It bounced for good: the person gets no more mail, by a hash alone.
  expect((await workspace.get(`/suppressions/${encodeURIComponent(email)}`)).body).toMatchObject({
    email: expect.stringMatching(/^erased:/),
    reason: 'Bounce',
    origin: 'event',
  });
});

const bounceOf = (sendId: string, sourceId: string, email: string) => ({
  ...{
    sourceId,
    sendId,
    type: 'bounce' as const,
    attempt: 1,
    providerMessageId: 'p',
    occurredAt: new Date(),
  },
  isPermanentBounce: true,
  recipients: [email],
  reports: [{ email, status: '5.1.1', diagnostic: 'smtp; 550 no' }],
  detail: { bounceType: 'Permanent', bounceSubType: 'General' },
});

/** What the history says but for words about somebody. */
async function placesOf(sendId: string) {
  const { body } = await workspace.get(`/emails/${sendId}/events`);
  const { events } = emailHistorySchema.parse(body);
  return events.map(({ type, bounceType, attempt, detail }) => {
    const told: unknown = detail?.recipients;
    const recipients = Array.isArray(told) ? told.map(({ recipient }) => recipient) : null;
    return { type, bounceType, attempt, recipients, dropped: detail?.dropped };
  });
}

test.each([
  ['a copy', { cc: 0 }, ['other', 'cc[1]', 'to']],
  ['the last copy', { cc: 1 }, ['cc[0]', 'other', 'to']],
  ['the primary recipient', { to: true }, ['other', 'other', 'other']],
] as const)(
  'what happened to others stays theirs, place for place, once %s is erased',
  async (_what, who, later) => {
    const [to, first, second] = [anAddress(), anAddress(), anAddress()];
    const cc = [first, second];
    const { id } = await accept(
      workspace,
      anItem({ templateId, to: { email: to }, cc, bcc: ['dan@example.com'] }),
    );
    await api.prisma.emailSend.update({ where: { id }, data: { status: 'Sent', attempts: 1 } });
    const dropped = [{ recipient: 'cc[1]', reason: 'suppressed' }];
    await api.prisma.sendAttempt.create({
      data: { sendId: id, number: 1, leaseToken: randomUUID(), worker: 'test', outcome: 'sent', dropped },
    });
    const events = new EventStore(api.sql);
    await events.record([...cc, to].map((email, at) => bounceOf(id, `before ${at}`, email)));
    const before = await placesOf(id);
    await api.prisma.emailSend.update({ where: { id }, data: { delivery: null } });

    await erase('to' in who ? to : (cc[who.cc] ?? ''));

    expect(await placesOf(id)).toEqual(before);
    const shown = cc.map((email, at) => ('to' in who || at === who.cc ? 'erased@erased.invalid' : email));
    expect(await rowOf(id)).toMatchObject({ cc: shown.map((email) => ({ email, name: null })) });
    await events.record(cc.map((email, at) => bounceOf(id, `after ${at}`, email)));
    expect(await rowOf(id)).toMatchObject({ delivery: null });
    await events.record([bounceOf(id, 'after, of the first', to)]);
    expect(await rowOf(id)).toMatchObject({ delivery: 'to' in who ? null : 'bounced' });
    const since = (await placesOf(id)).filter(({ type }) => type === 'bounced').slice(3);
    expect(since).toMatchObject(later.map((recipient) => ({ recipients: [recipient] })));
  },
);

test('what was clicked before and after tells nobody who it was, and still counts', async () => {
  const email = anAddress();
  const { ids } = await sendBoth(workspace, email, templateId);
  const [sendId = ''] = ids;
  const click = (sourceId: string, machine: string | null) => ({
    sourceId,
    type: 'click' as const,
    sendId,
    attempt: null,
    providerMessageId: null,
    occurredAt: new Date(),
    isPermanentBounce: null,
    recipients: [],
    detail: { url: `https://acme.test/?e=${email}`, linkNumber: 2, userAgent: 'UA of Lovelace', machine },
  });
  const events = new EventStore(api.sql);
  await events.record([click('before', null)]);
  await erase(email);
  await events.record([click('after', 'head')]);
  const kept = await api.prisma.emailEvent.findMany({ where: { sendId, type: 'click' } });
  expect(new Map(kept.map(({ sourceId, detail }) => [sourceId, detail]))).toEqual(
    new Map([
      ['before', { linkNumber: 2, machine: null }],
      ['after', { linkNumber: 2, machine: 'head' }],
    ]),
  );
  expect(await tablesHolding(api, 'Lovelace', workspace.id)).toEqual({});
});

test('a failed send that was erased is not sent again, and has not failed lately for that', async () => {
  const email = anAddress();
  const { ids } = await sendBoth(workspace, email, templateId);
  const [id = ''] = ids;
  await api.prisma.emailSend.update({
    where: { id },
    data: { status: 'Failed', failureMessage: `no ${email}`, updatedAt: new Date(0) },
  });
  await erase(email);
  expect(await rowOf(id)).toMatchObject({
    ...{ status: 'Failed', failureMessage: 'The recipient was erased.', updatedAt: new Date(0) },
    erasedAt: expect.any(Date),
  });
  expect(errorOf(await callOf(workspace)('POST', `/emails/${id}/retry`))).toMatchObject({
    status: 409,
    error: 'state_conflict',
    message: 'This email is Failed, and its recipient was erased: there is nobody to send it to.',
  });
});

test.each([
  ['another address that ends the same', (email: string) => `x${email}`],
  ['another address that begins the same', (email: string) => `${email}.au`],
  ['a domain that is longer', (email: string) => `${email}-shop`],
])('is not the person: %s', async (_what, variant) => {
  const email = anAddress();
  const text = variant(email);
  const send = await accept(workspace, anItem({ templateId, data: { contact: text, of: email } }));
  await erase(email);
  expect((await rowOf(send.id)).data).toEqual({ contact: text, of: '[erased]' });
});

describe('the routes', () => {
  test('a profile is erased with its other addresses, and only when that is said', async () => {
    const email = anAddress();
    const id = await workspace.aProfile({ email });
    const second = anAddress();
    const send = await accept(workspace, anItem({ templateId, profileId: id, to: { email: second } }));
    const call = callOf(workspace);
    for (const query of ['', '?erase=false', '?erase=1', '?erase=true&x=1']) {
      expect(errorOf(await call('DELETE', `/profiles/${id}${query}`)).status).toBe(400);
    }
    const asked = await call('DELETE', `/profiles/${id}?erase=true`);
    expect(asked.status).toBe(202);
    await untilDone(erasureOf(asked).id);
    expect(await rowOf(send.id)).toMatchObject({ status: 'Canceled', profileId: null });
    expect(await tablesHolding(api, second, workspace.id)).toEqual({});
    expect((await call('DELETE', `/profiles/${id}?erase=true`)).status).toBe(404);
  });

  test('asking twice is asking once, and asking later finds nothing left', async () => {
    const email = anAddress();
    await sendBoth(workspace, email, templateId);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => workspace.post('/erasures', { email: email.toUpperCase() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    const [id = ''] = new Set(answers.map((answer) => erasureOf(answer).id));
    expect(new Set(answers.map((answer) => erasureOf(answer).id)).size).toBe(1);
    await untilDone(id);
    const again = await erase(email);
    expect(again.id).not.toBe(id);
    expect(Object.values(again.counts).every((count) => count === 0)).toBe(true);
  });

  test('no other workspace sees it, no test key and no key of profiles alone may', async () => {
    const email = anAddress();
    const { id } = erasureOf(await workspace.post('/erasures', { email }));
    expect((await other.get(`/erasures/${id}`)).status).toBe(404);
    const profile = await workspace.aProfile();
    for (const [scopes, mode] of [
      [['profiles:write', 'profiles:read'], 'live'],
      [['full'], 'test'],
    ] as const) {
      const headers = { 'x-api-key': await workspace.makeKey(scopes, mode) };
      const ask = (method: string, path: string, body?: Json) =>
        api.call(`/api/v1${path}`, { method, headers, body });
      expect((await ask('POST', '/erasures', { email })).status).toBe(403);
      expect((await ask('DELETE', `/profiles/${profile}?erase=true`)).status).toBe(403);
    }
    await untilDone(id);
  });
});
