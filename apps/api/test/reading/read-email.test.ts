import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emailResponseSchema, emailSendSchema, toTypeId } from '@postroom/contracts';
import { accept, anItem, errorOf, unknownId } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { type Reading, startReading } from './reading.ts';

let api: TestApi;
let reading: Reading;

beforeAll(async () => {
  api = await startApi();
  reading = await startReading(api);
});
afterAll(() => api.close());

test('a send of either dialect is read in the form of the id that names it', async () => {
  const { workspace, templateId, emails } = reading;
  const item = await accept(workspace, anItem({ templateId, to: { email: 'ada@example.com' } }));
  const [id] = (await emails({ to: ['ada@example.com'] })).ids;
  for (const uuid of [item.id, id ?? '']) {
    const asItem = emailSendSchema.strict().parse((await workspace.get(`/emails/${uuid}`)).body);
    expect(asItem).toMatchObject({ id: uuid, status: 'Queued', to: { email: 'ada@example.com' } });
    const answer = await workspace.get(`/emails/${toTypeId(uuid)}`);
    const { email } = emailResponseSchema.strict().parse(answer.body);
    expect(email).toMatchObject({ id: toTypeId(uuid), status: 'queued', to: 'ada@example.com' });
    expect((await workspace.get(`/emails/${uuid.toUpperCase()}`)).body).toEqual(asItem);
  }
});

test('the detail has what was asked for', async () => {
  const { workspace, emails } = reading;
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const { ids, batchId } = await emails({
    cc: ['Bob <bob@example.com>'],
    reply_to: 'desk@acme.test',
    type: 'marketing',
    tags: ['spring'],
    scheduled_at: scheduledAt,
  });
  const answer = await workspace.get(`/emails/${toTypeId(ids[0] ?? '')}`);
  expect(emailResponseSchema.parse(answer.body).email).toMatchObject({
    status: 'queued',
    subject: 'Hello',
    cc: ['Bob <bob@example.com>'],
    reply_to: 'desk@acme.test',
    type: 'marketing',
    tags: ['spring'],
    delivery: null,
    scheduled_at: scheduledAt,
    template_id: null,
    batch_id: batchId,
    simulated: false,
  });
});

test.each(['', '/events'])('what is no id of a send, or of none, is not found (%s)', async (action) => {
  const suffix = toTypeId(unknownId).slice(3);
  const ids = [
    unknownId,
    toTypeId(unknownId),
    'no-id',
    'em_',
    `em_${suffix.toUpperCase()}`,
    `em_8${suffix.slice(1)}`,
    `em_${suffix}0`,
    `xx_${suffix}`,
    '%00',
    '%F0%9F%93%AB',
    `${unknownId}%20`,
    'x'.repeat(5_000),
  ];
  for (const id of ids) {
    const { status, error, details } = errorOf(await reading.workspace.get(`/emails/${id}${action}`));
    expect({ id, status, error, details }).toEqual({
      id,
      status: 404,
      error: 'not_found',
      details: undefined,
    });
  }
});

test('blind copies are in no answer', async () => {
  const { workspace, templateId, emails } = reading;
  const item = await accept(workspace, anItem({ templateId, bcc: 'hidden@example.com' }));
  const { ids, batchId } = await emails({ bcc: ['hidden@example.com'] });
  const stored = await api.prisma.emailSend.findMany({ where: { id: { in: [item.id, ...ids] } } });
  expect(stored.map(({ bcc }) => JSON.stringify(bcc))).toEqual(
    Array(2).fill(expect.stringContaining('hidden@example.com')),
  );
  for (const id of [item.id, ...ids]) {
    for (const path of [`/emails/${id}`, `/emails/${toTypeId(id)}`, `/emails/${id}/events`]) {
      expect(JSON.stringify((await workspace.get(path)).body)).not.toContain('hidden');
    }
  }
  for (const path of ['/emails?limit=100', `/batches/${batchId}`]) {
    expect(JSON.stringify((await workspace.get(path)).body)).not.toContain('hidden');
  }
});
