import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { confirmUrlOf } from '@postroom/core';
import { ConfirmationStore, createResourceStores } from '@postroom/db';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;
let confirmation: { readonly templateId: string; readonly senderProfileId: string };
let groupId: string;
let email: string;

const html = '<a href="{{@confirmUrl}}">Yes</a>';

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender();
  confirmation = { senderProfileId, templateId: await workspace.aTemplate({ html, senderProfileId }) };
});
afterAll(() => api?.close());
beforeEach(async () => {
  groupId = await workspace.aGroup({ type: 'OptIn', confirmation });
  email = `asked-${randomUUID()}@example.com`;
});

const call = (method: string, path: string, body: unknown, key = workspace.key) =>
  api.call(`/api/v1${path}`, { method, body, headers: { 'x-api-key': key } });

const put = (subscribed = true, who: object = { email }, group = groupId) =>
  call('PUT', `/subscription-groups/${group}/subscriptions`, { ...who, subscribed });

const sends = (toEmail = email) =>
  api.prisma.emailSend.findMany({ where: { toEmail }, orderBy: { id: 'asc' } });

const statusOf = async (): Promise<string> => {
  const answer = await call('GET', `/profiles?email=${email}`, undefined);
  return JSON.stringify(answer.body).match(/"status":"(\w+)"/)?.[1] ?? 'none';
};

/** The path that the mail which asked last leads to. */
async function linkOf(at = -1): Promise<string> {
  const { linkSecret } = await api.prisma.workspace.findUniqueOrThrow({ where: { id: workspace.id } });
  const send = (await sends()).at(at);
  if (send === undefined) throw new Error('nobody was asked');
  return confirmUrlOf({ id: send.id, confirmsGroupId: send.confirmsGroupId, linkSecret }, '') ?? '';
}

const follow = (path: string, method = 'POST', accept = 'application/json') =>
  api.call(path, { method, headers: { accept } });

/** As if so many hours had passed since those who were asked were asked. */
const age = (hours: number) => api.prisma.$executeRaw`
  UPDATE subscriptions SET asked_at = ARRAY(SELECT m - ${hours} * interval '1 hour' FROM unnest(asked_at) AS m)
  WHERE group_id = ${groupId}::uuid`;

describe('who is to be subscribed', () => {
  test('is pending, and one mail asks, in no group and not as marketing', async () => {
    const answer = await put();
    expect([answer.status, answer.body]).toMatchObject([200, { subscribed: false, status: 'pending' }]);
    expect(await sends()).toMatchObject([
      { confirmsGroupId: groupId, subscriptionGroupId: null, lane: 'transactional', status: 'Queued' },
    ]);
    expect(await statusOf()).toBe('pending');
  });

  test('is asked once, however many ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => put()));
    expect(
      new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body).includes('pending')}`)),
    ).toEqual(new Set(['200 true']));
    expect(await sends()).toHaveLength(1);
    expect(await api.prisma.subscription.findMany({ where: { groupId } })).toMatchObject([{ asks: 1 }]);
  });

  test('is asked again after ten minutes, and three times in a week, also if it is taken back in between', async () => {
    const asked: number[] = [];
    for (const hours of [0, 0.1, 0.1, 1, 1, 170]) {
      await age(hours);
      await put(false);
      expect((await put()).body).toMatchObject({ status: 'pending' });
      asked.push((await sends()).length);
    }
    expect(asked).toEqual([1, 1, 2, 3, 3, 4]);
  });

  test('is asked once for all profiles that share the address, which the link subscribes together', async () => {
    const shared = [null, 'a', 'b'].map((name) => (name === null ? name : `${name}-${randomUUID()}`));
    const ids = await Promise.all(shared.map((externalId) => workspace.aProfile({ email, externalId })));
    const answers = await Promise.all(ids.map((profileId) => put(true, { profileId })));
    expect(answers.map(({ body }) => body)).toMatchObject(
      ids.map((profileId) => ({ profileId, status: 'pending' })),
    );
    // One that is made later is of the same mailbox.
    ids.push(await workspace.aProfile({ email, externalId: randomUUID() }));
    expect((await put(true, { profileId: ids.at(-1) })).body).toMatchObject({ status: 'pending' });
    expect(await sends()).toHaveLength(1);
    expect((await follow(await linkOf())).status).toBe(200);
    const kept = await api.prisma.subscription.findMany({ where: { groupId } });
    expect(kept.map(({ subscribed, pending }) => ({ subscribed, pending }))).toEqual(
      ids.map(() => ({ subscribed: true, pending: false })),
    );
  });

  test('and leaves at the same moment stays unsubscribed', async () => {
    const stores = createResourceStores(api.prisma);
    const ref = { workspaceId: workspace.id, id: groupId };
    for (const wanted of ['subscribed', 'unsubscribed'] as const)
      await stores.subscriptions.set(ref, { email }, wanted);
    // As when they left after it was read that they are subscribed.
    expect(await stores.subscriptions.set(ref, { email }, 'as_it_is')).toMatchObject({ subscribed: false });
  });

  test('and gets the mail already stays subscribed and is not asked', async () => {
    const plain = await workspace.aGroup({ type: 'OptIn' });
    await put(true, { email }, plain);
    await call('PATCH', `/subscription-groups/${plain}`, { confirmation });
    expect((await put(true, { email }, plain)).body).toMatchObject({ status: 'subscribed' });
    const optOut = await workspace.aGroup({ confirmation });
    expect((await put(true, { email }, optOut)).body).toMatchObject({ status: 'subscribed' });
    expect(await sends()).toEqual([]);
    await put(false, { email }, optOut);
    expect((await put(true, { email }, optOut)).body).toMatchObject({ status: 'pending' });
    expect(await sends()).toHaveLength(1);
  });

  test('stays as they were, and no mail is written, if that mail cannot be sent', async () => {
    const templateId = await workspace.aTemplate({ html, senderProfileId: confirmation.senderProfileId });
    const change = { confirmation: { ...confirmation, templateId } };
    await call('PATCH', `/subscription-groups/${groupId}`, change);
    await call('PATCH', `/templates/${templateId}`, { html: '<p>No link</p>' });
    const withoutLink = await put();
    expect([withoutLink.status, withoutLink.body]).toMatchObject([422, { error: 'unprocessable' }]);
    await call('POST', `/templates/${templateId}/archive`, undefined);
    expect((await put()).status).toBe(422);
    const profileId = await workspace.aProfile({ email: null, externalId: randomUUID() });
    expect((await put(true, { profileId })).status).toBe(422);
    expect([await statusOf(), await sends()]).toEqual(['none', []]);
  });
});

describe('the link', () => {
  test('confirms by POST alone, as often as it is used', async () => {
    await put();
    const link = await linkOf();
    for (const method of ['HEAD', 'GET']) expect((await follow(link, method)).status).toBe(200);
    const { body: page, headers } = await follow(link, 'GET', 'text/html');
    expect(String(page)).toMatch(
      /<h1>Confirm your subscription<\/h1>[\s\S]*<form method="post" action="confirm">/,
    );
    expect(String(page)).not.toContain(email);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await statusOf()).toBe('pending');
    const answers = await Promise.all(Array.from({ length: 20 }, () => follow(link)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`))).toEqual(
      new Set(['200 {"subscribed":true}']),
    );
    expect(await statusOf()).toBe('subscribed');
    expect(String((await follow(link, 'GET', 'text/html')).body)).toContain('You are subscribed');
    const [send] = await sends();
    expect(await api.prisma.emailEvent.count({ where: { sendId: send?.id ?? '' } })).toBe(1);
  });

  test('confirms for the mailbox that was asked, and not for where its profile has moved', async () => {
    const profileId = await workspace.aProfile({ email });
    await put(true, { profileId });
    const link = await linkOf();
    const moved = `moved-${randomUUID()}@example.com`;
    expect((await call('PATCH', `/profiles/${profileId}`, { email: moved })).status).toBe(200);
    expect((await follow(link)).status).toBe(404);
    expect(await api.prisma.subscription.findMany({ where: { groupId } })).toMatchObject([{ pending: true }]);
  });

  test('confirms nothing once they were unsubscribed, nor after seven days, nor if it is altered', async () => {
    await put();
    const link = await linkOf();
    await put(false);
    expect((await follow(link)).status).toBe(404);
    const [send] = await sends();
    const confirm = () => new ConfirmationStore(api.prisma).confirm(send?.id ?? '');
    // As when they were unsubscribed after the link was looked at.
    expect(await confirm()).toBe(false);
    expect(await statusOf()).toBe('unsubscribed');
    await put();
    await api.prisma.$executeRaw`
      UPDATE email_sends SET created_at = now() - interval '7 days' WHERE id = ${send?.id}::uuid`;
    expect((await follow(link)).status).toBe(404);
    expect(await confirm()).toBe(false);
    expect(await statusOf()).toBe('pending');
    const at = link.length - '/confirm'.length - 10;
    const altered = link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
    for (const path of [altered, link.slice(0, -'/confirm'.length)]) {
      for (const method of ['GET', 'POST']) expect((await follow(path, method)).status).toBe(404);
    }
    expect(await statusOf()).toBe('pending');
  });
});

describe('a group takes a confirmation', () => {
  const refused = async (change: object) => {
    const { status, body } = await call('PATCH', `/subscription-groups/${groupId}`, { confirmation: change });
    return [status, JSON.stringify(body)];
  };

  test.each([
    [
      'a template without the link',
      { html: '<p>{{!-- {{@confirmUrl}} --}} @confirmUrl</p>' },
      'has no link to confirm',
    ],
    ['one whose text lacks it', { html, text: 'Hello' }, 'into its text'],
    ['one that needs data', { html: `${html}{{name}}` }, 'always uses name'],
  ])('but not with %s', async (_what, template, message) => {
    const { senderProfileId } = confirmation;
    const templateId = await workspace.aTemplate({ senderProfileId, ...template });
    expect(await refused({ ...confirmation, templateId })).toEqual([400, expect.stringContaining(message)]);
  });

  test('but nothing of another workspace, and from nobody who may not send', async () => {
    const other = await api.makeWorkspace();
    const theirs = { templateId: await other.aTemplate({ html }), senderProfileId: await other.aSender() };
    expect(await refused({ ...confirmation, templateId: theirs.templateId })).toEqual([
      400,
      expect.any(String),
    ]);
    expect(await refused({ ...confirmation, senderProfileId: theirs.senderProfileId })).toEqual([
      400,
      expect.any(String),
    ]);
    const key = await workspace.makeKey(['profiles:write']);
    expect((await call('PATCH', `/subscription-groups/${groupId}`, { confirmation }, key)).status).toBe(403);
    const test = await workspace.makeKey(['full'], 'test');
    const group = { name: 'Test', type: 'OptIn', confirmation };
    expect((await call('POST', '/subscription-groups', group, test)).status).toBe(403);
    const cleared = await call('PATCH', `/subscription-groups/${groupId}`, { confirmation: null });
    expect(cleared.body).toMatchObject({ confirmation: null });
    expect((await put()).body).toMatchObject({ status: 'subscribed' });
  });
});
