import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, anItem, errorOf, issuePathsOf, refusal, unknownId } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender({ fromEmail: 'hello@acme.test' });
  templateId = await workspace.aTemplate({ senderProfileId });
});
afterAll(() => api.close());

const item = (overrides: Json) => anItem({ templateId, ...overrides });
const rowOf = (id: string) => api.prisma.emailSend.findUniqueOrThrow({ where: { id } });

/** Data whose JSON text is exactly so many bytes. */
const dataOf = (bytes: number) => ({ filler: 'x'.repeat(bytes - '{"filler":""}'.length) });
const nested = (levels: number): unknown => (levels === 0 ? 1 : { deeper: nested(levels - 1) });

describe('a field is accepted when it keeps its rule:', () => {
  const good: readonly (readonly [rule: string, fields: Json])[] = [
    ['idempotencyKey of 1 character', { idempotencyKey: 'k' }],
    ['idempotencyKey of 255 characters', { idempotencyKey: 'k'.repeat(255) }],
    ['idempotencyKey of any characters', { idempotencyKey: ' ключ/"\n😀' }],
    ['from as a bare address', { from: 'hello@acme.test' }],
    ['from with a name', { from: 'Acme <hello@acme.test>' }],
    ['from of 320 characters', { from: `"${'n'.repeat(320 - 20)}" <hello@acme.test>` }],
    ['replyTo as a bare address', { replyTo: 'a@b.co' }],
    ['replyTo with a name', { replyTo: '"Doe, Jane" <a@b.co>' }],
    ['subject of 1 character', { subject: 's' }],
    ['subject of 998 characters', { subject: 's'.repeat(998) }],
    ['data of 256 KiB', { data: dataOf(256 * 1024) }],
    ['data nested 32 levels deep', { data: nested(32) }],
    ['empty data', { data: {} }],
    ['empty tracking', { tracking: {} }],
    ['empty cc and bcc arrays', { cc: [], bcc: [] }],
    [
      'null for whatever may be left out',
      Object.fromEntries(
        [
          ...['profileId', 'senderProfileId', 'from', 'replyTo', 'subject', 'subscriptionGroupId'],
          ...['cc', 'bcc', 'data', 'tracking'],
        ].map((field) => [field, null]),
      ),
    ],
  ];
  test.each(good)('%s', async (_rule, fields) => {
    expect(await accept(workspace, item(fields))).toMatchObject({ status: 'Queued' });
  });
});

describe('an item is rejected, by path, for', () => {
  const bad: readonly (readonly [rule: string, path: string, fields: Json])[] = [
    ['a missing idempotencyKey', 'idempotencyKey', { idempotencyKey: undefined }],
    ['a null idempotencyKey', 'idempotencyKey', { idempotencyKey: null }],
    ['an empty idempotencyKey', 'idempotencyKey', { idempotencyKey: '' }],
    ['an idempotencyKey of 256 characters', 'idempotencyKey', { idempotencyKey: 'k'.repeat(256) }],
    ['a number as idempotencyKey', 'idempotencyKey', { idempotencyKey: 7 }],
    ['U+0000 in idempotencyKey', 'idempotencyKey', { idempotencyKey: 'a\u0000b' }],
    ['half a surrogate pair in idempotencyKey', 'idempotencyKey', { idempotencyKey: 'a\ud83d' }],
    ['a missing templateId', 'templateId', { templateId: undefined }],
    ['a templateId that is no UUID', 'templateId', { templateId: 'welcome' }],
    ['a profileId that is no UUID', 'profileId', { profileId: 'jane' }],
    ['a senderProfileId that is no UUID', 'senderProfileId', { senderProfileId: {} }],
    ['a subscriptionGroupId that is no UUID', 'subscriptionGroupId', { subscriptionGroupId: 1 }],
    ['a missing to', 'to', { to: undefined }],
    ['a null to', 'to', { to: null }],
    ['a to that is a string', 'to', { to: 'a@b.co' }],
    ['a to that names nobody', 'to', { to: {} }],
    ['a to of nulls', 'to', { to: { email: null, externalId: null } }],
    ['a to.email with a name', 'to.email', { to: { email: 'Jane <jane@example.com>' } }],
    ['two addresses in to.email', 'to.email', { to: { email: 'a@b.co,c@d.co' } }],
    ['an empty to.email', 'to.email', { to: { email: '' } }],
    ['CR LF in to.email', 'to.email', { to: { email: 'a@b.co\r\nBcc: c@d.co' } }],
    ['a non-ASCII local part, which SES cannot deliver', 'to.email', { to: { email: 'é@b.co' } }],
    ['an empty to.externalId', 'to.externalId', { to: { externalId: '' } }],
    ['U+0000 in to.externalId', 'to.externalId', { to: { email: 'a@b.co', externalId: '\u0000' } }],
    ['an empty from', 'from', { from: '' }],
    ['a from of 321 characters', 'from', { from: `"${'n'.repeat(321 - 20)}" <hello@acme.test>` }],
    ['a from that is an object', 'from', { from: { email: 'hello@acme.test' } }],
    ['two addresses in from', 'from', { from: 'hello@acme.test, a@b.co' }],
    ['CR LF in the name of from', 'from', { from: 'Acme\r\nBcc: a@b.co <hello@acme.test>' }],
    ['a comma in an unquoted name', 'from', { from: 'Acme, Inc. <hello@acme.test>' }],
    ['an address where the name belongs', 'from', { from: 'a@evil.com <hello@acme.test>' }],
    ['two addresses in replyTo', 'replyTo', { replyTo: 'a@b.co, c@d.co' }],
    ['a list as replyTo', 'replyTo', { replyTo: ['a@b.co'] }],
    ['an empty subject', 'subject', { subject: '' }],
    ['a subject of 999 characters', 'subject', { subject: 's'.repeat(999) }],
    ['a subject of two lines', 'subject', { subject: 'Hi\r\nBcc: a@b.co' }],
    ['U+0000 in subject', 'subject', { subject: 'a\u0000' }],
    ['a number as cc', 'cc', { cc: 5 }],
    ['a bad address in a cc list', 'cc', { cc: 'a@b.co, nobody' }],
    ['a bad address in a cc array', 'cc', { cc: ['a@b.co', 'nobody'] }],
    ['an empty cc', 'cc', { cc: '' }],
    ['null in a bcc array', 'bcc', { bcc: [null] }],
    ['a string as data', 'data', { data: '{}' }],
    ['an array as data', 'data', { data: [] }],
    ['data over 256 KiB', 'data', { data: dataOf(256 * 1024 + 1) }],
    ['data nested 33 levels deep', 'data', { data: nested(33) }],
    ['U+0000 in data', 'data', { data: { a: { b: ['\u0000'] } } }],
    ['U+0000 in a key of data', 'data', { data: { 'a\u0000': 1 } }],
    ['half a surrogate pair in data', 'data', { data: { a: 'x\udc00' } }],
    ['tracking that is true', 'tracking', { tracking: true }],
    ['tracking.clicks that is no boolean', 'tracking.clicks', { tracking: { clicks: 'true' } }],
    ['tracking.opens that is no boolean', 'tracking.opens', { tracking: { opens: 1 } }],
    ['an unknown key', 'colour', { colour: 'red' }],
    ['an unknown key with U+0000', 'a\u0000b', { 'a\u0000b': 1 }],
    ['an unknown key that is half a surrogate pair', '\ud800', { '\ud800': 1 }],
    ['a field of the other dialect', 'reply_to', { reply_to: 'a@b.co' }],
    ['an unknown key in to', 'to.phone', { to: { email: 'a@b.co', phone: '1' } }],
    ['an unknown key in tracking', 'tracking.hovers', { tracking: { hovers: true } }],
  ];
  test.each(bad)('%s', async (_rule, path, fields) => {
    const { error, details } = await refusal(workspace, item(fields));
    expect({ error, paths: issuePathsOf(details) }).toEqual({ error: 'validation_failed', paths: [path] });
  });

  test('several unknown keys, each by its name', async () => {
    const { details } = await refusal(workspace, item({ a: 1, b: { c: 1 }, tracking: { d: 1, e: 2 } }));
    expect(issuePathsOf(details).toSorted()).toEqual(['a', 'b', 'tracking.d', 'tracking.e']);
  });
});

describe('what is named has to exist in the workspace:', () => {
  test.each(['templateId', 'senderProfileId', 'subscriptionGroupId', 'profileId'])(
    'an unknown %s is rejected not_found',
    async (field) => {
      const { error, details } = await refusal(workspace, item({ [field]: unknownId }));
      expect({ error, details }).toEqual({ error: 'not_found', details: { field } });
    },
  );

  test('an id of another workspace looks like a missing one', async () => {
    const other = await api.makeWorkspace();
    const ids = {
      templateId: await other.aTemplate(),
      senderProfileId: await other.aSender(),
      subscriptionGroupId: await other.aGroup(),
      profileId: await other.aProfile(),
    };
    for (const [field, id] of Object.entries(ids)) {
      const theirs = await refusal(workspace, item({ [field]: id }));
      const missing = await refusal(workspace, item({ [field]: unknownId }));
      const mask = (text: string) => text.replace(id, '<id>').replace(unknownId, '<id>');
      expect({ ...theirs, idempotencyKey: '', message: mask(theirs.message) }).toEqual({
        ...missing,
        idempotencyKey: '',
        message: mask(missing.message),
      });
    }
  });
});

describe('the subject', () => {
  test('given: it is final text, and no template', async () => {
    const send = await accept(workspace, item({ subject: 'Literally {{name}}' }));
    expect(send.subject).toBe('Literally {{name}}');
    expect((await rowOf(send.id)).subject).toBe('Literally {{name}}');
  });

  test('is kept and shown as it is mailed', async () => {
    const subject = '\ta\u2028\u0085b ';
    const send = await accept(workspace, item({ subject }));
    expect([send.subject, (await rowOf(send.id)).subject]).toEqual(['a b', 'a b']);
    const html = '<p>Hi</p>';
    const emails = [{ from: 'hello@acme.test', to: ['a@example.com'], html, subject }];
    expect((await workspace.post('/emails/batch', { emails })).body).toMatchObject({
      emails: [{ status: 'queued', subject: 'a b' }],
    });
  });

  test('omitted: the template’s subject is frozen and left to the worker to render', async () => {
    const template = await workspace.aTemplate({ subject: 'Hi {{#if name}}{{name}}{{/if}}' });
    const send = await accept(workspace, item({ templateId: template }));
    expect(send.subject).toBe('Hi {{#if name}}{{name}}{{/if}}');
    expect((await rowOf(send.id)).subject).toBeNull();
  });
});

test('data is stored as it came', async () => {
  const data = { list: [1, 2.5, -0.1, null, true, 'é😀'], deep: { constructor: 'x', toString: 1 }, '': '' };
  expect((await rowOf((await accept(workspace, item({ data }))).id)).data).toEqual(data);
});

test('ids may be written in capitals', async () => {
  const send = await accept(workspace, item({ templateId: templateId.toUpperCase() }));
  expect(send.templateId).toBe(templateId);
});

test('a subscription group is kept on the send, for the worker to ask at send time', async () => {
  const subscriptionGroupId = await workspace.aGroup();
  const send = await accept(workspace, item({ subscriptionGroupId }));
  expect(send.subscriptionGroupId).toBe(subscriptionGroupId);
  expect((await rowOf(send.id)).lane).toBe('marketing');
});

test('an absurd number of unknown keys is refused with a short answer', async () => {
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`unknown-key-${at}`, 0]));
  const answer = await workspace.post('/emails/batch', { items: [item(keys)] });
  expect(answer.status).toBe(200);
  expect(JSON.stringify(answer.body).length).toBeLessThan(50_000);
  expect(JSON.stringify(errorOf(await workspace.post('/emails/batch', keys))).length).toBeLessThan(50_000);
});
