import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestWorkspace } from './start-resources.ts';
import { atOnce, errorOf, isoTime, issuePathsOf, startResources, type TestApi } from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const add = (body: unknown) => workspace.call('POST', '/suppressions', body);
const importAll = (suppressions: unknown) => workspace.call('POST', '/suppressions/import', { suppressions });
const read = (email: string) => workspace.call('GET', `/suppressions/${encodeURIComponent(email)}`);
const remove = (email: string) => workspace.call('DELETE', `/suppressions/${encodeURIComponent(email)}`);

test('a new suppression is answered with every field, and read back the same in any letter case', async () => {
  const { status, body } = await add({ email: 'Ada+x@EXAMPLE.com', reason: 'Bounce', note: 'since May' });
  expect(status).toBe(201);
  expect(body).toEqual({
    email: 'Ada+x@example.com',
    reason: 'Bounce',
    origin: 'client',
    note: 'since May',
    expiresAt: null,
    createdAt: expect.stringMatching(isoTime),
  });
  const again = await read('ADA+X@example.com');
  expect([again.status, again.body]).toEqual([200, body]);
});

test('a suppression is Manual unless it says otherwise', async () => {
  expect((await add({ email: 'manual@example.com' })).body).toMatchObject({ reason: 'Manual', note: null });
});

test('adding an address again answers 200 and takes over the new reason and note', async () => {
  const first = await add({ email: 'twice@example.com', reason: 'Bounce', note: 'old' });
  const { status, body } = await add({ email: 'TWICE@example.com', reason: 'Complaint' });
  expect(status).toBe(200);
  expect(body).toEqual(Object.assign({}, first.body, { reason: 'Complaint', note: null }));
});

test('twenty equal additions at once make one suppression', async () => {
  const answers = await atOnce(20, () => add({ email: 'race@example.com' }));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
});

test('a removed suppression is gone; removing it again is a 404', async () => {
  await add({ email: 'gone@example.com' });
  const { status, body } = await remove('Gone@example.com');
  expect([status, body]).toEqual([204, undefined]);
  expect(errorOf(await read('gone@example.com'))).toMatchObject({ status: 404, code: 'not_found' });
  expect(errorOf(await remove('gone@example.com'))).toMatchObject({ status: 404, code: 'not_found' });
});

test('an import adds what is new, counts what is not, and overwrites nothing', async () => {
  await add({ email: 'before@example.com', reason: 'Complaint', note: 'kept' });
  const { status, body } = await importAll([
    { email: 'Before@example.com', reason: 'Manual' },
    { email: 'import-1@example.com', reason: 'Bounce', note: 'from the old system' },
    { email: 'IMPORT-1@example.com', reason: 'Manual' },
    { email: 'import-2@example.com' },
  ]);
  expect([status, body]).toEqual([
    200,
    { total: 4, added: 2, unchanged: 2, invalid: 0, errors: [], moreErrors: 0 },
  ]);
  expect((await read('before@example.com')).body).toMatchObject({ reason: 'Complaint', note: 'kept' });
  expect((await read('import-1@example.com')).body).toMatchObject({ reason: 'Bounce' });
  expect((await read('import-2@example.com')).body).toMatchObject({ reason: 'Manual', note: null });
});

test.each([
  ['Bounce', 'Complaint', 1],
  ['Complaint', 'Bounce', 0],
])('an import gives one that stays the weightier reason: %s, then %s', async (before, reason, added) => {
  const email = `weighed-${added}@example.com`;
  await add({ email, reason: before, note: 'kept' });
  for (const changed of [added, 0]) {
    const { body } = await importAll([{ email, reason }]);
    expect(body).toMatchObject({ added: changed, unchanged: 1 - changed });
  }
  expect((await read(email)).body).toMatchObject({ reason: 'Complaint', note: 'kept' });
});

test('imports of a thousand that cross each other all succeed, and each address is created once', async () => {
  const suppressions = Array.from({ length: 1_000 }, (_, at) => ({
    email: `bulk-${at}@example.com`,
    note: 'n'.repeat(900),
  }));
  const answers = await atOnce(4, (at) => importAll(at % 2 === 0 ? suppressions : suppressions.toReversed()));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const where = { workspaceId: workspace.id, emailKey: { startsWith: 'bulk-' } };
  expect(await api.prisma.suppression.count({ where })).toBe(1_000);
  const total = answers.map(({ body }) => (isCount(body) ? body.added : NaN)).reduce((a, b) => a + b);
  expect(total).toBe(1_000);
});

const isCount = (body: unknown): body is { readonly added: number } =>
  typeof body === 'object' && body !== null && 'added' in body && typeof body.added === 'number';

test('one malformed entry is told by its place, and the others are taken', async () => {
  const { body } = await importAll([{ email: 'fine@example.com' }, { email: 'not an address' }, 7]);
  expect(body).toMatchObject({
    total: 3,
    added: 1,
    invalid: 2,
    errors: [{ line: 2, message: expect.stringContaining('email') }, { line: 3 }],
  });
  expect((await read('fine@example.com')).status).toBe(200);
});

test.each([
  ['without a list', { suppressions: { email: 'a@example.com' } }],
  ['of nothing', {}],
])('an import %s is refused', async (_what, body) => {
  expect((await workspace.call('POST', '/suppressions/import', body)).status).toBe(400);
});

test('a suppression ends when it says so, and a time that has passed is refused', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  expect((await add({ email: 'while@example.com', expiresAt })).body).toMatchObject({ expiresAt });
  const answer = await add({ email: 'over@example.com', expiresAt: '2020-01-01T00:00:00Z' });
  expect([answer.status, issuePathsOf(answer)]).toEqual([400, ['expiresAt']]);
  await api.prisma.suppression.updateMany({
    where: { emailKey: 'while@example.com' },
    data: { expiresAt: new Date(Date.now() - 1_000) },
  });
  expect((await read('while@example.com')).status).toBe(404);
  expect(errorOf(await remove('while@example.com')).status).toBe(404);
});

test.each([
  ['no address', {}, ['email']],
  ['an unknown reason', { email: 'a@example.com', reason: 'Bored' }, ['reason']],
  ['an unknown field', { email: 'a@example.com', until: '2030' }, ['until']],
])('%s is refused', async (_what, body, paths) => {
  const answer = await add(body);
  expect([answer.status, issuePathsOf(answer)]).toEqual([400, paths]);
});

test('the list is ordered by address', async () => {
  const own = await api.makeWorkspace();
  for (const email of ['c@example.com', 'a@example.com', 'B@example.com']) {
    await own.call('POST', '/suppressions', { email });
  }
  const { body } = await own.call('GET', '/suppressions');
  expect(body).toMatchObject({
    data: [{ email: 'a@example.com' }, { email: 'B@example.com' }, { email: 'c@example.com' }],
    nextCursor: null,
  });
});
