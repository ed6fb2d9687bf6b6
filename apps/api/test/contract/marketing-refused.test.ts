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

test("a test key's marketing is taken: it leaves for nowhere", async () => {
  const key = await workspace.makeKey(['full'], 'test');
  const answer = await api.call('/api/v1/emails/batch', {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: { emails: [marketing] },
  });
  expect(answer.status).toBe(200);
});
