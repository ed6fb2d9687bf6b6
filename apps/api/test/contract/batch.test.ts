import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { acceptedOf, anItem, atOnce, errorOf, issuePathsOf, rejectedOf } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const someItems = (count: number) => Array.from({ length: count }, () => anItem({ templateId }));
const post = (body: unknown) => workspace.post('/emails/batch', body);

async function countRows() {
  const where = { workspaceId: workspace.id };
  const [sends, batches, profiles, jobs] = await Promise.all([
    api.prisma.emailSend.count({ where }),
    api.prisma.batch.count({ where }),
    api.prisma.profile.count({ where }),
    api.countJobs(),
  ]);
  return { sends, batches, profiles, jobs };
}

describe('the answer', () => {
  test('100 items are accepted, in request order', async () => {
    const items = someItems(100);
    const answer = await workspace.batch(items);
    expect(answer).toMatchObject({ total: 100, accepted: 100, rejected: 0 });
    expect(answer.items.map(({ index }) => index)).toEqual(items.map((_, at) => at));
    expect(answer.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      items.map(({ idempotencyKey }) => idempotencyKey),
    );
    expect(answer.items.map((item) => acceptedOf(item).send.to)).toEqual(items.map(({ to }) => to));
  });

  test('99 good items and one null: 99 are accepted and one is rejected at its index', async () => {
    const before = await countRows();
    const items: unknown[] = someItems(99);
    items.splice(41, 0, null);
    const answer = await workspace.batch(items);
    expect(answer).toMatchObject({ total: 100, accepted: 99, rejected: 1 });
    expect(answer.items.flatMap(({ status, index }) => (status === 'rejected' ? [index] : []))).toEqual([41]);
    expect(answer.items[41]).toEqual({
      index: 41,
      idempotencyKey: null,
      status: 'rejected',
      error: 'validation_failed',
      message: expect.any(String),
      details: { issues: [{ path: '', message: 'must be an object' }] },
    });
    const after = await countRows();
    expect(after.sends - before.sends).toBe(99);
    expect(after.jobs - before.jobs).toBe(99);
  });

  test.each([null, 1, 'text', true, [], [[]], {}, { idempotencyKey: '' }])(
    'one bad item (%j) never spoils the others',
    async (bad) => {
      const answer = await workspace.batch([...someItems(1), bad, ...someItems(1)]);
      expect(answer.items.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
      expect(rejectedOf(answer.items[1])).toMatchObject({
        index: 1,
        idempotencyKey: null,
        error: 'validation_failed',
      });
    },
  );

  test('accepted and rejected add up to total, also when nothing is accepted', async () => {
    expect(await workspace.batch([null, 3])).toMatchObject({ total: 2, accepted: 0, rejected: 2 });
    const mixed = await workspace.batch([null, ...someItems(2)]);
    expect(mixed).toMatchObject({ total: 3, accepted: 2, rejected: 1 });
  });

  test('the sends of one request share the batch that the answer names', async () => {
    const { batchId, items } = await workspace.batch(someItems(3));
    const ids = items.map((item) => acceptedOf(item).send.id);
    const rows = await api.prisma.emailSend.findMany({ where: { id: { in: ids } } });
    expect(rows.map((row) => row.batchId)).toEqual([batchId, batchId, batchId]);
  });
});

describe('a rejected item', () => {
  test('keeps its key in the answer, makes no row and does not use the key up', async () => {
    const before = await countRows();
    const item = anItem({ templateId, to: {} });
    const [refused] = (await workspace.batch([item])).items;
    expect(rejectedOf(refused).idempotencyKey).toBe(item.idempotencyKey);
    expect(await countRows()).toEqual(before);
    const [taken] = (await workspace.batch([{ ...item, to: { email: 'now@example.com' } }])).items;
    expect(acceptedOf(taken).replayed).toBe(false);
  });

  test('leaves no profile behind', async () => {
    const before = await countRows();
    await workspace.batch([anItem({ templateId: undefined }), anItem({ templateId, from: 'a@other.test' })]);
    expect(await countRows()).toEqual(before);
  });

  test('names every issue with its path', async () => {
    const item = anItem({
      templateId: 'x',
      subject: '',
      cc: 7,
      to: { email: 'nobody' },
      tracking: { clicks: 1 },
    });
    const { error, details, message } = rejectedOf((await workspace.batch([item])).items[0]);
    expect(error).toBe('validation_failed');
    expect(issuePathsOf(details).toSorted()).toEqual([
      'cc',
      'subject',
      'templateId',
      'to.email',
      'tracking.clicks',
    ]);
    expect(message).not.toBe('');
  });
});

describe('the whole request is refused, with nothing written,', () => {
  const good = () => someItems(1);
  const refused: readonly (readonly [name: string, path: string, body: () => unknown])[] = [
    ['when it is an array', '', () => good()],
    ['when items is absent', 'items', () => ({})],
    ['when items is null', 'items', () => ({ items: null })],
    ['when items is an object', 'items', () => ({ items: { 0: good()[0] } })],
    ['when items is a string', 'items', () => ({ items: 'x' })],
    ['when it holds 0 items', 'items', () => ({ items: [] })],
    ['when it holds 101 items', 'items', () => ({ items: someItems(101) })],
    ['when it holds both items and emails', 'emails', () => ({ items: good(), emails: [] })],
    ['when it holds an unknown key', 'colour', () => ({ items: good(), colour: 'red' })],
    ['when defaults is a string', 'defaults', () => ({ items: good(), defaults: 'x' })],
    ['when defaults is an array', 'defaults', () => ({ items: good(), defaults: [] })],
  ];
  test.each(refused)('%s', async (_name, path, body) => {
    const before = await countRows();
    const answer = errorOf(await post(body()));
    expect(answer).toMatchObject({ status: 400, error: 'validation_failed' });
    expect(issuePathsOf(answer.details)).toEqual([path]);
    expect(await countRows()).toEqual(before);
  });

  test('and told which, when it holds both', async () => {
    expect(errorOf(await post({ items: good(), emails: [] })).message).toContain('both items and emails');
  });

  test('and only its keys are told: no address of a refused request comes back', async () => {
    const { body } = await post({ items: someItems(101) });
    expect(JSON.stringify(body)).not.toContain('@example.com');
  });
});

test('nothing of one workspace shows in another: the same key makes a send in each', async () => {
  const other = await api.makeWorkspace();
  const item = anItem({ templateId });
  const theirs = { ...item, templateId: await other.aTemplate() };
  const [mine] = (await workspace.batch([item])).items;
  const [its] = (await other.batch([theirs])).items;
  expect(acceptedOf(its).replayed).toBe(false);
  expect(acceptedOf(its).send.id).not.toBe(acceptedOf(mine).send.id);
  expect((await other.get(`/emails/${acceptedOf(mine).send.id}`)).status).toBe(404);
});

test('20 different batches of 100 at once are all accepted', async () => {
  const before = await countRows();
  const answers = await atOnce(20, () => workspace.batch(someItems(100)));
  expect(answers.map(({ accepted }) => accepted)).toEqual(answers.map(() => 100));
  const after = await countRows();
  expect({ sends: after.sends - before.sends, jobs: after.jobs - before.jobs }).toEqual({
    sends: 2_000,
    jobs: 2_000,
  });
});
