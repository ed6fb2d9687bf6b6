import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { accept, anItem, atOnce, refusal } from '../contract/batch-items.ts';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

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

describe('what a test key made has no name for live mail:', () => {
  const makers: readonly (readonly [string, (to: Json) => readonly [path: string, body: Json]])[] = [
    ['as the recipient of an item', (to) => ['/emails/batch', { items: [item({ to })] }]],
    ['as a profile', (to) => ['/profiles', { ...to, attributes: { name: 'Staging' } }]],
  ];
  const byTestKey = async (path: string, body: Json) => {
    const headers = { 'x-api-key': await workspace.makeKey(['full'], 'test') };
    const { status } = await api.call(`/api/v1${path}`, { method: 'POST', headers, body });
    expect(status).toBeLessThan(300);
  };
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
    const put = {
      method: 'PUT',
      headers: { 'x-api-key': workspace.key },
      body: { email: anEmail(), subscribed: true },
    };
    await byTestKey(...making({ email: put.body.email }));
    expect((await api.call(`/api/v1${path}`, put)).status).toBe(200);
    expect(await profilesWith(put.body.email)).toMatchObject([{ attributes: {}, simulated: false }]);
  });

  test('a sender profile is that of its address once a live key has changed it', async () => {
    const domain = `${randomUUID()}.test`;
    const row = { id: newId(), workspaceId: workspace.id, domain, status: 'verified' } as const;
    await api.prisma.domain.create({ data: row });
    const [fromEmail, replyTo] = [`shop@${domain}`, 'staging@example.com'];
    await byTestKey('/sender-profiles', { name: 'S', fromEmail, replyTo });
    const send = () => accept(workspace, item({ from: fromEmail }));
    expect(await send()).toMatchObject({ senderProfileId: null, replyTo: null });
    const { id } = await api.prisma.senderProfile.findFirstOrThrow({ where: { fromKey: fromEmail } });
    const headers = { 'x-api-key': workspace.key };
    await api.call(`/api/v1/sender-profiles/${id}`, { method: 'PATCH', headers, body: { name: 'T' } });
    expect(await send()).toMatchObject({ senderProfileId: id, replyTo: { email: replyTo } });
  });
});
