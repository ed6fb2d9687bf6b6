import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stack, startTestStack } from '@postroom/testkit';
import { anItem } from '../contract/batch-items.ts';
import { anEmail } from '../contract/post-emails.ts';
import { envelopeOf, type RawRequest, sendRaw } from '../contract/raw-request.ts';
import { addressCases, contentCases, dataCases, type FieldCase, optionCases } from './field-cases.ts';

/** Whatever is posted is answered within this time, or the test fails. */
const answerWithinMs = 5_000;

let stack: Stack;
let templateId: string;

beforeAll(async () => {
  // A process of its own: one that died of an input would be missed by nothing here.
  stack = await startTestStack({ workers: 0 });
  templateId = await stack.makeTemplate();
});

afterAll(() => stack?.stop());

const json = { 'content-type': 'application/json' };
const from = 'hello@acme.test';

async function send(request: RawRequest) {
  const isLate = new Promise<never>((_, reject) => {
    AbortSignal.timeout(answerWithinMs).addEventListener('abort', () =>
      reject(new Error('no answer in 5 s')),
    );
  });
  const headers = { 'x-api-key': stack.key, ...request.headers };
  return Promise.race([sendRaw(stack.apiUrl, { ...request, headers }), isLate]);
}

const post = (body: unknown, headers: RawRequest['headers'] = {}) =>
  send({ headers: { ...json, ...headers }, body: JSON.stringify(body) });

const countRows = async () => {
  const [row] = await stack.database.rows('SELECT count(*)::int AS count FROM email_sends');
  return row?.count;
};

const cases: readonly FieldCase[] = [...addressCases, ...contentCases, ...dataCases, ...optionCases];
const ofItems = cases.flatMap(({ what, item, itemPath }) =>
  item ? [{ what, fields: item, path: itemPath }] : [],
);
const ofEmails = cases.flatMap(({ what, email, emailPath }) =>
  email ? [{ what, fields: email, path: emailPath }] : [],
);

test('there are more than 150 of them', () => {
  expect(ofItems.length + ofEmails.length).toBeGreaterThan(150);
});

test.each(ofItems)(
  'items dialect, $what: 200, and that item rejected validation_failed',
  async ({ fields, path }) => {
    const before = await countRows();
    const answer = await post({ items: [anItem({ templateId, from, ...fields })] });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      accepted: 0,
      rejected: 1,
      items: [{ status: 'rejected', error: 'validation_failed', details: { issues: [{ path }] } }],
    });
    expect(await countRows()).toBe(before);
  },
);

test.each(ofEmails)('emails dialect, $what: 400 validation_failed', async ({ fields, path }) => {
  const before = await countRows();
  const answer = await post({ emails: [anEmail({ from }), anEmail({ from, ...fields })] });
  expect([answer.status, envelopeOf(answer).error]).toEqual([400, 'validation_failed']);
  expect(envelopeOf(answer).details).toMatchObject({ issues: [{ path: `emails[1].${path}` }] });
  expect(await countRows()).toBe(before);
});

describe('the request as a whole', () => {
  const good = () => ({ emails: [anEmail({ from })] });
  const asText = (text: string): RawRequest => ({ headers: json, body: text });
  const rows: readonly (readonly [string, number, string, () => RawRequest])[] = [
    ['no key', 401, 'unauthorized', () => ({ headers: { 'x-api-key': '' }, body: '{}' })],
    ['a key that is none', 401, 'unauthorized', () => ({ headers: { 'x-api-key': 'secret' }, body: '{}' })],
    [
      'an unknown key',
      401,
      'unauthorized',
      () => ({ headers: { 'x-api-key': `sk_live_${'z'.repeat(32)}` }, body: '{}' }),
    ],
    [
      'a key with SQL',
      401,
      'unauthorized',
      () => ({ headers: { 'x-api-key': "sk_live_' OR 1=1 --aaaaaaaaaaaaaaaaaaaaa" }, body: '{}' }),
    ],
    [
      'two keys',
      401,
      'unauthorized',
      () => ({ headers: { 'x-api-key': [stack.key, stack.key] }, body: '{}' }),
    ],
    [
      'a form',
      415,
      'unsupported_media_type',
      () => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'emails=1' }),
    ],
    [
      'XML',
      415,
      'unsupported_media_type',
      () => ({ headers: { 'content-type': 'text/xml' }, body: '<emails/>' }),
    ],
    [
      'a bad charset',
      415,
      'unsupported_media_type',
      () => ({ headers: { 'content-type': 'application/json; charset=klingon' }, body: '{}' }),
    ],
    [
      'broken gzip',
      400,
      'validation_failed',
      () => ({ headers: { ...json, 'content-encoding': 'gzip' }, body: 'not gzip' }),
    ],
    ['no body', 400, 'validation_failed', () => ({ headers: json })],
    ['half a body', 400, 'validation_failed', () => asText('{"emails": [{"from"')],
    ['a string', 400, 'validation_failed', () => asText('"emails"')],
    ['null', 400, 'validation_failed', () => asText('null')],
    ['emails that are null', 400, 'validation_failed', () => asText('{"emails": null}')],
    ['emails that are an object', 400, 'validation_failed', () => asText('{"emails": {"0": {}}}')],
    ['emails that hold null', 400, 'validation_failed', () => asText('{"emails": [null]}')],
    ['emails that hold numbers', 400, 'validation_failed', () => asText('{"emails": [1, 2]}')],
    ['emails that hold lists', 400, 'validation_failed', () => asText('{"emails": [[]]}')],
    ['no emails', 400, 'validation_failed', () => asText('{"emails": []}')],
    [
      '1,001 emails',
      400,
      'validation_failed',
      () => asText(JSON.stringify({ emails: Array.from({ length: 1001 }, () => anEmail({ from })) })),
    ],
    ['a million emails', 400, 'validation_failed', () => asText(`{"emails": [${'0,'.repeat(1e6)}0]}`)],
    [
      'both dialects',
      400,
      'validation_failed',
      () => asText(JSON.stringify({ ...good(), items: [anItem()] })),
    ],
    [
      'emails and defaults',
      400,
      'validation_failed',
      () => asText(JSON.stringify({ ...good(), defaults: {} })),
    ],
    ['an unknown field', 400, 'validation_failed', () => asText(JSON.stringify({ ...good(), async: true }))],
    [
      '__proto__',
      400,
      'validation_failed',
      () => asText('{"emails": [null], "__proto__": {"from": "a@b.co"}}'),
    ],
    [
      '__proto__ in an email',
      400,
      'validation_failed',
      () => asText('{"emails": [{"__proto__": {"from": "a@b.co"}}]}'),
    ],
    [
      'emails nested 100,000 deep',
      400,
      'validation_failed',
      () => asText(`{"emails": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
    ],
    ['a huge number', 400, 'validation_failed', () => asText('{"emails": 1e999}')],
    [
      'an Idempotency-Key of 256',
      400,
      'validation_failed',
      () => ({ headers: { ...json, 'idempotency-key': 'k'.repeat(256) }, body: JSON.stringify(good()) }),
    ],
    [
      'an Idempotency-Key of bytes',
      400,
      'validation_failed',
      () => ({ headers: { ...json, 'idempotency-key': 'k\u00e9' }, body: JSON.stringify(good()) }),
    ],
    [
      'an unknown parameter',
      400,
      'validation_failed',
      () => ({ path: '/api/v1/emails/batch?debug=1', ...asText(JSON.stringify(good())) }),
    ],
    [
      'dryRun=yes',
      400,
      'validation_failed',
      () => ({ path: '/api/v1/emails/batch?dryRun=yes', ...asText(JSON.stringify(good())) }),
    ],
    ['another method', 404, 'not_found', () => ({ method: 'PUT', ...asText(JSON.stringify(good())) })],
    [
      'another path',
      404,
      'not_found',
      () => ({ path: '/api/v1/emails/batches', ...asText(JSON.stringify(good())) }),
    ],
    ['a path that is no URI', 404, 'not_found', () => ({ path: '/api/v1/emails/%zz/x', ...asText('{}') })],
    [
      'a single email without its fields',
      400,
      'validation_failed',
      () => ({ path: '/api/v1/emails', ...asText('{"html": "x"}') }),
    ],
    [
      'a single item without its key',
      400,
      'validation_failed',
      () => ({ path: '/api/v1/emails', ...asText('{"templateId": "x"}') }),
    ],
    ['a single list', 400, 'validation_failed', () => ({ path: '/api/v1/emails', ...asText('[]') })],
  ];

  test.each(rows)('%s: %i %s', async (_what, status, code, request) => {
    const before = await countRows();
    const answer = await send(request());
    expect([answer.status, envelopeOf(answer).error]).toEqual([status, code]);
    expect(await countRows()).toBe(before);
  });
});

describe('a list of sends', () => {
  test.each([
    'limit=0',
    'limit=101',
    'limit=ten',
    'limit=1.5',
    'limit=-1',
    'limit=1&limit=2',
    'limit=1e400',
    'offset=-1',
    'offset=10001',
    'offset=x',
    'cursor=x',
    'cursor=',
    'cursor=AAAA&offset=1',
    'status=lost',
    'status=Queued&status=Sent',
    'to=nobody',
    'to=%00',
    'tag=',
    'tag=%00',
    'template_id=1',
    'batch_id=em_01h455vb4pex5vsknk084sn02q',
    'created_after=yesterday',
    'created_after=2026-01-01',
    'created_before=0000-01-01T00:00:00Z',
    'sort=asc',
    '__proto__=1',
  ])('?%s: 400 validation_failed', async (query) => {
    const answer = await send({ method: 'GET', path: `/api/v1/emails?${query}`, headers: {} });
    expect([answer.status, envelopeOf(answer).error]).toEqual([400, 'validation_failed']);
  });
});

describe('an id', () => {
  const ids = [
    '1',
    'em_',
    `em_${'z'.repeat(26)}`,
    randomUUID(),
    '%00',
    "'",
    'a'.repeat(5000),
    '..%2f..',
    encodeURIComponent('🙂'),
  ];
  const routes = [
    ['GET', ''],
    ['GET', '/events'],
    ['POST', '/cancel'],
    ['POST', '/retry'],
  ] as const;
  test.each(ids.flatMap((id) => routes.map(([method, action]) => [method, id, action] as const)))(
    '%s /emails/%s%s: 404 not_found',
    async (method, id, action) => {
      const path = `/api/v1/emails/${id}${action}`;
      const answer = await send({ method, path, headers: {} });
      expect([answer.status, envelopeOf(answer).error]).toEqual([404, 'not_found']);
    },
  );
});

test('after all that the process is the one that was started, and takes mail', async () => {
  expect(stack.api().isRunning()).toBe(true);
  const answer = await post({ emails: [anEmail({ from })] });
  expect(JSON.parse(answer.text)).toMatchObject({ count: 1, emails: [{ status: 'queued' }] });
});
