import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, acceptedOf, anItem, codeOf, refusal, sendOne } from './batch-items.ts';
import { anEmail, emailsOf } from './post-emails.ts';
import { connectRaw } from './raw-connection.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
let ids: { acme: string; globex: string; group: string; template: string; profile: string };

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  ids = {
    acme: await workspace.aSender({ fromEmail: 'hello@acme.test' }),
    globex: await workspace.aSender({ fromEmail: 'hello@globex.test' }),
    group: await workspace.aGroup(),
    template: await workspace.aTemplate(),
    profile: await workspace.aProfile({ email: 'known@example.com', externalId: 'known' }),
  };
  templateId = await workspace.aTemplate({ senderProfileId: ids.acme });
});
afterAll(() => api.close());

const rowsOf = (key: unknown) =>
  api.prisma.emailSend.count({ where: { workspaceId: workspace.id, idempotencyKey: String(key) } });

/** Sends one form, then the other under the same key, and answers what the second came to. */
async function repeat(first: Json, second: Json, defaults: { first?: Json; second?: Json } = {}) {
  const idempotencyKey = randomUUID();
  const { id } = await accept(workspace, { idempotencyKey, ...first }, defaults.first);
  const jobs = await api.countJobs();
  const result = await sendOne(workspace, { idempotencyKey, ...second }, defaults.second);
  expect(await rowsOf(idempotencyKey)).toBe(1);
  expect(await api.countJobs()).toBe(jobs);
  if (result.status === 'accepted') expect(result).toMatchObject({ replayed: true, send: { id } });
  return codeOf(result);
}

describe('same key, same request', () => {
  test('answers the existing send, replayed, with no new row and no new job', async () => {
    const item = anItem({ templateId });
    const first = acceptedOf(await sendOne(workspace, item));
    const jobs = await api.countJobs();
    const second = await sendOne(workspace, item);
    expect(first.replayed).toBe(false);
    expect(second).toEqual({ ...first, replayed: true });
    expect(await rowsOf(item.idempotencyKey)).toBe(1);
    expect(await api.countJobs()).toBe(jobs);
  });

  test('answers the send as it stands now', async () => {
    const item = anItem({ templateId });
    const { id } = await accept(workspace, item);
    await api.prisma.emailSend.update({
      where: { id },
      data: { status: 'Failed', failureMessage: 'It bounced.' },
    });
    const again = acceptedOf(await sendOne(workspace, item));
    expect(again).toMatchObject({
      replayed: true,
      send: { id, status: 'Failed', failureMessage: 'It bounced.' },
    });
  });

  test('is replayed also when the template was changed, archived or its sender taken away meanwhile', async () => {
    const template = await workspace.aTemplate({ subject: 'Before', senderProfileId: ids.acme });
    const item = anItem({ templateId: template });
    const first = await accept(workspace, item);
    const headers = { 'x-api-key': workspace.key };
    const body = { subject: 'After {{variable}}', senderProfileId: null };
    await api.call(`/api/v1/templates/${template}`, { method: 'PATCH', headers, body });
    await workspace.post(`/templates/${template}/archive`, {});
    expect(acceptedOf(await sendOne(workspace, item))).toMatchObject({ replayed: true, send: first });
  });
});

describe('same key, different request: that item alone is rejected idempotency_key_reuse', () => {
  const base = () => ({
    templateId,
    to: { email: 'known@example.com' },
    subject: 'Subject',
    from: 'Acme <hello@acme.test>',
    replyTo: 'r@x.co',
    cc: 'a@x.co, b@x.co',
    bcc: 'c@x.co',
    data: { a: 1, b: [1, 2] },
    tracking: { clicks: true },
  });
  const changes: readonly (readonly [field: string, change: () => Json])[] = [
    ['templateId', () => ({ templateId: ids.template })],
    ['profileId', () => ({ profileId: ids.profile })],
    ['to.email', () => ({ to: { email: 'other@example.com' } })],
    ['to.externalId', () => ({ to: { email: 'known@example.com', externalId: 'known' } })],
    ['senderProfileId', () => ({ senderProfileId: ids.acme })],
    ['the address of from', () => ({ from: 'Acme <hello@globex.test>' })],
    ['the name of from', () => ({ from: 'Acme Inc <hello@acme.test>' })],
    ['replyTo', () => ({ replyTo: 'q@x.co' })],
    ['replyTo left out', () => ({ replyTo: null })],
    ['subject', () => ({ subject: 'subject' })],
    ['subscriptionGroupId', () => ({ subscriptionGroupId: ids.group })],
    ['cc', () => ({ cc: 'a@x.co' })],
    ['bcc', () => ({ bcc: ['c@x.co', 'd@x.co'] })],
    ['cc and bcc swapped', () => ({ cc: 'c@x.co', bcc: 'a@x.co, b@x.co' })],
    ['data', () => ({ data: { a: 1, b: [2, 1] } })],
    ['a null in data', () => ({ data: { a: 1, b: [1, 2], c: null } })],
    ['a number in data as text', () => ({ data: { a: '1', b: [1, 2] } })],
    ['tracking.clicks', () => ({ tracking: { clicks: false } })],
    ['tracking.opens', () => ({ tracking: { clicks: true, opens: true } })],
  ];
  test.each(changes)('%s', async (_field, change) => {
    expect(await repeat(base(), { ...base(), ...change() })).toBe('idempotency_key_reuse');
  });

  test('and the others of its batch are accepted', async () => {
    const used = anItem({ templateId });
    await accept(workspace, used);
    const { items } = await workspace.batch([
      anItem({ templateId }),
      { ...used, subject: 'Other' },
      anItem({ templateId }),
    ]);
    expect(items.map(codeOf)).toEqual(['accepted', 'idempotency_key_reuse', 'accepted']);
    expect(items[1]).toMatchObject({ index: 1, idempotencyKey: used.idempotencyKey });
  });
});

describe('two requests are the same whatever', () => {
  const to = { email: 'known@example.com' };
  const base = () => ({ templateId, to });
  const tracking = { opens: true };

  test('the order of the keys', async () => {
    const data = { a: 1, b: { c: 2, d: [{ e: 1, f: 2 }] } };
    const reordered = { b: { d: [{ f: 2, e: 1 }], c: 2 }, a: 1 };
    expect(await repeat({ ...base(), data }, { data: reordered, to, templateId })).toBe('accepted');
  });

  test('the form of the addresses', async () => {
    const first = { from: 'Acme <hello@acme.test>', replyTo: 'r@x.co', cc: '"A" <a@x.co>, b@x.co' };
    const second = {
      from: '  "Acme"   <HELLO@ACME.test>',
      replyTo: '<R@X.co>',
      cc: ['A <a@x.co>', 'B@x.co', 'b@x.co'],
      to: { email: 'KNOWN@Example.com ' },
    };
    expect(await repeat({ ...base(), ...first }, { ...base(), ...second })).toBe('accepted');
  });

  test('an IDN domain’s form', async () => {
    const cc = (domain: string) => ({ ...base(), cc: `a@${domain}` });
    expect(await repeat(cc('bücher.example'), cc('xn--bcher-kva.example'))).toBe('accepted');
  });

  test('capitals in ids', async () => {
    expect(await repeat(base(), { to, templateId: templateId.toUpperCase() })).toBe('accepted');
  });

  test('whether a value came from the defaults or from the item', async () => {
    const shared = {
      templateId,
      senderProfileId: ids.acme,
      from: 'hello@acme.test',
      replyTo: 'r@x.co',
      subject: 'S',
      subscriptionGroupId: ids.group,
      tracking,
    };
    expect(await repeat({ to, ...shared }, { to }, { second: shared })).toBe('accepted');
    expect(await repeat({ to }, { to, ...shared }, { first: shared })).toBe('accepted');
  });

  test('whether a field is omitted or null', async () => {
    const names = ['profileId', 'senderProfileId', 'from', 'replyTo', 'subject', 'subscriptionGroupId'];
    const nulls = Object.fromEntries([...names, 'cc', 'bcc', 'data', 'tracking'].map((name) => [name, null]));
    expect(await repeat(base(), { ...base(), ...nulls })).toBe('accepted');
    const half = { to: { ...to, externalId: null }, tracking: { clicks: null, opens: true } };
    expect(await repeat({ ...base(), tracking }, { ...base(), ...half })).toBe('accepted');
  });

  test('a null that unsets a default', async () => {
    const defaults = { second: { subject: 'Default', replyTo: 'r@x.co' } };
    expect(await repeat(base(), { ...base(), subject: null, replyTo: null }, defaults)).toBe('accepted');
  });

  test('the template’s content', async () => {
    const template = await workspace.aTemplate();
    const item = anItem({ templateId: template });
    const first = await accept(workspace, item);
    const headers = { 'x-api-key': workspace.key };
    await api.call(`/api/v1/templates/${template}`, { method: 'PATCH', headers, body: { subject: 'New' } });
    expect((await accept(workspace, item)).templateSnapshotId).toBe(first.templateSnapshotId);
  });

  test('their keys: the same request under two keys is two sends', async () => {
    const first = await accept(workspace, { ...base(), idempotencyKey: randomUUID() });
    const second = await accept(workspace, { ...base(), idempotencyKey: randomUUID() });
    expect(second.id).not.toBe(first.id);
  });
});

describe('the key', () => {
  test('is case-sensitive, and neither trimmed nor normalised', async () => {
    const key = `Key-${randomUUID()}-é`;
    const forms = [key, key.toLowerCase(), key.toUpperCase(), ` ${key}`, `${key} `, key.normalize('NFD')];
    const { items } = await workspace.batch(
      forms.map((idempotencyKey) => anItem({ templateId, idempotencyKey })),
    );
    expect(new Set(items.map((item) => acceptedOf(item).send.id)).size).toBe(forms.length);
  });

  test('is unique per workspace', async () => {
    const other = await api.makeWorkspace();
    const item = anItem({ templateId });
    const mine = await accept(workspace, item);
    const theirs = await sendOne(other, { ...item, templateId: await other.aTemplate() });
    expect(acceptedOf(theirs)).toMatchObject({ replayed: false });
    expect(acceptedOf(theirs).send.id).not.toBe(mine.id);
  });

  test('is of its mode alone: what a test key has used is free for a live key, and the other way round', async () => {
    const testKey = await workspace.makeKey(['full'], 'test');
    const asTest = (body: Json) =>
      api.call('/api/v1/emails/batch', { headers: { 'x-api-key': testKey }, body });
    const item = anItem({ templateId });
    const simulated = await asTest({ items: [item] });
    expect(simulated).toMatchObject({ body: { items: [{ replayed: false, send: { simulated: true } }] } });
    expect(await accept(workspace, item)).toMatchObject({ simulated: false });
    expect(await asTest({ items: [item] })).toMatchObject({
      body: { items: [{ replayed: true, send: { simulated: true } }] },
    });
    const [replayed] = (await workspace.batch([item])).items;
    expect(acceptedOf(replayed)).toMatchObject({ replayed: true, send: { simulated: false } });
    expect(await rowsOf(item.idempotencyKey)).toBe(2);

    const from = 'hello@acme.test';
    const email = anEmail({ from, idempotency_key: randomUUID() });
    expect(emailsOf(await asTest({ emails: [email] })).emails[0]?.status).toBe('queued');
    const live = emailsOf(await workspace.post('/emails/batch', { emails: [email] }));
    expect(live.emails[0]?.status).toBe('queued');
  });

  test('in a header is of its mode alone, also for different requests', async () => {
    const testKey = await workspace.makeKey(['full'], 'test');
    const header = randomUUID();
    const post = (key: string, subject: string) =>
      api.call('/api/v1/emails/batch', {
        headers: { 'x-api-key': key, 'idempotency-key': header },
        body: { emails: [anEmail({ from: 'hello@acme.test', subject })] },
      });
    expect((await post(testKey, 'Staging')).status).toBe(200);
    expect((await post(workspace.key, 'Production')).status).toBe(200);
    expect((await post(workspace.key, 'Another')).status).toBe(409);
    expect((await post(testKey, 'Another')).status).toBe(409);
  });

  test('in two headers is none', async () => {
    const body = JSON.stringify(anEmail({ from: 'hello@acme.test' }));
    const connection = await connectRaw(api.origin);
    const fields = `host: x\r\nx-api-key: ${workspace.key}\r\ncontent-type: application/json`;
    const keys = 'idempotency-key: k1\r\nidempotency-key: k2';
    await connection.write(
      `POST /api/v1/emails HTTP/1.1\r\n${fields}\r\n${keys}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(() => connection.answers().length === 1);
    connection.destroy();
    expect(connection.answers()[0]).toMatchObject({ status: 400, text: expect.stringContaining('twice') });
  });

  test('is not used up by a rejected item', async () => {
    const item = anItem({ templateId, from: 'a@stranger.test' });
    expect((await refusal(workspace, item)).error).toBe('sender_not_verified');
    expect((await accept(workspace, { ...item, from: 'hello@globex.test' })).senderProfileId).toBe(
      ids.globex,
    );
  });
});

describe('two items in one batch', () => {
  test('with the same key and request are one send', async () => {
    const item = anItem({ templateId });
    const { items } = await workspace.batch([item, anItem({ templateId }), item]);
    const [first, , third] = items.map(acceptedOf);
    expect(first?.replayed).toBe(false);
    expect(third).toEqual({ ...first, index: 2, replayed: true });
    expect(await rowsOf(item.idempotencyKey)).toBe(1);
  });

  test('with the same key and different requests: the first wins, the second is rejected', async () => {
    const item = anItem({ templateId });
    const { items } = await workspace.batch([item, { ...item, subject: 'Other' }]);
    expect(items.map(codeOf)).toEqual(['accepted', 'idempotency_key_reuse']);
    expect(await rowsOf(item.idempotencyKey)).toBe(1);
  });

  test('with the same key, of which the first is rejected: the key is free for the second', async () => {
    const item = anItem({ templateId });
    const { items } = await workspace.batch([
      { ...item, profileId: randomUUID() },
      { ...item, subject: 7 },
      item,
    ]);
    expect(items.map(codeOf)).toEqual(['not_found', 'validation_failed', 'accepted']);
    expect(acceptedOf(items[2]).replayed).toBe(false);
  });

  test('are counted once in the batch that is kept', async () => {
    const item = anItem({ templateId });
    const { batchId } = await workspace.batch([item, { ...item, subject: 'Other' }, null, item]);
    const row = await api.prisma.batch.findUniqueOrThrow({ where: { id: batchId ?? '' } });
    expect(row).toMatchObject({ total: 4, accepted: 2, rejected: 2 });
  });
});
