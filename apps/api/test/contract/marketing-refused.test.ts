import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;

// As in production without a PUBLIC_URL: links would lead to http://localhost:3001, and mail to the world.
beforeAll(async () => {
  api = await startApi({ env: { SENDER_VERIFICATION: 'ses' } });
  workspace = await api.makeWorkspace();
});
afterAll(() => api?.close());

const email = { from: 'a@acme.test', to: ['b@example.com'], subject: 'Hi', text: 'Hi' };
const marketing = { ...email, type: 'marketing' };

test.each(['/emails/batch', '/emails/batch?dryRun=true'])(
  'marketing that nobody could leave is refused by %s in both dialects, by path, and other mail is taken',
  async (path) => {
    const refused = await workspace.post(path, { emails: [email, marketing] });
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { error: 'validation_failed', details: { issues: [{ path: 'emails[1].type' }] } },
    ]);
    expect((await workspace.post(path, { emails: [email] })).status).toBe(200);
    const { prisma } = api;
    const senderProfileId = newId();
    const sender = {
      name: 'Sender',
      fromEmail: 'a@acme.test',
      fromKey: 'a@acme.test',
      verifiedAt: new Date(),
    };
    await prisma.senderProfile.create({
      data: { id: senderProfileId, workspaceId: workspace.id, ...sender },
    });
    const common = {
      templateId: await workspace.aTemplate({ senderProfileId }),
      to: { email: 'b@example.com' },
    };
    const grouped = {
      ...common,
      idempotencyKey: randomUUID(),
      subscriptionGroupId: await workspace.aGroup(),
    };
    const plain = { ...common, idempotencyKey: randomUUID() };
    const { status, body } = await workspace.post(path, { items: [grouped, plain] });
    expect([status, body]).toMatchObject([
      200,
      {
        items: [
          {
            status: 'rejected',
            error: 'validation_failed',
            details: { issues: [{ path: 'subscriptionGroupId' }] },
          },
          { status: 'accepted' },
        ],
      },
    ]);
    expect(await prisma.emailSend.count({ where: { lane: 'marketing' } })).toBe(0);
  },
);

test('so are links that nobody could follow, of tracking and of a mail that asks, unless the sender has a host', async () => {
  const senderProfileId = newId();
  const sender = {
    name: 'Tracking',
    fromEmail: 't@acme.test',
    fromKey: 't@acme.test',
    verifiedAt: new Date(),
  };
  await api.prisma.senderProfile.create({
    data: { id: senderProfileId, workspaceId: workspace.id, ...sender, trackOpens: true },
  });
  const html = '<a href="{{@confirmUrl}}">Yes</a>';
  const templateId = await workspace.aTemplate({ senderProfileId, html });
  const item = { idempotencyKey: randomUUID(), templateId, to: { email: 'b@example.com' } };
  const off = { ...item, idempotencyKey: randomUUID(), tracking: { opens: false } };
  const { items } = await workspace.batch([item, off]);
  expect(items).toMatchObject([
    { status: 'rejected', details: { issues: [{ path: 'tracking' }] } },
    { status: 'accepted' },
  ]);
  const emails = [email, { ...email, tracking: { clicks: true } }];
  expect((await workspace.post('/emails/batch', { emails })).body).toMatchObject({
    details: { issues: [{ path: 'emails[1].tracking' }] },
  });
  const groupId = await workspace.aGroup({ type: 'OptIn', confirmation: { templateId, senderProfileId } });
  const put = await api.call(`/api/v1/subscription-groups/${groupId}/subscriptions`, {
    method: 'PUT',
    headers: { 'x-api-key': workspace.key },
    body: { email: 'b@example.com', subscribed: true },
  });
  expect([put.status, JSON.stringify(put.body)]).toEqual([422, expect.stringContaining('PUBLIC_URL')]);
  const host = { trackingHost: 'https://links.acme.test', trackingHostCheckedAt: new Date() };
  await api.prisma.senderProfile.update({ where: { id: senderProfileId }, data: host });
  expect((await workspace.batch([{ ...item, idempotencyKey: randomUUID() }])).items).toMatchObject([
    { status: 'accepted' },
  ]);
});

test("a test key's marketing is taken: it leaves for nowhere", async () => {
  const key = await workspace.makeKey(['full'], 'test');
  const answer = await api.call('/api/v1/emails/batch', {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: { emails: [marketing] },
  });
  expect(answer.status).toBe(200);
});
