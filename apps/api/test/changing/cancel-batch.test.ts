import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canceledBatchSchema, scopes, sendStatuses, toTypeId } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { acceptedOf, anItem, atOnce, errorOf, issuePathsOf, unknownId } from '../contract/batch-items.ts';
import { type Answer, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { rowOf } from './start-changing.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

async function aBatch(count: number): Promise<{ readonly id: string; readonly sendIds: string[] }> {
  const { batchId, items } = await workspace.batch(
    Array.from({ length: count }, () => anItem({ templateId })),
  );
  return { id: String(batchId), sendIds: items.map((item) => acceptedOf(item).send.id) };
}

const cancel = (id: string, { key = workspace.key, query = '' } = {}): Promise<Answer> =>
  api.call(`/api/v1/batches/${id}/cancel${query}`, { method: 'POST', headers: { 'x-api-key': key } });

async function canceled(id: string) {
  const { status, body } = await cancel(id);
  expect(status).toBe(200);
  return canceledBatchSchema.strict().parse(body);
}

test('cancels what still can be and leaves the rest, and says how many of which there are', async () => {
  const { id, sendIds } = await aBatch(sendStatuses.length);
  await Promise.all(
    sendIds.map((sendId, at) =>
      api.prisma.emailSend.update({ where: { id: sendId }, data: { status: sendStatuses[at] ?? 'Queued' } }),
    ),
  );
  const { canceled: count, ...batch } = await canceled(id);
  expect(count).toBe(2);
  expect(batch.counts).toEqual({
    Scheduled: 0,
    Queued: 0,
    Processing: 1,
    Sent: 1,
    Failed: 1,
    Skipped: 1,
    Canceled: 3,
  });
  expect((await workspace.get(`/batches/${id}`)).body).toEqual(batch);
});

test('repeated, cancels nothing more and changes nothing', async () => {
  const { id, sendIds } = await aBatch(3);
  expect((await canceled(id)).canceled).toBe(3);
  const rows = await Promise.all(sendIds.map((sendId) => rowOf(api, sendId)));
  expect(await canceled(id)).toMatchObject({ canceled: 0, counts: { Canceled: 3 } });
  expect(await Promise.all(sendIds.map((sendId) => rowOf(api, sendId)))).toEqual(rows);
});

test('20 at once beside the cancellation of each send: every send is canceled by exactly one', async () => {
  const { id, sendIds } = await aBatch(100);
  const [counts] = await Promise.all([
    atOnce(20, async () => (await canceled(id)).canceled),
    Promise.all(sendIds.map((sendId) => workspace.post(`/emails/${sendId}/cancel`, {}))),
  ]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(100);
  expect((await canceled(id)).counts.Canceled).toBe(100);
});

test('leaves the sends of other batches alone', async () => {
  const [one, other] = [await aBatch(2), await aBatch(2)];
  await canceled(one.id);
  for (const sendId of other.sendIds) expect((await rowOf(api, sendId)).status).toBe('Queued');
});

test('answers another workspace, and what is no batch, as if there were nothing', async () => {
  const { id, sendIds } = await aBatch(1);
  const before = await rowOf(api, sendIds[0] ?? '');
  const stranger = await api.makeWorkspace();
  const answers = [];
  for (const other of [unknownId, id, id.toUpperCase(), toTypeId(id), newId(), 'not-an-id', '%00']) {
    const { requestId, ...error } = errorOf(await cancel(other, { key: stranger.key }));
    answers.push(JSON.stringify(error));
  }
  expect(new Set(answers).size).toBe(1);
  expect(JSON.parse(answers[0] ?? '')).toMatchObject({ status: 404, error: 'not_found' });
  expect(await rowOf(api, sendIds[0] ?? '')).toEqual(before);
});

test('needs emails:write and takes no parameters', async () => {
  const { id, sendIds } = await aBatch(1);
  const others = await workspace.makeKey(scopes.filter((scope) => scope !== 'emails:write'));
  expect(errorOf(await cancel(id, { key: others }))).toMatchObject({
    status: 403,
    details: { required: 'emails:write' },
  });
  const error = errorOf(await cancel(id, { query: '?only=Queued' }));
  expect(error).toMatchObject({ status: 400, error: 'validation_failed' });
  expect(issuePathsOf(error.details)).toEqual(['only']);
  expect((await rowOf(api, sendIds[0] ?? '')).status).toBe('Queued');
  expect((await cancel(id, { key: await workspace.makeKey(['emails:write']) })).status).toBe(200);
});
