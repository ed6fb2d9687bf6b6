import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { errorEnvelopeSchema, type Scope } from '@postroom/contracts';
import * as z from 'zod';
import {
  type Call,
  errorOf,
  startResources,
  type TestApi,
  type TestWorkspace,
  unknownId,
} from './start-resources.ts';

let api: TestApi;
let ours: TestWorkspace;
let theirs: TestWorkspace;
/** The ids of what the other workspace has, by path. */
const foreignIds = new Map<string, string>();

const template = { name: 'T', subject: 'S', html: 'H' };
const email = 'secret@example.com';

const creations: readonly [string, object][] = [
  ['/templates', template],
  ['/sender-profiles', { name: 'S', fromEmail: email }],
  ['/profiles', { email }],
  ['/subscription-groups', { name: 'G', type: 'OptIn', marketingDefault: true }],
  ['/suppressions', { email }],
  ['/api-keys', { name: 'K', scopes: ['full'] }],
];

type Method = Parameters<Call>[0];

type RouteById = {
  readonly method: Method;
  readonly path: string;
  readonly action: string;
  readonly body?: unknown;
};

/** Every route that names one resource. */
const routesById: readonly RouteById[] = [
  { method: 'GET', path: '/templates', action: '' },
  { method: 'GET', path: '/templates', action: '/versions' },
  { method: 'GET', path: '/templates', action: '/versions/1' },
  { method: 'PATCH', path: '/templates', action: '', body: { name: 'Stolen', subject: 'New' } },
  { method: 'POST', path: '/templates', action: '/archive' },
  { method: 'POST', path: '/templates', action: '/unarchive' },
  { method: 'POST', path: '/templates', action: '/duplicate' },
  { method: 'POST', path: '/templates', action: '/preview', body: {} },
  { method: 'GET', path: '/sender-profiles', action: '' },
  { method: 'PATCH', path: '/sender-profiles', action: '', body: { name: 'Stolen' } },
  { method: 'POST', path: '/sender-profiles', action: '/check-tracking-host' },
  { method: 'GET', path: '/profiles', action: '' },
  { method: 'PATCH', path: '/profiles', action: '', body: { attributes: { stolen: true } } },
  { method: 'GET', path: '/subscription-groups', action: '' },
  { method: 'PATCH', path: '/subscription-groups', action: '', body: { marketingDefault: false } },
  {
    method: 'PUT',
    path: '/subscription-groups',
    action: '/subscriptions',
    body: { email: 'a@example.com', subscribed: true },
  },
  { method: 'DELETE', path: '/api-keys', action: '' },
];

beforeAll(async () => {
  api = await startResources();
  [ours, theirs] = [await api.makeWorkspace(), await api.makeWorkspace()];
  for (const [path, body] of creations) {
    const answer = await theirs.call('POST', path, body);
    const { id } = z.object({ id: z.string().optional() }).parse(answer.body);
    if (id !== undefined) foreignIds.set(path, id);
  }
});
afterAll(() => api.close());

async function everythingOf(workspace: TestWorkspace) {
  const lists = await Promise.all(creations.map(([path]) => workspace.call('GET', path)));
  return lists.map(({ body }) => body);
}

test.each(routesById)(
  '$method $path/:id$action answers another workspace as if there were nothing',
  async ({ method, path, action, body }) => {
    const before = await everythingOf(theirs);
    const errors = [];
    for (const id of [foreignIds.get(path), unknownId, 'not-a-uuid', '%00', '..%2f', 'x'.repeat(2_000)]) {
      const answer = await ours.call(method, `${path}/${id}${action}`, body);
      expect(answer.status).toBe(404);
      const { requestId, ...error } = errorEnvelopeSchema.parse(answer.body);
      errors.push(error);
    }
    expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1);
    expect(errors[0]?.error).toBe('not_found');
    expect(await everythingOf(theirs)).toEqual(before);
  },
);

test.each(['GET', 'DELETE'] as const)(
  '%s /suppressions/:email answers another workspace as if there were nothing',
  async (method) => {
    const before = await everythingOf(theirs);
    for (const address of [email, 'nobody@example.com', 'not-an-address', '%00', '@', 'x'.repeat(2_000)]) {
      const answer = await ours.call(method, `/suppressions/${address}`);
      expect(errorOf(answer)).toEqual({ status: 404, code: 'not_found', details: undefined });
    }
    expect(await everythingOf(theirs)).toEqual(before);
  },
);

test.each(creations.map(([path]) => path))('GET %s lists nothing of another workspace', async (path) => {
  const fresh = await api.makeWorkspace();
  const { body } = await fresh.call('GET', path);
  expect(JSON.stringify(body)).not.toContain(foreignIds.get(path) ?? email);
  for (const query of ['/profiles', '/suppressions'].includes(path) ? [`?email=${email}`] : []) {
    expect((await fresh.call('GET', `${path}${query}`)).body).toEqual({ data: [], nextCursor: null });
  }
});

test('what one workspace has taken is free in another, and neither changes the other', async () => {
  const before = await everythingOf(theirs);
  const fresh = await api.makeWorkspace();
  for (const [path, body] of creations) {
    expect((await fresh.call('POST', path, body)).status).toBe(201);
  }
  const imported = await fresh.call('POST', '/suppressions/import', { suppressions: [{ email }] });
  expect(imported.body).toMatchObject({ total: 1, added: 0, unchanged: 1 });
  expect(await everythingOf(theirs)).toEqual(before);
});

describe('scopes', () => {
  const needs = (family: string, method: Method, action: string): Scope => {
    if (family === '/suppressions' || family === '/api-keys') return 'admin';
    const kind = family === '/templates' || family === '/sender-profiles' ? 'templates' : 'profiles';
    return method === 'GET' || action === '/preview' ? `${kind}:read` : `${kind}:write`;
  };
  const routes: readonly [Method, string, Scope][] = [
    ...routesById.map(({ method, path, action }): [Method, string, Scope] => [
      method,
      `${path}/${unknownId}${action}`,
      needs(path, method, action),
    ]),
    ...creations.flatMap(([path]): [Method, string, Scope][] => [
      ['GET', path, needs(path, 'GET', '')],
      ['POST', path, needs(path, 'POST', '')],
    ]),
    ['GET', `/suppressions/${email}`, 'admin'],
    ['DELETE', `/suppressions/${email}`, 'admin'],
    ['POST', '/suppressions/import', 'admin'],
    ['GET', '/suppressions/export', 'admin'],
    ['GET', '/rates', 'admin'],
    ['POST', '/rates/resume', 'admin'],
  ];
  const others: readonly Scope[] = [
    'emails:write',
    'emails:read',
    'templates:write',
    'templates:read',
    'profiles:write',
    'profiles:read',
    'admin',
  ];

  test.each(routes)('%s %s needs %s and nothing else', async (method, path, required) => {
    const without = await ours.callAs(...others.filter((scope) => scope !== required));
    expect(errorOf(await without(method, path))).toEqual({
      status: 403,
      code: 'insufficient_scope',
      details: { required },
    });
    const withScope = await ours.callAs(required);
    expect([200, 201, 400, 404]).toContain((await withScope(method, path)).status);
  });

  test.each(routes)('%s %s without a key is a 401', async (method, path) => {
    const answer = await api.callWith('sk_live_nobody-has-a-key-like-this-one')(
      method,
      path,
      method === 'GET' ? undefined : '{"half":',
    );
    expect(errorOf(answer)).toMatchObject({ status: 401, code: 'unauthorized' });
  });
});
