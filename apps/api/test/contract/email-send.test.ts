import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateApiKey } from '@postroom/core';
import {
  createTestDatabase,
  spawnNode,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  testRedisUrl,
} from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, anItem, isoTime, unknownId, uuidV7 } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender({ fromEmail: 'hello@acme.test', fromName: null });
  templateId = await workspace.aTemplate({ senderProfileId, subject: 'The template' });
});
afterAll(() => api.close());

const get = async (id: string) => (await workspace.get(`/emails/${id}`)).body;

describe('EmailSend', () => {
  test('has exactly the documented fields, null where there is nothing', async () => {
    const send = await accept(workspace, anItem({ templateId, to: { email: 'a@b.co' } }));
    expect(await get(send.id)).toEqual({
      id: expect.stringMatching(uuidV7),
      status: 'Queued',
      templateId,
      templateSnapshotId: expect.stringMatching(uuidV7),
      senderProfileId: expect.stringMatching(uuidV7),
      from: { email: 'hello@acme.test', name: null },
      replyTo: null,
      subject: 'The template',
      subscriptionGroupId: null,
      profileId: expect.stringMatching(uuidV7),
      to: { email: 'a@b.co' },
      cc: [],
      messageId: expect.stringMatching(uuidV7),
      failureMessage: null,
      createdAt: expect.stringMatching(isoTime),
      updatedAt: expect.stringMatching(isoTime),
      providerMessageId: null,
      delivery: null,
      tags: [],
      scheduledAt: null,
      simulated: false,
    });
  });

  test('read back it is the same as in the answer to the batch', async () => {
    const item = anItem({ templateId, cc: 'Jane <jane@x.co>', replyTo: 'r@x.co', subject: 'Final' });
    const { items } = await workspace.batch([item]);
    const [first] = items;
    expect(first?.status === 'accepted' && (await get(first.send.id))).toEqual(
      first?.status === 'accepted' && first.send,
    );
  });

  test('its ids are all different: id, messageId, snapshot', async () => {
    const { id, messageId, templateSnapshotId } = await accept(workspace, anItem({ templateId }));
    expect(new Set([id, messageId, templateSnapshotId]).size).toBe(3);
  });

  test('shows what the worker recorded', async () => {
    const { id } = await accept(workspace, anItem({ templateId }));
    const data = {
      status: 'Sent',
      providerMessageId: '0100-abc',
      renderedSubject: 'Rendered',
      delivery: 'delivered',
    } as const;
    await api.prisma.emailSend.update({ where: { id }, data });
    expect(await get(id)).toMatchObject({
      status: 'Sent',
      providerMessageId: '0100-abc',
      subject: 'Rendered',
      delivery: 'delivered',
    });
  });

  test('a test key’s send is simulated, a live key’s is not', async () => {
    const key = await workspace.makeKey(['full'], 'test');
    expect(key).toMatch(/^sk_test_/);
    const items = [anItem({ templateId })];
    const { body } = await api.call('/api/v1/emails/batch', {
      headers: { 'x-api-key': key },
      body: { items },
    });
    expect(body).toMatchObject({ items: [{ send: { status: 'Queued', simulated: true } }] });
    expect((await accept(workspace, anItem({ templateId }))).simulated).toBe(false);
  });

  test.each([unknownId, 'x', 'em_00000000000000000000000000', '%00', '..%2f', 'batch'])(
    'an id that nothing has (%s) is not_found',
    async (id) => {
      const answer = await workspace.get(`/emails/${id}`);
      expect(answer).toMatchObject({ status: 404, body: { error: 'not_found' } });
    },
  );

  test('another workspace’s looks like a missing one', async () => {
    const { id } = await accept(workspace, anItem({ templateId }));
    const other = await api.makeWorkspace();
    const mask = (body: unknown) => ({ ...Object(body), requestId: '' });
    const theirs = await other.get(`/emails/${id}`);
    const missing = await other.get(`/emails/${unknownId}`);
    expect([theirs.status, mask(theirs.body)]).toEqual([missing.status, mask(missing.body)]);
  });
});

describe('bcc is stored, and appears', () => {
  const hidden = 'hidden-copy@secret.example';

  test('in no answer: accepted, replayed, read, rejected', async () => {
    const item = anItem({ templateId, bcc: `Hidden <${hidden}>` });
    const { id } = await accept(workspace, item);
    const answers = [
      await workspace.post('/emails/batch', { items: [item] }),
      await workspace.get(`/emails/${id}`),
      await workspace.post('/emails/batch', { items: [{ ...item, subject: 'Other' }] }),
      await workspace.post('/emails/batch', { items: [anItem({ templateId, bcc: `${hidden}, nobody` })] }),
      await workspace.post('/emails/batch', { items: [anItem({ templateId: unknownId, bcc: hidden })] }),
    ];
    for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/hidden|"bcc":/i);
    const row = await api.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    expect(row.bcc).toEqual([{ email: hidden, name: 'Hidden' }]);
  });

  describe('in no log line', () => {
    let database: TestDatabase;
    let proxy: TcpProxy;
    let databaseUrl: URL;
    beforeAll(async () => {
      database = await createTestDatabase();
      databaseUrl = new URL(database.url);
      proxy = await startTcpProxy({ target: { port: Number(databaseUrl.port) } });
      databaseUrl.port = String(proxy.port);
    });
    afterAll(async () => {
      await proxy.stop();
      await database.drop();
    });

    test('nor does any address, variable or key, even when everything is logged and something fails', async () => {
      const key = generateApiKey('live');
      const started = await spawnNode({
        entry: 'apps/api/src/main.ts',
        env: {
          DATABASE_URL: databaseUrl.href,
          REDIS_URL: testRedisUrl(),
          PORT: '0',
          HOST: '127.0.0.1',
          LOG_LEVEL: 'debug',
          SENDER_VERIFICATION: 'trust',
          BOOTSTRAP_API_KEY: key,
        },
      });
      try {
        const { port } = JSON.parse(await started.waitForLine('api_started'));
        const call = (path: string, body: unknown, method = 'POST') =>
          fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
            method,
            headers: { 'content-type': 'application/json', 'x-api-key': key },
            body: JSON.stringify(body),
          });
        const sender = Object(
          await (await call('/sender-profiles', { name: 'S', fromEmail: 's@acme.test' })).json(),
        );
        const content = { name: 'T', subject: 'Hi', html: '<p>{{secret}}</p>', senderProfileId: sender.id };
        const template = Object(await (await call('/templates', content)).json());
        const item = anItem({
          templateId: template.id,
          bcc: hidden,
          data: { secret: 'hidden-variable' },
          to: { email: 'hidden-recipient@example.com' },
        });
        expect((await call('/emails/batch', { items: [item] })).status).toBe(200);
        await proxy.refuse();
        expect((await call('/emails/batch', { items: [item] })).status).toBe(503);
        expect((await call('/suppressions/hidden@example.com', {}, 'DELETE')).status).toBe(503);
        expect((await call('/suppressions/hidden%40example.com', {}, 'DELETE')).status).toBe(503);
        await started.waitForLine('request_failed');
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        expect(metrics).toMatch(/^postroom_requests_failed_total\{code="unavailable"\} 3$/m);
        expect(metrics).toMatch(/^postroom_requests_failed_total\{code="internal_error"\} 0$/m);
      } finally {
        await started.stop();
      }
      const logged = started.lines.join('\n');
      expect(logged).toContain('request_failed');
      expect(logged).not.toMatch(/hidden|@acme|@example/);
      expect(logged).not.toContain(key);
    });
  });
});
