import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { batchSchema } from '@postroom/contracts';
import { anItem, errorOf, isoTime, unknownId } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { type Reading, startReading } from './reading.ts';

let api: TestApi;
let reading: Reading;

beforeAll(async () => {
  api = await startApi();
  reading = await startReading(api);
});
afterAll(() => api.close());

async function batchOf(id: string) {
  const { status, body } = await reading.workspace.get(`/batches/${id}`);
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return batchSchema.strict().parse(body);
}

const noCounts = { Scheduled: 0, Queued: 0, Processing: 0, Sent: 0, Failed: 0, Skipped: 0, Canceled: 0 };

test('a batch of items has its accepted and rejected ones, and a count for every status', async () => {
  const { workspace, templateId } = reading;
  const { items, batchId } = await workspace.batch([
    anItem({ templateId }),
    anItem({ templateId }),
    anItem({ templateId: unknownId }),
  ]);
  const [first] = items;
  if (first?.status !== 'accepted' || batchId === null) throw new Error('not accepted');
  await api.prisma.emailSend.update({ where: { id: first.send.id }, data: { status: 'Sent' } });
  expect(await batchOf(batchId)).toEqual({
    id: batchId,
    dialect: 'items',
    total: 3,
    accepted: 2,
    rejected: 1,
    counts: { ...noCounts, Queued: 1, Sent: 1 },
    engagement: { opened: { people: 0, machines: 0 }, clicked: { people: 0, machines: 0 } },
    createdAt: expect.stringMatching(isoTime),
  });
});

test('a batch of emails', async () => {
  const scheduled_at = new Date(Date.now() + 3_600_000).toISOString();
  const { batchId } = await reading.emails({}, {}, { scheduled_at });
  expect(await batchOf(batchId.toUpperCase())).toMatchObject({
    id: batchId,
    dialect: 'emails',
    total: 3,
    counts: { ...noCounts, Queued: 2, Scheduled: 1 },
  });
});

test.each([unknownId, 'no-id', 'em_01ark3v00ae01000000000000v', '%00', 'x'.repeat(5_000)])(
  'a batch %s is not found',
  async (id) => {
    const { status, error, details } = errorOf(await reading.workspace.get(`/batches/${id}`));
    expect({ status, error, details }).toEqual({ status: 404, error: 'not_found', details: undefined });
  },
);
