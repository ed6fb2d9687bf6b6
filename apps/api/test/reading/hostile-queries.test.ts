import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeCursor } from '@postroom/contracts';
import { errorOf, issuePathsOf, unknownId } from '../contract/batch-items.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const cursor = encodeCursor(unknownId);

test.each([
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=abc', 'limit'],
  ['limit=-1', 'limit'],
  ['limit=1.5', 'limit'],
  ['limit=1e400', 'limit'],
  ['limit=0x10', 'limit'],
  ['limit=1e1', 'limit'],
  ['limit=%2B5', 'limit'],
  ['limit=0b11', 'limit'],
  ['limit=%205', 'limit'],
  ['limit=5.', 'limit'],
  ['limit=1_0', 'limit'],
  ['limit=%D9%A5', 'limit'],
  ['limit=', 'limit'],
  ['limit=%00', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['offset=-1', 'offset'],
  ['offset=10001', 'offset'],
  ['offset=0.5', 'offset'],
  ['offset=all', 'offset'],
  ['offset=0x1', 'offset'],
  ['offset=1e3', 'offset'],
  ['offset=%20', 'offset'],
  ['offset=1&offset=2', 'offset'],
  [`offset=0&cursor=${cursor}`, 'offset'],
  ['cursor=garbage', 'cursor'],
  ['cursor=', 'cursor'],
  ['cursor=%00', 'cursor'],
  [`cursor=${unknownId}`, 'cursor'],
  [`cursor=${encodeCursor('not-an-id')}`, 'cursor'],
  [`cursor=${encodeCursor("'; DROP TABLE email_sends; --")}`, 'cursor'],
  [`cursor=${cursor}x`, 'cursor'],
  [`cursor=${cursor}&cursor=${cursor}`, 'cursor'],
  ['status=nonsense', 'status'],
  ['status=SENT', 'status'],
  ['status=', 'status'],
  ['status=Sent&status=Failed', 'status'],
  ['status=__proto__', 'status'],
  ['to=notanaddress', 'to'],
  ['to=', 'to'],
  ['to=a%00@example.com', 'to'],
  ['to=Ada%20%3Cada@example.com%3E', 'to'],
  ['to=a@example.com&to=b@example.com', 'to'],
  ['tag=', 'tag'],
  ['tag=a%00b', 'tag'],
  [`tag=${'x'.repeat(514)}`, 'tag'],
  ['tag=a&tag=b', 'tag'],
  ['template_id=1', 'template_id'],
  ['template_id=%00', 'template_id'],
  [`batch_id=${unknownId}0`, 'batch_id'],
  ['batch_id=em_01ark3v00ae01000000000000v', 'batch_id'],
  ['created_after=2026-01-01T00:00:00', 'created_after'],
  ['created_after=2026-01-01', 'created_after'],
  ['created_after=yesterday', 'created_after'],
  ['created_after=1767225600', 'created_after'],
  ['created_after=0000-01-01T00:00:00Z', 'created_after'],
  ['created_after=1969-12-31T23:59:59Z', 'created_after'],
  ['created_before=2026-02-30T00:00:00Z', 'created_before'],
  ['created_before=2026-01-01T00:00:00+01:00', 'created_before'],
  ['created_before=%00', 'created_before'],
  ['created_before=9999-12-31T23:59:59-00:01', 'created_before'],
  ['created_after=9999-12-31T00:00:00-23:59&created_before=9999-12-31T23:59:59-23:59', 'created_before'],
  ['failed_after=9999-12-31T23:59:59-23:59', 'failed_after'],
  ['page=2', 'page'],
  ['Limit=2', 'Limit'],
  ['limit[]=2', 'limit[]'],
  ['status[ne]=Sent', 'status[ne]'],
  ['__proto__=1', '__proto__'],
  ['constructor=1', 'constructor'],
])('GET /emails?%s is refused by name', async (query, field) => {
  const { status, error, details } = errorOf(await workspace.get(`/emails?${query}`));
  expect([status, error, issuePathsOf(details)]).toEqual([400, 'validation_failed', [field]]);
});

test.each([
  ['created_after=2026-12-24T18:00:00+02:00'],
  ['created_before=2026-12-24T18:00:00.5+05:30'],
  ['to=a+b@example.com'],
  ['to=shop+eu+x@example.com'],
])('GET /emails?%s says how a plus sign is written', async (query) => {
  const { details } = errorOf(await workspace.get(`/emails?${query}`));
  expect(JSON.stringify(details)).toContain('%2B');
  const written = query.replaceAll('+', '%2B');
  expect((await workspace.get(`/emails?${written}`)).status).toBe(200);
});

test.each([
  ['/suppressions?created_after=9999-12-31T23:59:59-23:59', undefined, 'created_after'],
  [
    '/suppressions',
    { email: 'a@b.co', reason: 'Manual', expiresAt: '9999-12-31T23:59:59-23:59' },
    'expiresAt',
  ],
  [
    '/emails/actions',
    { action: 'cancel', filter: { created_before: '9999-12-31T23:59:59-01:00' } },
    'filter.created_before',
  ],
])('a year of five digits, made by an offset, is refused at %s', async (path, body, field) => {
  const answer = body === undefined ? await workspace.get(path) : await workspace.post(path, body);
  const { status, details } = errorOf(answer);
  expect([status, issuePathsOf(details)]).toEqual([400, expect.arrayContaining([field])]);
});

test('every parameter that is wrong is named', async () => {
  const { status, details } = errorOf(await workspace.get('/emails?limit=0&status=x&to=y&tag=&unknown=1'));
  expect([status, issuePathsOf(details).toSorted()]).toEqual([
    400,
    ['limit', 'status', 'tag', 'to', 'unknown'],
  ]);
});

test.each([
  'created_before=9999-12-31T23:59:59.999999999Z',
  'created_after=1970-01-01T00:00:00Z&created_before=1970-01-01T00:00:00Z',
  'created_after=2030-01-01T00:00:00Z&created_before=2020-01-01T00:00:00Z',
  `cursor=${encodeCursor('00000000-0000-0000-0000-000000000000')}`,
  `cursor=${encodeCursor('ffffffff-ffff-ffff-ffff-ffffffffffff')}`,
  'tag=%25_%5C%27%22',
  "tag=';%20DROP%20TABLE%20email_sends;--",
  'offset=10000&limit=100',
  `template_id=${unknownId}&batch_id=${unknownId}&tag=x&to=a@b.co&status=failed&created_after=2026-01-01T00:00:00Z`,
])('GET /emails?%s is at the edge and taken', async (query) => {
  const answer = await workspace.get(`/emails?${query}`);
  expect([answer.status, answer.body]).toEqual([
    200,
    { emails: [], count: 0, count_is_estimate: false, next_cursor: null },
  ]);
});
