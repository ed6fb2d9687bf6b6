import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { confirmUrlOf } from '@postroom/core';
import { ClaimStore, ErasureStore, EventStore } from '@postroom/db';
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

const put = (who: object = { profileId }, subscribed = true) =>
  call('PUT', `/subscription-groups/${groupId}/subscriptions`, { ...who, subscribed });

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

/** Accepts an item of the group; answers its send, whether it would go out now, and who would get no copy. */
async function sent(recipient: object) {
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
  // What is in hand would hold up an erasure.
  await api.prisma.emailSend.update({ where: { id }, data: { status: 'Sent' } });
  const { isUnsubscribed, isSuppressed, refusedCopies } = claim.send.consent;
  return { id, isSent: !isUnsubscribed && !isSuppressed, refusedCopies };
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

describe('what an erasure must outlive', () => {
  beforeEach(async () => {
    groupId = await workspace.aGroup({ type: 'OptOut' });
  });

  const linkOf = async (sendId: string) => `/u/${await tokenOf(api, workspace.id, sendId)}`;
  const leftAtTheProvider = (sendId: string) =>
    new EventStore(api.sql).record([
      {
        ...{ sourceId: randomUUID(), type: 'bounce', sendId, attempt: 1, providerMessageId: 'm' },
        ...{ occurredAt: new Date(), isPermanentBounce: true, recipients: [email] },
        detail: { bounceType: 'Permanent', bounceSubType: 'UnsubscribedRecipient' },
      },
    ]);

  test.each<[string, (sendId: string) => Promise<unknown>]>([
    ['suppressed', () => call('POST', '/suppressions', { email })],
    ['left by a client’s word for the address', () => put({ email }, false)],
    ['left by a client’s word for the profile', () => put({ profileId }, false)],
    ['left by link', async (sendId) => follow(await linkOf(sendId))],
    ['left at the provider', leftAtTheProvider],
    [
      'asked, and not answered',
      () =>
        api.prisma.subscription.create({ data: { groupId, profileId, subscribed: false, pending: true } }),
    ],
  ])('a no: %s', async (_how, sayNo) => {
    const friend = await workspace.aProfile({ email: anAddress() });
    await put({ profileId: friend });
    const { id, isSent: isFirstSent } = await sent({ profileId });
    expect(isFirstSent).toBe(true);
    await sayNo(id);
    // The second finds nothing that the first has left.
    for (const _time of ['first', 'second']) {
      await erase();
      expect(await isSent({ to: { email: email.toUpperCase() } })).toBe(false);
      expect(await isSent({ profileId: friend, to: { email } })).toBe(false);
      expect(await sent({ profileId: friend, cc: [email] })).toMatchObject({
        isSent: true,
        refusedCopies: [email],
      });
    }
  });

  test('no yes: who received a group, or said nothing, does so afterwards', async () => {
    await put();
    await erase();
    expect(await isSent({ to: { email } })).toBe(true);
  });

  /** Another mail to the address, of another group: its link leads to the page of all of them. */
  async function savePreference(): Promise<void> {
    const { id } = await sent({ to: { email }, subscriptionGroupId: await workspace.aGroup() });
    const link = await linkOf(id);
    const page = String((await api.call(link, { headers: { accept: 'text/html' } })).body);
    expect(page).toContain(`value="off:${groupId}"`);
    const body = new URLSearchParams({ shown: `off:${groupId}`, on: groupId }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    await api.call(`${link}/preferences`, { method: 'POST', body, headers });
  }

  async function confirm(who: object = { email }): Promise<void> {
    await call('PATCH', `/subscription-groups/${groupId}`, { confirmation });
    expect((await put(who)).body).toMatchObject({ status: 'pending' });
    expect(await isSent({ to: { email } })).toBe(false);
    await follow(await linkTo(email));
  }

  test.each<[string, () => Promise<unknown>]>([
    ['by a client’s word for the address', () => put({ email })],
    [
      'by a client’s word for a profile',
      async () => put({ profileId: await workspace.aProfile({ email, externalId: email }) }),
    ],
    [
      'by the way back of a link',
      async () => follow(`${await linkOf((await sent({ to: { email } })).id)}/resubscribe`),
    ],
    ['by the page of all groups', savePreference],
    ['by a confirmation', () => confirm()],
  ])('a no, until the address says yes: %s', async (_how, sayYes) => {
    await put({ email }, false);
    await erase();
    expect(await isSent({ to: { email } })).toBe(false);
    await sayYes();
    expect(await isSent({ to: { email } })).toBe(true);
    expect(await api.prisma.erasedUnsubscribe.count({ where: { groupId } })).toBe(0);
  });

  test('a no, until the address confirms, also for a profile that moves to it with a client’s yes', async () => {
    await put({ email }, false);
    await erase();
    profileId = await workspace.aProfile({ email: anAddress() });
    await put();
    await move(email);
    await confirm({ profileId });
    expect(await isSent()).toBe(true);
  });
});
