import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { maxProfilesPerAddress, maxSenderProfiles } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { createResourceStores } from '@postroom/db';
import { accept, acceptedOf, anItem, atOnce, refusal, rejectedOf } from '../contract/batch-items.ts';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend, saidAbout } from '../unsubscribe/links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const item = (overrides: Json) => anItem({ templateId, ...overrides });
const profileOf = (id: string | null) => api.prisma.profile.findUniqueOrThrow({ where: { id: id ?? '' } });
const profilesWith = (email: string) =>
  api.prisma.profile.findMany({ where: { workspaceId: workspace.id, emailKey: email } });
const aName = () => `external-${randomUUID()}`;
const anEmail = () => `someone-${randomUUID()}@example.com`;

const byTestKey = async (path: string, body: Json) => {
  const headers = { 'x-api-key': await workspace.makeKey(['full'], 'test') };
  const { status } = await api.call(`/api/v1${path}`, { method: 'POST', headers, body });
  expect(status).toBeLessThan(300);
};
const byLiveKey = async (method: string, path: string, body: Json) => {
  const headers = { 'x-api-key': workspace.key };
  const answer = await api.call(`/api/v1${path}`, { method, headers, body });
  expect(answer.status).toBeLessThan(300);
  return answer.body;
};
/** Has a test key make a profile, and answers its id. */
const testMade = async (profile: { readonly externalId: string; readonly email: string }) => {
  await byTestKey('/profiles', profile);
  const { externalId } = profile;
  return (await api.prisma.profile.findFirstOrThrow({ where: { workspaceId: workspace.id, externalId } })).id;
};
const aVerifiedDomain = async () => {
  const domain = `${randomUUID()}.test`;
  const row = { id: newId(), workspaceId: workspace.id, domain, status: 'verified' } as const;
  await api.prisma.domain.create({ data: row });
  return domain;
};

describe('what a test key made has no name for live mail:', () => {
  const makers: readonly (readonly [string, (to: Json) => readonly [path: string, body: Json]])[] = [
    ['as the recipient of an item', (to) => ['/emails/batch', { items: [item({ to })] }]],
    ['as a profile', (to) => ['/profiles', { ...to, attributes: { name: 'Staging' } }]],
  ];
  const found = async (externalId: string) =>
    (await workspace.get(`/profiles?externalId=${externalId}`)).body;

  test.each(makers)('an external id, %s, is whoever a live item says', async (_how, making) => {
    const [externalId, email] = [aName(), anEmail()];
    await byTestKey(...making({ externalId, email: 'staging@example.com' }));
    expect((await refusal(workspace, item({ to: { externalId } }))).error).toBe('not_found');
    expect(await found(externalId)).toMatchObject({ data: [] });
    const { profileId } = await accept(workspace, item({ to: { externalId, email } }));
    expect(await profileOf(profileId)).toMatchObject({ email, attributes: {}, simulated: false });
    expect(await accept(workspace, item({ to: { externalId } }))).toMatchObject({ to: { email } });
    expect(await found(externalId)).toMatchObject({ data: [{ id: profileId }] });
  });

  test.each(makers)('an address, %s, is who a live item makes of it', async (_how, making) => {
    const email = anEmail();
    await byTestKey(...making({ email }));
    const made = await atOnce(3, () => accept(workspace, item({ to: { email } })));
    const [profile, ...others] = await profilesWith(email);
    expect([profile, others]).toMatchObject([{ attributes: {}, simulated: false }, []]);
    expect(new Set(made.map(({ profileId }) => profileId))).toEqual(new Set([profile?.id]));
  });

  test.each(makers)('a name, %s, is the profile that a live key makes or changes', async (_how, making) => {
    const [externalId, email] = [aName(), anEmail()];
    await byTestKey(...making({ externalId, email: 'staging@example.com' }));
    const id = await workspace.aProfile({ externalId, email });
    expect(await profileOf(id)).toMatchObject({ externalId, email, attributes: {}, simulated: false });
    await byTestKey(...making({ email: (await profileOf(id)).email }));
    const path = `/subscription-groups/${await workspace.aGroup()}/subscriptions`;
    const put = { email: anEmail(), subscribed: true };
    await byTestKey(...making({ email: put.email }));
    await byLiveKey('PUT', path, put);
    expect(await profilesWith(put.email)).toMatchObject([{ attributes: {}, simulated: false }]);
  });

  test('a sender profile is that of its address once a live key has changed it', async () => {
    const domain = await aVerifiedDomain();
    const [fromEmail, replyTo] = [`shop@${domain}`, 'staging@example.com'];
    await byTestKey('/sender-profiles', { name: 'S', fromEmail, replyTo });
    const send = () => accept(workspace, item({ from: fromEmail }));
    expect(await send()).toMatchObject({ senderProfileId: null, replyTo: null });
    const { id } = await api.prisma.senderProfile.findFirstOrThrow({ where: { fromKey: fromEmail } });
    await byLiveKey('PATCH', `/sender-profiles/${id}`, { name: 'T' });
    expect(await send()).toMatchObject({ senderProfileId: id, replyTo: { email: replyTo } });
  });

  test('nor when another item names it by its id', async () => {
    const [externalId, email] = [aName(), anEmail()];
    const profileId = await testMade({ externalId, email });
    const fromEmail = `shop@${await aVerifiedDomain()}`;
    await byTestKey('/sender-profiles', { name: 'S', fromEmail });
    const sender = await api.prisma.senderProfile.findFirstOrThrow({ where: { fromKey: fromEmail } });
    const { items } = await workspace.batch([
      item({
        to: undefined,
        profileId,
        templateId: await workspace.aTemplate({ senderProfileId: sender.id }),
      }),
      item({ to: { externalId } }),
      item({ to: { email }, from: fromEmail }),
    ]);
    expect(acceptedOf(items[0]).send).toMatchObject({ profileId, senderProfileId: sender.id });
    expect(rejectedOf(items[1]).error).toBe('not_found');
    const { send } = acceptedOf(items[2]);
    expect([send.senderProfileId, send.profileId === profileId]).toEqual([null, false]);
  });

  test('and it fills no address', async () => {
    const email = anEmail();
    await api.prisma.$executeRaw`
      INSERT INTO profiles (id, workspace_id, external_id, email, email_key, simulated)
      SELECT gen_random_uuid(), ${workspace.id}::uuid, ${email} || i, ${email}, ${email}, true
      FROM generate_series(1, ${maxProfilesPerAddress}::int) AS i`;
    await accept(workspace, item({ to: { externalId: aName(), email } }));
    await workspace.aProfile({ externalId: aName(), email });
    await byLiveKey('PATCH', `/profiles/${await workspace.aProfile({ externalId: aName() })}`, { email });
  });
});

describe('what was said for a profile that a test key made:', () => {
  test('a yes of a live key for its address takes back the no of a link', async () => {
    const email = anEmail();
    await testMade({ externalId: aName(), email });
    const { groupId, token } = await aLinkedSend({ api, workspace }, { item: { to: { email } } });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await api.call(`/u/${token}`, { method: 'POST', headers, body: 'List-Unsubscribe=One-Click' });
    expect(await saidAbout(api, groupId, { email })).toEqual([false, false]);
    const group = { workspaceId: workspace.id, id: groupId };
    const { subscriptions } = createResourceStores(api.prisma);
    expect(await subscriptions.standings(group, { email })).toHaveLength(2);
    const said = await byLiveKey('PUT', `/subscription-groups/${groupId}/subscriptions`, {
      email,
      subscribed: true,
    });
    expect(await saidAbout(api, groupId, { email })).toEqual([true, true]);
    const live = (await profilesWith(email)).find(({ simulated }) => !simulated);
    expect(said).toMatchObject({ profileId: live?.id, subscribed: true });
  });

  const takeOvers: readonly (readonly [string, (to: Json) => Promise<unknown>])[] = [
    [
      'an item',
      async (to) =>
        (await workspace.get(`/profiles/${(await accept(workspace, item({ to }))).profileId}`)).body,
    ],
    ['a profile', (to) => byLiveKey('POST', '/profiles', to)],
  ];
  test.each(takeOvers)(
    'taken over by %s, it keeps what its own address said alone',
    async (_by, takeOver) => {
      const path = `/subscription-groups/${await workspace.aGroup()}/subscriptions`;
      const taken = async (isSameAddress: boolean) => {
        const [externalId, email] = [aName(), anEmail()];
        const profileId = await testMade({ externalId, email });
        await byLiveKey('PUT', path, { profileId, subscribed: false });
        const profile = await takeOver({ externalId, email: isSameAddress ? email : anEmail() });
        return { profile, kept: await api.prisma.subscription.count({ where: { profileId } }) };
      };
      expect(await taken(true)).toMatchObject({
        kept: 1,
        profile: { subscriptions: [{ subscribed: false }] },
      });
      expect(await taken(false)).toMatchObject({ kept: 0, profile: { subscriptions: [] } });
    },
  );
});

describe('sender profiles that test keys made', () => {
  let full: TestWorkspace;
  const fill = (isSimulated: boolean) => api.prisma.$executeRaw`
    INSERT INTO sender_profiles (id, workspace_id, name, from_email, from_key, simulated)
    SELECT gen_random_uuid(), ${full.id}::uuid, 'Shop', 'a@b.example', 'a@b.example', ${isSimulated}::boolean
    FROM generate_series(1, ${maxSenderProfiles}::int)`;
  const call = async (mode: 'live' | 'test', method: string, path = '', body?: Json) => {
    const key = mode === 'live' ? full.key : await full.makeKey(['full'], 'test');
    const asked = { method, headers: { 'x-api-key': key }, ...(body === undefined ? {} : { body }) };
    return api.call(`/api/v1/sender-profiles${path}`, asked);
  };
  const sender = { name: 'S', fromEmail: 'shop@c.example' };
  const refusal = { status: 422, body: { error: 'unprocessable', details: { max: maxSenderProfiles } } };

  beforeEach(async () => {
    full = await api.makeWorkspace();
  });

  test.each([
    ['test', 'live'],
    ['live', 'test'],
  ] as const)('as many as may be of %s keys leave the room of %s keys', async (mode, other) => {
    await fill(mode === 'test');
    expect(await call(mode, 'POST', '', sender)).toMatchObject(refusal);
    expect((await call(other, 'POST', '', sender)).status).toBe(201);
  });

  test('are taken over while there is room for one more', async () => {
    const made = await call('test', 'POST', '', sender);
    const id = String(Reflect.get(Object(made.body), 'id'));
    await fill(false);
    expect(await call('live', 'PATCH', `/${id}`, { name: 'T' })).toMatchObject(refusal);
    expect(await call('live', 'POST', `/${id}/refresh`)).toMatchObject(refusal);
    expect(await api.prisma.senderProfile.findUnique({ where: { id } })).toMatchObject({
      name: 'S',
      simulated: true,
    });
    await api.prisma.senderProfile.deleteMany({ where: { workspaceId: full.id, name: 'Shop' } });
    expect((await call('live', 'PATCH', `/${id}`, { name: 'T' })).status).toBe(200);
  });
});
