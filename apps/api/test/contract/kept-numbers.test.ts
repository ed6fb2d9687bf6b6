import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemsBatchResponseSchema } from '@postroom/contracts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem, errorOf, issuePathsOf, rejectedOf, single } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const post = (path: string, body: string, method = 'POST') =>
  api.call(`/api/v1${path}`, { method, body, headers: { 'x-api-key': workspace.key } });

/** An item as JSON text, with more fields that JSON.stringify could not write. */
const withFields = (fields: string, overrides = {}) =>
  `${JSON.stringify(anItem({ templateId, ...overrides })).slice(0, -1)}, ${fields}}`;

describe('what would not arrive in the mail as it was sent rejects its item, by path:', () => {
  test.each([
    ['a whole number above 2^53', '"data": {"id": 9007199254740993}', 'data.id'],
    ['a 64-bit id deep down', '"data": {"a": [{"b": [1, 18446744073709551615]}]}', 'data.a[0].b[1]'],
    [
      'an id of 22 digits that would be printed as 1e+21',
      '"data": {"id": 1000000000000000000000}',
      'data.id',
    ],
    ['a fraction that would be printed as 1e-7', '"data": {"n": 0.0000001}', 'data.n'],
    ['a number that would become 0', '"data": {"n": 1e-400}', 'data.n'],
    ['a number out of range', '"data": {"n": -1e400}', 'data.n'],
    ['a number with too many digits', '"data": {"pi": 3.14159265358979323846}', 'data.pi'],
    ['a negative one above 2^53', '"data": {"n": [[-9007199254740995]]}', 'data.n[0][0]'],
    ['a field of data that stands twice', '"data": {"a": 1, "b": 2, "a": 3}', 'data.a'],
    ['the same, spelt with an escape', '"data": {"x": {"a": 1, "\\u0061": 3}}', 'data.x.a'],
    ['data that stands twice', '"data": {"a": 1}, "data": {"b": 1}', 'data'],
    ['a header that stands twice', '"headers": {"X-Order": "1", "X-Order": "2"}', 'headers.X-Order'],
    ['an idempotency key that stands twice', '"idempotencyKey": "another"', 'idempotencyKey'],
    ['a subject that stands twice', '"subject": "first", "subject": "last"', 'subject'],
    ['an address that stands twice', '"replyTo": "a@b.co", "replyTo": "a@b.co"', 'replyTo'],
    ['copies, spelt with an escape', '"cc": [], "c\\u0063": ["c@d.co"]', 'cc'],
    [
      'a choice within a field that stands twice',
      '"tracking": {"opens": true, "opens": false}',
      'tracking.opens',
    ],
    [
      'a field of an attachment that stands twice',
      '"attachments": [{"filename": "a.txt", "content": "YQ==", "content": "Yg=="}]',
      'attachments[0].content',
    ],
  ])('%s', async (_what, fields, path) => {
    const body = `{"items": [${withFields('"tags": []')}, ${withFields(fields)}, ${withFields('"cc": []')}]}`;
    const answer = await post('/emails/batch', body);
    expect(answer.status).toBe(200);
    const { items, accepted } = itemsBatchResponseSchema.parse(answer.body);
    expect([accepted, items.map(({ status }) => status)]).toEqual([2, ['accepted', 'rejected', 'accepted']]);
    const rejected = rejectedOf(single(items.slice(1, 2)));
    expect([rejected.error, issuePathsOf(rejected.details)]).toEqual(['validation_failed', [path]]);
    expect(rejected.message.startsWith(path)).toBe(true);
  });

  test.each([
    ['a number in each', (_at: number) => '"data": {"id": 9007199254740993}', 'data.id'],
    [
      'many in the first, and a field twice in the others',
      (at: number) =>
        at === 0 ? `"data": {"id": [${'1e400,'.repeat(2_000)}0]}` : '"data": {"x": {"a": 1, "a": 2}}',
      'data.x.a',
    ],
    ['a key twice in each', (at: number) => `"idempotencyKey": "of-${at}"`, 'idempotencyKey'],
  ])('however many items there are: %s', async (_what, fieldsOf, lastPath) => {
    const flawed = Array.from({ length: 99 }, (_, at) => withFields(fieldsOf(at)));
    const whole = JSON.stringify(anItem({ templateId }));
    const answer = await post('/emails/batch', `{"items": [${[...flawed, whole].join(',')}]}`);
    const { items } = itemsBatchResponseSchema.parse(answer.body);
    expect(items.map(({ status }) => status)).toEqual([...flawed.map(() => 'rejected'), 'accepted']);
    expect(issuePathsOf(rejectedOf(items.slice(0, -1).at(-1)).details)).toEqual([lastPath]);
  });

  test('a field named __proto__ beside a send on its own refuses it by name', async () => {
    const own = JSON.stringify({ templateId, to: { email: 'a@example.com' } });
    const answer = await api.call('/api/v1/emails', {
      method: 'POST',
      headers: { 'x-api-key': workspace.key, 'idempotency-key': 'proto' },
      body: `${own.slice(0, -1)},"__proto__":{"subject":"s"}}`,
    });
    expect([answer.status, issuePathsOf(errorOf(answer).details)]).toEqual([400, ['__proto__']]);
  });

  test('two numbers that JavaScript holds for one do not replay each other', async () => {
    const idempotencyKey = `key-${Date.now()}`;
    const send = async (id: string) => {
      const body = `{"items": [${withFields(`"data": {"id": ${id}}`, { idempotencyKey })}]}`;
      return itemsBatchResponseSchema.parse((await post('/emails/batch', body)).body).items[0]?.status;
    };
    expect([await send('9007199254740992'), await send('9007199254740993')]).toEqual([
      'accepted',
      'rejected',
    ]);
  });

  test.each([
    '1.10',
    '-0',
    '1e3',
    '9007199254740991',
    '5e-324',
    '0.1',
    '1767225600000',
    '0.10000000000000001',
  ])('and %s is an ordinary number', async (literal) => {
    const answer = await post('/emails/batch', `{"items": [${withFields(`"data": {"n": ${literal}}`)}]}`);
    expect(answer.body).toMatchObject({ accepted: 1 });
  });
});

describe('and refuses the request, by path, in', () => {
  const big = '9007199254740993';
  const email = '"from": "a@acme.test", "to": ["b@example.com"], "subject": "s", "text": "t"';
  test.each([
    ['one send', '/emails', `{"templateId": "x", "data": {"id": ${big}}}`, 'data.id'],
    [
      'emails',
      '/emails/batch',
      `{"emails": [{${email}}, {${email}, "headers": {"X": ${big}}}]}`,
      'emails[1].headers.X',
    ],
    [
      'defaults',
      '/emails/batch',
      `{"items": [{}], "defaults": {"headers": {"X-A": "1", "X-A": "2"}}}`,
      'defaults.headers.X-A',
    ],
    ['attributes', '/profiles', `{"externalId": "e", "attributes": {"crm": [${big}]}}`, 'attributes.crm[0]'],
    [
      'sample data',
      '/templates',
      `{"name": "n", "subject": "s", "html": "h", "sampleData": {"a": {"id": ${big}}}}`,
      'sampleData.a.id',
    ],
    ['items that stand twice', '/emails/batch', '{"items": [{}], "items": [{}]}', 'items'],
    [
      'defaults, however much is wrong with its items',
      '/emails/batch',
      `{"items": [${'{"data": {"id": 1e400}},'.repeat(99)}{}], "defaults": {"data": {"id": ${big}}}}`,
      'defaults.data.id',
    ],
    [
      'a default that stands twice',
      '/emails/batch',
      '{"items": [{}], "defaults": {"subject": "a", "subject": "b"}}',
      'defaults.subject',
    ],
    [
      'a field of an email that stands twice',
      '/emails/batch',
      `{"emails": [{${email}}, {${email}, "subject": "t"}]}`,
      'emails[1].subject',
    ],
    ['a field of one send that stands twice', '/emails', `{${email}, "to": ["c@d.co"]}`, 'to'],
    ['an address of a profile', '/profiles', '{"email": "a@b.co", "email": "c@d.co"}', 'email'],
    [
      'scopes of a key',
      '/api-keys',
      '{"name": "k", "scopes": ["emails:read"], "scopes": ["full"]}',
      'scopes',
    ],
    [
      'attributes that repeat a name',
      '/profiles',
      '{"externalId": "e", "attributes": {"a": 1, "a": 2}}',
      'attributes.a',
    ],
  ])('%s', async (_what, path, body, issue) => {
    const { status, error, details } = errorOf(await post(path, body));
    expect([status, error, issuePathsOf(details)]).toEqual([400, 'validation_failed', [issue]]);
  });

  test('the data of a preview', async () => {
    const answer = await post(`/templates/${templateId}/preview`, `{"data": {"id": ${big}}}`);
    expect(issuePathsOf(errorOf(answer).details)).toEqual(['data.id']);
    expect(JSON.stringify(answer.body)).toContain('Send it as text');
  });
});
