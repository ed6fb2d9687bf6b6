import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeCursor, pageSchema } from '@postroom/contracts';
import * as z from 'zod';
import { issuePathsOf, startResources, type TestApi, type TestWorkspace } from './start-resources.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startResources();
});
afterAll(() => api.close());

const anyPageSchema = pageSchema(z.record(z.string(), z.unknown()));

async function readPage(workspace: TestWorkspace, path: string) {
  const { status, body } = await workspace.call('GET', path);
  expect(status).toBe(200);
  return anyPageSchema.parse(body);
}

type List = { readonly path: string; readonly named: string; readonly make: (name: string) => object };

const lists: readonly List[] = [
  { path: '/templates', named: 'name', make: (name) => ({ name, subject: 'S', html: 'H' }) },
  { path: '/sender-profiles', named: 'name', make: (name) => ({ name, fromEmail: 's@example.com' }) },
  { path: '/profiles', named: 'externalId', make: (externalId) => ({ externalId }) },
  { path: '/subscription-groups', named: 'name', make: (name) => ({ name, type: 'OptIn' }) },
  { path: '/suppressions', named: 'note', make: (note) => ({ email: `${note}@example.com`, note }) },
  { path: '/api-keys', named: 'name', make: (name) => ({ name, scopes: ['admin'] }) },
];

describe.each(lists)('$path', ({ path, named, make }) => {
  test('pages hold every row once, in one order, while rows arrive', async () => {
    const workspace = await api.makeWorkspace();
    const names = Array.from({ length: 7 }, (_, at) => `row-${at + 1}`);
    for (const name of names) await workspace.call('POST', path, make(name));
    const atOncePage = await readPage(workspace, path);
    const whole = atOncePage.data.map((row) => row[named]).filter((name) => name !== 'test');
    expect(whole.toSorted()).toEqual(names);

    const seen: unknown[] = [];
    let cursor: string | null = null;
    let arrivals = 0;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await readPage(workspace, `${path}?limit=3${query}`);
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data.map((row) => row[named]));
      cursor = page.nextCursor;
      // Newer rows, and addresses that come before those seen, belong to pages that were read already.
      await workspace.call('POST', path, make(`new-${++arrivals}`));
    } while (cursor !== null);
    expect(seen.filter((name) => name !== 'test')).toEqual(whole);
    expect(arrivals).toBe(Math.ceil(seen.length / 3));
  });

  test('a full last page has no cursor', async () => {
    const workspace = await api.makeWorkspace();
    for (const name of ['a', 'b']) await workspace.call('POST', path, make(name));
    const { data } = await readPage(workspace, path);
    expect(await readPage(workspace, `${path}?limit=${data.length}`)).toMatchObject({ nextCursor: null });
    const first = await readPage(workspace, `${path}?limit=1`);
    expect(first.data).toEqual([data[0]]);
    expect(first.nextCursor).toEqual(expect.any(String));
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['limit=1e400', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['cursor=!!!', 'cursor'],
    ['cursor=gICA', 'cursor'],
    [`cursor=${encodeCursor('a\u0000b')}`, 'cursor'],
    [`cursor=${encodeCursor('x'.repeat(2_000))}`, 'cursor'],
    ['page=2', 'page'],
    ['__proto__=1', '__proto__'],
  ])('the query ?%s is refused by name', async (query, field) => {
    const workspace = await api.makeWorkspace();
    const answer = await workspace.call('GET', `${path}?${query}`);
    expect([answer.status, issuePathsOf(answer)]).toEqual([400, [field]]);
  });
});

test.each(lists.filter(({ path }) => path !== '/suppressions'))(
  'a cursor of $path that holds no id is refused',
  async ({ path }) => {
    const workspace = await api.makeWorkspace();
    const answer = await workspace.call('GET', `${path}?cursor=${encodeCursor('not-an-id')}`);
    expect([answer.status, issuePathsOf(answer)]).toEqual([400, ['cursor']]);
  },
);
