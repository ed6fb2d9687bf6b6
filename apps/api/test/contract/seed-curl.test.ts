import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { isoTime, uuidV7 } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let fields: Json;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender({ fromEmail: 'hello@acme.test', fromName: 'Acme' });
  fields = {
    templateId: await workspace.aTemplate({ subject: 'Hi {{name}}', html: '<p>{{name}}</p>' }),
    senderProfileId,
    subscriptionGroupId: await workspace.aGroup(),
    profileId: await workspace.aProfile({ email: 'jsmith@example.com', externalId: 'customer-1' }),
  };
});
afterAll(() => api.close());

/** The body of the documented curl, with ids that exist. */
const documentedRequest = () => {
  const shared = {
    templateId: fields.templateId,
    senderProfileId: fields.senderProfileId,
    from: 'Acme Team <hello@acme.test>',
    replyTo: 'Support <support@acme.test>',
    subject: 'Your order',
    subscriptionGroupId: fields.subscriptionGroupId,
    tracking: { clicks: true },
  };
  const item = {
    idempotencyKey: randomUUID(),
    ...shared,
    profileId: fields.profileId,
    to: { email: 'jsmith@example.com', externalId: 'customer-1' },
    cc: 'Jane <jane@example.com>',
    bcc: 'hidden@example.com',
    data: { name: 'John' },
  };
  return { items: [item], defaults: shared };
};

const documentedSend = () => ({
  id: expect.stringMatching(uuidV7),
  templateId: fields.templateId,
  templateSnapshotId: expect.stringMatching(uuidV7),
  senderProfileId: fields.senderProfileId,
  from: { email: 'hello@acme.test', name: 'Acme Team' },
  replyTo: { email: 'support@acme.test', name: 'Support' },
  subject: 'Your order',
  subscriptionGroupId: fields.subscriptionGroupId,
  profileId: fields.profileId,
  to: { email: 'jsmith@example.com' },
  cc: [{ email: 'jane@example.com', name: 'Jane' }],
  messageId: expect.stringMatching(uuidV7),
  failureMessage: null,
  createdAt: expect.stringMatching(isoTime),
  updatedAt: expect.stringMatching(isoTime),
});

const extensions = {
  status: 'Queued',
  providerMessageId: null,
  delivery: null,
  tags: [],
  scheduledAt: null,
  simulated: false,
};

test('the documented curl, with real ids, gives the documented answer field for field', async () => {
  const request = documentedRequest();
  const { status, body } = await workspace.post('/emails/batch', request);
  expect(status).toBe(200);
  expect(body).toEqual({
    total: 1,
    accepted: 1,
    rejected: 0,
    batchId: expect.stringMatching(uuidV7),
    items: [
      {
        index: 0,
        idempotencyKey: request.items[0]?.idempotencyKey,
        status: 'accepted',
        replayed: false,
        send: { ...documentedSend(), ...extensions },
      },
    ],
  });
});

test('the documented curl as curl sends it, header for header, is accepted', async () => {
  const { status } = await api.call('/api/v1/emails/batch', {
    headers: { 'Content-Type': 'application/json', 'x-api-key': workspace.key },
    body: `\n${JSON.stringify(documentedRequest(), null, 2)}\n`,
  });
  expect(status).toBe(200);
});

test('what was accepted is one Queued row with all that the worker needs, and one job', async () => {
  const jobsBefore = await api.countJobs();
  const { items } = await workspace.batch(documentedRequest().items);
  const id = items[0]?.status === 'accepted' ? items[0].send.id : '';
  expect(await api.prisma.emailSend.findUnique({ where: { id } })).toMatchObject({
    workspaceId: workspace.id,
    dialect: 'items',
    status: 'Queued',
    fromEmail: 'hello@acme.test',
    fromName: 'Acme Team',
    toEmail: 'jsmith@example.com',
    cc: [{ email: 'jane@example.com', name: 'Jane' }],
    bcc: [{ email: 'hidden@example.com', name: null }],
    data: { name: 'John' },
    trackClicks: true,
    trackOpens: false,
    attempts: 0,
  });
  expect(await api.countJobs()).toBe(jobsBefore + 1);
});
