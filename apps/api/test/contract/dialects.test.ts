import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem, errorOf, refusal } from './batch-items.ts';
import { anEmail, postWithKey } from './post-emails.ts';

let api: TestApi;
let workspace: TestWorkspace;
const from = 'news@acme.test';

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  await workspace.aSender({ fromEmail: from });
});
afterAll(() => api.close());

/** The issues of one send, with an `Idempotency-Key` and without: the dialect does not hang on it. */
async function issuesOfOne(body: unknown) {
  const path = '/emails';
  const plain = errorOf(await workspace.post(path, body));
  const keyed = errorOf(await postWithKey({ api, workspace }, { path, key: randomUUID(), body }));
  expect([plain.status, keyed.status, keyed.details]).toEqual([400, 400, plain.details]);
  return plain.details?.issues;
}

describe('one misspelt field of an email is named, and the rest of it is no item for it', () => {
  test.each<readonly [string, Json, string]>([
    ['replyTo', { replyTo: 'r@example.com' }, 'reply_to'],
    ['scheduledAt', { scheduledAt: '2026-12-24T18:00:00Z' }, 'scheduled_at'],
    ['idempotencyKey', { idempotencyKey: 'k' }, 'idempotency_key'],
    ['atachments', { atachments: [] }, 'attachments'],
    ['Html', { Html: '<p></p>' }, 'html'],
  ])('%s', async (name, field, meant) => {
    const expected = [{ path: name, message: `unknown field; did you mean ${meant}?` }];
    expect(await issuesOfOne(anEmail({ from, ...field }))).toEqual(expected);
    const batch = errorOf(await workspace.post('/emails/batch', { emails: [anEmail({ from, ...field })] }));
    expect(batch.details?.issues).toEqual([{ ...expected[0], path: `emails[0].${name}` }]);
  });

  test('data and several of them', async () => {
    expect(await issuesOfOne(anEmail({ from, data: {}, replyTo: 'r@x.example', scheduledAt: 'x' }))).toEqual([
      { path: 'data', message: expect.stringContaining('unknown field') },
      { path: 'replyTo', message: expect.stringContaining('reply_to') },
      { path: 'scheduledAt', message: expect.stringContaining('scheduled_at') },
    ]);
  });

  test('an address alone in to, which has to be a list', async () => {
    expect(await issuesOfOne(anEmail({ from, to: 'a@x.example' }))).toEqual([
      { path: 'to', message: 'must be an array of addresses' },
    ]);
  });
});

test('one misspelt field of an item is named, alone and in a batch', async () => {
  const templateId = await workspace.aTemplate();
  const body = { templateId, to: { email: 'a@example.com' }, reply_to: 'r@example.com', html: '<p></p>' };
  const answer = errorOf(await postWithKey({ api, workspace }, { path: '/emails', key: randomUUID(), body }));
  expect(answer.details?.issues).toEqual([
    { path: 'reply_to', message: 'unknown field; did you mean replyTo?' },
    { path: 'html', message: 'unknown field; remove it or check its spelling' },
  ]);
  const item = await refusal(workspace, anItem({ templateID: templateId, tracking: { click: true } }));
  expect(item.details?.issues).toEqual(
    expect.arrayContaining([
      { path: 'templateID', message: 'unknown field; did you mean templateId?' },
      { path: 'tracking.click', message: 'unknown field; did you mean clicks?' },
    ]),
  );
});

test.each<readonly [string, string, Json, string]>([
  ['a profile', '/profiles', { email: 'a@example.com', atributes: {} }, 'attributes'],
  ['a template', '/templates', { name: 'a', subject: 's', html: 'h', sampledata: {} }, 'sampleData'],
  [
    'a group',
    '/subscription-groups',
    { name: 'a', type: 'OptIn', marketing_default: true },
    'marketingDefault',
  ],
  ['a key', '/api-keys', { name: 'a', scope: ['admin'], scopes: ['admin'] }, 'scopes'],
])('the same goes for %s', async (_what, path, body, meant) => {
  expect(errorOf(await workspace.post(path, body))).toMatchObject({
    status: 400,
    details: { issues: [{ message: `unknown field; did you mean ${meant}?` }] },
  });
});

describe('what is no single send is told so, and asked for no key', () => {
  test.each([
    ['a list', [], '', 'must be an object'],
    ['a list of one', [anEmail({ from })], '', '/api/v1/emails/batch'],
    ['nothing in it', {}, '', 'must hold one send'],
    ['emails', { emails: [anEmail({ from })] }, 'emails', '/api/v1/emails/batch'],
    ['items', { items: [anItem()] }, 'items', '/api/v1/emails/batch'],
    ['what both dialects have', { from, subject: 'Hello' }, '', 'an email has'],
    ['a number', 1, '', ''],
  ])('%s', async (_what, body, path, message) => {
    const answer = errorOf(await workspace.post('/emails', body));
    expect(answer.status).toBe(400);
    expect(answer.message).not.toContain('Idempotency-Key');
    if (message === '') return;
    expect(answer.details?.issues).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(await issuesOfOne(body)).toEqual(answer.details?.issues);
  });
});

describe('a subject that shows nothing is refused', () => {
  test.each([
    ['spaces', '   '],
    ['no-break and ideographic spaces', '\u00a0\u3000'],
    ['a zero width space', '\u200b'],
    ['a soft hyphen and a joiner', '\u00ad\u200d'],
    ['a Hangul filler', '\u3164'],
    ['a tab', '\t'],
  ])('%s', async (_what, subject) => {
    const email = errorOf(await workspace.post('/emails', anEmail({ from, subject })));
    expect(email.details?.issues).toEqual([
      { path: 'subject', message: expect.stringContaining('not seen') },
    ]);
    const item = await refusal(workspace, anItem({ templateId: randomUUID(), subject }));
    expect(item).toMatchObject({ error: 'validation_failed', details: { issues: [{ path: 'subject' }] } });
    const template = errorOf(await workspace.post('/templates', { name: 'a', subject, html: 'h' }));
    expect(template.details?.issues).toMatchObject([{ path: 'subject' }]);
  });
});
