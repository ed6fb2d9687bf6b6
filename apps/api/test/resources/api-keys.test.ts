import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createdApiKeySchema, scopes } from '@postroom/contracts';
import { hashApiKey } from '@postroom/core';
import {
  errorOf,
  isoTime,
  issuePathsOf,
  startResources,
  type TestApi,
  type TestWorkspace,
  uuidV7,
} from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

async function make(input: Readonly<Record<string, unknown>> = {}) {
  const { status, body } = await workspace.call('POST', '/api-keys', {
    name: 'CI',
    scopes: ['templates:read'],
    ...input,
  });
  expect(status).toBe(201);
  return createdApiKeySchema.parse(body);
}

test('the answer to the creation holds every field and the key, which works at once', async () => {
  const input = { name: 'CI', scopes: ['emails:write', 'templates:read'], mode: 'test' };
  const { status, body, headers } = await workspace.call('POST', '/api-keys', input);
  expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
  expect(body).toEqual({
    ...input,
    id: expect.stringMatching(uuidV7),
    key: expect.stringMatching(/^sk_test_[A-Za-z0-9_-]{27,}$/),
    prefix: expect.stringMatching(/^sk_test_.{6}$/),
    senderProfileIds: null,
    createdAt: expect.stringMatching(isoTime),
    revokedAt: null,
  });
  const call = api.callWith(createdApiKeySchema.parse(body).key);
  expect((await call('GET', '/templates')).status).toBe(200);
  expect(errorOf(await call('GET', '/profiles'))).toMatchObject({ status: 403, code: 'insufficient_scope' });
});

test('a key is live unless it says otherwise, and a scope that is named twice counts once', async () => {
  expect(await make({ scopes: ['admin', 'admin'] })).toMatchObject({
    mode: 'live',
    scopes: ['admin'],
    key: expect.stringMatching(/^sk_live_/),
  });
});

test('only the hash and the prefix of a key are stored, and no list shows more', async () => {
  const { id, key, prefix } = await make();
  const row = await api.prisma.apiKey.findUniqueOrThrow({ where: { id } });
  expect(row.hash).toEqual(hashApiKey(key));
  expect(row.prefix).toBe(prefix);
  const { body } = await workspace.call('GET', '/api-keys');
  expect(JSON.stringify([row, body])).not.toContain(key.slice(prefix.length));
});

test('the list is newest first, with the fields of the creation but the key', async () => {
  const own = await api.makeWorkspace();
  const made = await own.call('POST', '/api-keys', { name: 'Second', scopes: ['full'] });
  const { key, ...shown } = createdApiKeySchema.parse(made.body);
  const { body } = await own.call('GET', '/api-keys');
  expect(body).toEqual({ data: [shown, expect.objectContaining({ name: 'test' })], nextCursor: null });
});

test('a revoked key is shown as revoked and cannot be used; revoking it again changes nothing', async () => {
  const { id, key } = await make();
  const first = await workspace.call('DELETE', `/api-keys/${id}`);
  expect([first.status, first.body]).toEqual([204, undefined]);
  const { revokedAt } = await api.prisma.apiKey.findUniqueOrThrow({ where: { id } });
  expect(revokedAt).not.toBeNull();
  expect((await workspace.call('DELETE', `/api-keys/${id}`)).status).toBe(204);
  expect(await api.prisma.apiKey.findUniqueOrThrow({ where: { id } })).toMatchObject({ revokedAt });
  const { body } = await workspace.call('GET', '/api-keys');
  expect(body).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ id })]) });
  expect(errorOf(await api.callWith(key)('GET', '/templates'))).toMatchObject({ status: 401 });
});

test.each([
  ['no name', { scopes: ['full'] }, ['name']],
  ['no scopes', { name: 'a' }, ['scopes']],
  ['an empty list of scopes', { name: 'a', scopes: [] }, ['scopes']],
  ['an unknown scope', { name: 'a', scopes: ['emails:write', 'root'] }, ['scopes[1]']],
  ['an unknown mode', { name: 'a', scopes: ['full'], mode: 'dry' }, ['mode']],
  ['a key of its own', { name: 'a', scopes: ['full'], key: 'sk_live_mine' }, ['key']],
])('%s is refused', async (_what, body, paths) => {
  const answer = await workspace.call('POST', '/api-keys', body);
  expect([answer.status, issuePathsOf(answer)]).toEqual([400, paths]);
});

describe('no key gives another one more than it has', () => {
  const makeAs = async (own: readonly string[], wanted: readonly string[]) => {
    const { key } = await make({ scopes: own });
    return api.callWith(key)('POST', '/api-keys', { name: 'Child', scopes: wanted });
  };

  test.each([
    [['admin'], ['full'], 'full'],
    [['admin'], ['emails:read'], 'emails:read'],
    [['admin', 'emails:read'], ['emails:read', 'emails:write'], 'emails:write'],
    [['admin', 'templates:write'], ['templates:read'], 'templates:read'],
    // All of them are not `full`, which a scope of a later release belongs to as well.
    [[...scopes], ['full'], 'full'],
  ])('%j does not make %j', async (own, wanted, required) => {
    const before = await api.prisma.apiKey.count();
    const answer = await makeAs(own, wanted);
    expect([answer.status, answer.body]).toMatchObject([
      403,
      { error: 'insufficient_scope', details: { required } },
    ]);
    expect(await api.prisma.apiKey.count()).toBe(before + 1);
  });

  test.each([
    [['admin'], ['admin']],
    [['admin', 'emails:read'], ['emails:read']],
    [['full'], ['full']],
    [['full'], ['admin', 'profiles:write']],
  ])('%j makes %j', async (own, wanted) => {
    expect(await makeAs(own, wanted)).toMatchObject({
      status: 201,
      body: { scopes: expect.arrayContaining(wanted) },
    });
  });
});
