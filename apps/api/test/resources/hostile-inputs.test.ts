import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDraw } from '@postroom/testkit';
import * as z from 'zod';
import { type Call, errorOf, startResources, type TestApi, type TestWorkspace } from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;
/** A path of each kind that takes a body, with a body that it would accept. */
const targets: { readonly method: Parameters<Call>[0]; readonly path: string; readonly body: object }[] = [];

const creations: readonly [string, object][] = [
  ['/templates', { name: 'T', subject: 'S', html: 'H', text: 'X', sampleData: {} }],
  [
    '/sender-profiles',
    {
      name: 'S',
      fromEmail: 's@example.com',
      fromName: 'S',
      replyTo: 'r@example.com',
      configurationSet: 'c',
      tracking: {},
    },
  ],
  ['/profiles', { email: 'p@example.com', externalId: 'p', attributes: {} }],
  ['/subscription-groups', { name: 'G', type: 'OptIn', marketingDefault: false }],
  ['/suppressions', { email: 'x@example.com', reason: 'Manual', note: 'n' }],
  ['/api-keys', { name: 'K', scopes: ['full'], mode: 'live' }],
];

beforeAll(async () => {
  api = await startResources();
  workspace = await api.makeWorkspace();
  for (const [path, body] of creations) {
    const answer = await workspace.call('POST', path, body);
    const { id } = z.object({ id: z.string().optional() }).parse(answer.body);
    targets.push({ method: 'POST', path, body });
    if (id === undefined || path === '/api-keys') continue;
    targets.push({ method: 'PATCH', path: `${path}/${id}`, body });
    if (path === '/templates')
      targets.push({ method: 'POST', path: `${path}/${id}/preview`, body: { data: {} } });
    if (path === '/subscription-groups') {
      const put = { email: 'q@example.com', subscribed: true };
      targets.push({ method: 'PUT', path: `${path}/${id}/subscriptions`, body: put });
    }
  }
  const suppressions = [{ email: 'y@example.com' }];
  targets.push({ method: 'POST', path: '/suppressions/import', body: { suppressions } });
});
afterAll(() => api.close());

const deepJson = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const hostileValues: readonly [string, unknown][] = [
  ['NUL', 'a\u0000b'],
  ['a lone surrogate', 'a\ud800b'],
  ['a megabyte and more of text', 'x'.repeat(1_100_000)],
  ['a line break', 'a\r\nBcc: b@example.com'],
  ['SQL', "'; DROP TABLE templates; --"],
  ['a huge number', 1e308],
  ['a negative number', -1],
  ['true', true],
  ['null', null],
  ['an empty string', ''],
  ['an empty array', []],
  ['an array of arrays', [[[[]]]]],
  ['an empty object', {}],
  ['an object with NUL in a key', { 'a\u0000': 1 }],
  ['an object with half a surrogate pair inside', { a: ['\udfff'] }],
  ['an object that is nested 33 levels deep', JSON.parse(deepJson(33))],
  ['an object with a length and a toString', { length: 3, toString: 'x', toJSON: 1 }],
  ['a syntax tree in place of a template', { type: 'Program', body: [], strip: {} }],
];

test.each(createDraw()(hostileValues, 10))(
  '%s in any field of any route gets an answer that is no server error',
  async (_what, value) => {
    for (const { method, path, body } of targets) {
      for (const field of Object.keys(body)) {
        const { status } = await workspace.call(method, path, { ...body, [field]: value });
        expect([`${method} ${path} ${field}`, status < 500]).toEqual([`${method} ${path} ${field}`, true]);
      }
    }
  },
);

const rawBodies: readonly [string, string, number][] = [
  ['a number that overflows', '{"name":1e400,"attributes":{"a":1e400},"data":{"a":1e400}}', 400],
  ['a key named __proto__', '{"__proto__":{"admin":true}}', 400],
  ['a key named __proto__ in data', '{"data":{"__proto__":{"x":1}},"attributes":{"__proto__":1}}', 400],
  ['a value nested 50,000 levels deep', `{"data":${deepJson(50_000)},"attributes":${deepJson(50_000)}}`, 400],
  ['a constructor', '{"constructor":{"prototype":{"x":1}}}', 400],
  ['malformed JSON', '{"name":', 400],
  ['a bare string', '"hello"', 400],
  ['a bare number', '5', 400],
  ['null', 'null', 400],
  ['an array', '[]', 400],
  ['only white space', '   ', 400],
  ['nothing but opening brackets', '['.repeat(500_000), 400],
  ['a body that is too large', `{"name":"${'x'.repeat(1024 * 1024)}"}`, 413],
];

/** An import takes lists, and is read as it comes: no line of a list, it need not come to its end. */
const isOtherwise = (path: string, what: string) =>
  path === '/suppressions/import' && ['an array', 'a body that is too large'].includes(what);

test.each(rawBodies)('%s as the body is refused by every route', async (what, raw, status) => {
  for (const { method, path } of targets) {
    if (isOtherwise(path, what)) continue;
    const answer = await workspace.call(method, path, raw);
    expect([`${method} ${path}`, errorOf(answer).status]).toEqual([`${method} ${path}`, status]);
  }
});

describe('what is large and allowed', () => {
  test('html that JSON escapes to six times its size is taken', async () => {
    const html = '\u001f'.repeat(170_000);
    const answer = await workspace.call('POST', '/templates', { name: 'Large', subject: 'S', html });
    expect(answer.status).toBe(201);
  });

  test('numbers and text at the edge come back as they went in', async () => {
    const attributes = {
      tiny: 5e-324,
      huge: 1.7976931348623157e308,
      whole: Number.MAX_SAFE_INTEGER,
      text: '\u0001\u2028😀\uffff',
      constructor: { prototype: 'x' },
    };
    const { body } = await workspace.call('POST', '/profiles', { externalId: 'edge', attributes });
    expect(body).toMatchObject({ attributes });
  });
});

test('an escape in the path that is malformed is refused', async () => {
  for (const [path] of creations) {
    expect(errorOf(await workspace.call('GET', `${path}/%E0%A4%A`)).status).toBeLessThan(500);
  }
});
