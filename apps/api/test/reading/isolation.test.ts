import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scopes, toTypeId } from '@postroom/contracts';
import { anItem, errorOf, unknownId } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { type Reading, startReading } from './reading.ts';

let api: TestApi;
let ours: Reading;
let theirs: Reading;
let foreign: { readonly id: string; readonly batchId: string };

beforeAll(async () => {
  api = await startApi();
  [ours, theirs] = [await startReading(api), await startReading(api)];
  const { workspace, templateId } = theirs;
  const item = anItem({ templateId, to: { email: 'secret@example.com' }, tags: ['secret'] });
  const { items, batchId } = await workspace.batch([item]);
  const [only] = items;
  if (only?.status !== 'accepted' || batchId === null) throw new Error('not accepted');
  foreign = { id: only.send.id, batchId };
});
afterAll(() => api.close());

test('what another workspace has is answered as if there were nothing', async () => {
  const paths = (id: string, batchId: string) => [
    `/emails/${id}`,
    `/emails/${toTypeId(id)}`,
    `/emails/${id}/events`,
    `/emails/${toTypeId(id)}/events`,
    `/batches/${batchId}`,
  ];
  for (const [at, path] of paths(foreign.id, foreign.batchId).entries()) {
    expect((await theirs.workspace.get(path)).status).toBe(200);
    const { requestId: _, ...answer } = errorOf(await ours.workspace.get(path));
    const missing = paths(unknownId, unknownId)[at] ?? '';
    const { requestId: __, ...none } = errorOf(await ours.workspace.get(missing));
    expect(answer).toEqual(none);
  }
});

test('no filter finds what another workspace has', async () => {
  const filters = () => [
    '',
    '?status=Queued',
    '?status=queued',
    '?to=secret@example.com',
    '?tag=secret',
    `?template_id=${theirs.templateId}`,
    `?batch_id=${foreign.batchId}`,
    '?created_after=2020-01-01T00:00:00Z',
    '?tag=secret&status=Queued',
    `?template_id=${theirs.templateId}&batch_id=${foreign.batchId}&to=secret@example.com`,
  ];
  for (const query of filters()) {
    expect({ query, ids: await theirs.idsOf(query) }).toEqual({ query, ids: [foreign.id] });
    expect({ query, list: await ours.list(query) }).toEqual({
      query,
      list: { emails: [], count: 0, count_is_estimate: false, next_cursor: null },
    });
  }
});

test('reading takes the scope emails:read and no other', async () => {
  const paths = ['/emails', `/emails/${unknownId}`, `/emails/${unknownId}/events`, `/batches/${unknownId}`];
  const asked = async (granted: readonly string[], path: string) =>
    api.call(`/api/v1${path}`, { headers: { 'x-api-key': await ours.workspace.makeKey(granted) } });
  const others = scopes.filter((scope) => scope !== 'emails:read');
  for (const path of paths) {
    const refused = errorOf(await asked(others, path));
    expect([refused.status, refused.error, refused.details]).toEqual([
      403,
      'insufficient_scope',
      { required: 'emails:read' },
    ]);
    expect((await asked(['emails:read'], path)).status).toBe(path === '/emails' ? 200 : 404);
    expect(errorOf(await api.call(`/api/v1${path}`))).toMatchObject({ status: 401, error: 'unauthorized' });
  }
});
