import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { confirmUrlOf } from '@postroom/core';
import { ClaimStore, ErasureStore } from '@postroom/db';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { tokenOf } from './links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let confirmation: { readonly templateId: string; readonly senderProfileId: string };
let templateId: string;
let groupId: string;
let email: string;
let profileId: string;

const anAddress = () => `mailbox-${randomUUID()}@example.com`;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender();
  const html = '<a href="{{@confirmUrl}}">Yes</a>';
  confirmation = { senderProfileId, templateId: await workspace.aTemplate({ html, senderProfileId }) };
  templateId = await workspace.aTemplate({ senderProfileId });
});
afterAll(() => api?.close());
beforeEach(async () => {
  groupId = await workspace.aGroup({ type: 'OptIn', confirmation });
  email = anAddress();
  profileId = await workspace.aProfile({ email });
});

const call = (method: string, path: string, body?: unknown) =>
  api.call(`/api/v1${path}`, { method, body, headers: { 'x-api-key': workspace.key } });

const put = (who: object = { profileId }) =>
  call('PUT', `/subscription-groups/${groupId}/subscriptions`, { ...who, subscribed: true });

const move = (to: string) => call('PATCH', `/profiles/${profileId}`, { email: to });

const follow = (path: string, accept = 'application/json') =>
  api.call(path, { method: 'POST', headers: { accept } });

/** The path that the mail which asked an address leads to. */
async function linkTo(toEmail: string): Promise<string> {
  const { linkSecret } = await api.prisma.workspace.findUniqueOrThrow({ where: { id: workspace.id } });
  const where = { toEmail, confirmsGroupId: groupId };
  const { id } = await api.prisma.emailSend.findFirstOrThrow({ where, orderBy: { id: 'desc' } });
  return confirmUrlOf({ id, confirmsGroupId: groupId, linkSecret }, '') ?? '';
}

/** Accepts an item of the group; answers its send, and whether it would go out now. */
async function sent(recipient: object): Promise<{ readonly id: string; readonly isSent: boolean }> {
  const item = { idempotencyKey: randomUUID(), templateId, subscriptionGroupId: groupId, ...recipient };
  const { items } = await workspace.batch([item]);
  const [outcome] = items;
  if (outcome?.status !== 'accepted') throw new Error(JSON.stringify(outcome));
  const { id } = outcome.send;
  const leaseToken = randomUUID();
  const requests = [{ sendId: id, epoch: 0, leaseToken }];
  const claims = await new ClaimStore(api.sql).claim(requests, { leaseMs: 30_000, worker: 'test' });
  const claim = claims.get(leaseToken);
  if (claim?.kind !== 'claimed') throw new Error(`the send was not claimed: ${claim?.kind}`);
  return { id, isSent: !claim.send.consent.isUnsubscribed };
}

const isSent = async (recipient: object = { profileId }) => (await sent(recipient)).isSent;

async function erase(): Promise<void> {
  expect((await call('POST', '/erasures', { email })).status).toBe(201);
  const erasures = new ErasureStore(api.prisma);
  while ((await erasures.eraseNext(0)) !== null);
}

describe('what a mailbox has confirmed', () => {
  test('is no consent of another one that its profile is sent to or has moved to, until that confirms too', async () => {
    const moved = anAddress();
    await put();
    await follow(await linkTo(email));
    expect(await isSent()).toBe(true);
    expect(await isSent({ profileId, to: { email: moved } })).toBe(false);
    await move(moved);
    expect(await isSent()).toBe(false);
    expect((await call('GET', `/profiles/${profileId}`)).body).toMatchObject({ subscriptions: [] });
    expect(await isSent({ profileId, to: { email } })).toBe(true);
    await move(email);
    expect(await isSent()).toBe(true);

    await move(moved);
    await api.prisma.subscription.updateMany({ where: { groupId }, data: { askedAt: [] } });
    expect((await put()).body).toMatchObject({ status: 'pending' });
    expect(await isSent()).toBe(false);
    expect((await follow(await linkTo(email))).status).toBe(404);
    expect((await follow(await linkTo(moved))).body).toEqual({ subscribed: true });
    expect(await isSent()).toBe(true);
    expect(await isSent({ profileId, to: { email } })).toBe(false);
  });

  test('is so by the way back of a link as well; what a client vouches for is the profile’s', async () => {
    const elsewhere = { profileId, to: { email: anAddress() } };
    await call('PATCH', `/subscription-groups/${groupId}`, { confirmation: null });
    await put();
    await call('PATCH', `/subscription-groups/${groupId}`, { confirmation });
    expect(await isSent(elsewhere)).toBe(true);
    const { id, isSent: isFirstSent } = await sent({ profileId });
    expect(isFirstSent).toBe(true);
    const link = `/u/${await tokenOf(api, workspace.id, id)}`;
    for (const way of ['', '/resubscribe']) expect((await follow(`${link}${way}`)).status).toBe(200);
    expect([await isSent(), await isSent(elsewhere)]).toEqual([true, false]);
    await move(anAddress());
    await follow(`${link}/resubscribe`);
    expect(await isSent()).toBe(false);
  });

  test('ends when its person is erased, also for a profile that has moved', async () => {
    await put();
    await follow(await linkTo(email));
    await move(anAddress());
    await erase();
    expect(await api.prisma.subscription.findMany({ where: { groupId } })).toMatchObject([
      { profileId, subscribed: false, confirmedBy: null },
    ]);
  });
});

test('of somebody who is erased while pending nothing is left, and the link of the mail leads nowhere', async () => {
  await put();
  const link = await linkTo(email);
  await erase();
  expect(await api.prisma.subscription.count({ where: { groupId } })).toBe(0);
  expect([(await follow(link)).status, (await follow(link, 'text/html')).status]).toEqual([404, 404]);
  // Whoever has the address later is asked anew, and confirms for themselves.
  expect((await put({ email })).body).toMatchObject({ status: 'pending' });
  expect((await follow(link)).status).toBe(404);
  expect((await follow(await linkTo(email))).body).toEqual({ subscribed: true });
});
