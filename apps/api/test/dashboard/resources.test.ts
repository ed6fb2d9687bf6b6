import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListedBatch, PageResource, RateHours } from '@postroom/contracts';
import { maxShownBytes, newId } from '@postroom/core';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { callAs, signInWith } from './a-page.ts';

let api: TestApi;
let ours: TestWorkspace;
let theirs: TestWorkspace;
let page: ReturnType<typeof callAs>;
beforeAll(async () => {
  api = await startApi();
  ours = await api.makeWorkspace();
  theirs = await api.makeWorkspace();
  page = callAs(api, await signInWith(api, ours.key));
});
afterAll(() => api.close());

const batchOf = async (workspace: TestWorkspace, templateId: string, name: string) =>
  (await workspace.batch([{ idempotencyKey: name, templateId, to: { email: `${name}@example.com` } }]))
    .batchId;

describe('batches', () => {
  test('are listed newest first, a page at a time, and only those of the own workspace', async () => {
    const [ourTemplate, theirTemplate] = [await ours.aTemplate(), await theirs.aTemplate()];
    const made: (string | null)[] = [];
    for (const name of ['one', 'two', 'three']) {
      made.unshift(await batchOf(ours, ourTemplate, name));
      await batchOf(theirs, theirTemplate, name);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await page(`/dashboard/api/batches?limit=2${query}`);
      expect(status).toBe(200);
      const { data, nextCursor } = body as PageResource<ListedBatch>;
      seen.push(...data.map(({ id }) => id));
      cursor = nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made);
  });

  test('of a test key are others than those of a live one', async () => {
    const test = callAs(api, await signInWith(api, await ours.makeKey(['full'], 'test')));
    expect(await test('/dashboard/api/batches')).toMatchObject({ status: 200, body: { data: [] } });
    expect(await page('/dashboard/api/batches?cursor=nonsense')).toMatchObject({ status: 400 });
  });

  test('are shown to a key that may read mail', async () => {
    const keys = callAs(api, await signInWith(api, await ours.makeKey(['admin'])));
    expect(await keys('/dashboard/api/batches')).toMatchObject({ status: 403 });
  });
});

test('a message says what a copy of it would lack, and what has gone is not made up', async () => {
  await batchOf(ours, await ours.aTemplate(), 'copied');
  const { id } = await api.prisma.emailSend.findFirstOrThrow({ where: { toEmail: 'copied@example.com' } });
  const message = async () => (await page(`/dashboard/api/emails/${id}/message`)).body;
  expect(await message()).toMatchObject({ lane: 'transactional', headers: [], notCopied: [] });
  const group = newId();
  for (const [data, parts] of [
    [{ bcc: [{ email: 'hidden@example.com', name: null }] }, ['blind_copies']],
    [{ confirmsGroupId: group }, ['blind_copies', 'confirmation']],
    [{ subscriptionGroupId: group }, ['blind_copies', 'confirmation', 'group']],
  ] as const) {
    await api.prisma.emailSend.update({ where: { id }, data: { ...data } });
    expect(await message()).toMatchObject({ notCopied: parts });
  }
  await api.prisma.emailSend.update({ where: { id }, data: { contentRemovedAt: new Date() } });
  expect(await message()).toMatchObject({
    error: 'unprocessable',
    message: 'What this email said was removed because of its age.',
  });
});

describe('a template that is not saved', () => {
  const preview = (body: unknown) => page('/dashboard/api/template-previews', { method: 'POST', body });

  test('is shown as a send would render it, with what lacks a value', async () => {
    expect(
      await preview({ subject: 'For {{name}}', html: '<p>{{name}} {{place}}</p>', data: { name: 'Ada' } }),
    ).toMatchObject({ status: 200, body: { subject: 'For Ada', html: '<p>Ada </p>', missing: ['place'] } });
  });

  test('may be MJML, which is marked where it is wrong as well', async () => {
    const mjml = (text: string) =>
      `<mjml>\n<mj-body><mj-section><mj-column>\n<mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;
    const draft = { subject: 'Hello', format: 'mjml', data: { name: 'Ada' } };
    const { status, body } = await preview({ ...draft, source: mjml('Dear {{name}}') });
    expect(status).toBe(200);
    expect((body as { readonly html: string }).html).toMatch(/<table.*Dear Ada/s);
    expect(await preview({ ...draft, source: mjml('{{#if name}') })).toMatchObject({
      status: 422,
      body: { error: 'template_invalid', details: { part: 'source', line: 3 } },
    });
  });

  test('is marked where it is wrong, and nothing is written', async () => {
    const before = await api.prisma.templateSnapshot.count();
    expect(await preview({ subject: 'Hello', html: '<p>\n{{#if name}\n</p>' })).toMatchObject({
      status: 422,
      body: { error: 'template_invalid', details: { part: 'html', line: 2 } },
    });
    expect(await preview({ subject: 'Hello', html: 7 })).toMatchObject({ status: 400 });
    expect(await api.prisma.templateSnapshot.count()).toBe(before);
  });
});

test('rates are told by the hour, of the own workspace, with their bounds', async () => {
  await api.sql.run`
    INSERT INTO delivery_counts (workspace_id, hour, sender_profile_id, domain, slot, delivered, bounced, complained)
    SELECT id, date_trunc('hour', now()) - at * interval '1 hour', '00000000-0000-0000-0000-000000000000', 'd', at, 90, 10, 0
    FROM workspaces, generate_series(0, 1) AS at WHERE id IN (${ours.id}::uuid, ${theirs.id}::uuid)`;
  const { status, body } = await page('/dashboard/api/rate-hours');
  expect(status).toBe(200);
  const { hours, pause } = body as RateHours;
  expect(hours).toMatchObject([
    { delivered: 90, bounced: 10, complained: 0 },
    { delivered: 90, bounced: 10, complained: 0 },
  ]);
  expect(pause).toEqual({ bounceRate: 0.05, complaintRate: 0.003 });
});

test('what is shown of the content of one email or preview is bounded in the bytes of the answer', async () => {
  const controls = '\u0001'.repeat(maxShownBytes / 6);
  const from = `large-${newId()}@acme.test`;
  await ours.aSender({ fromEmail: from });
  const kept = { from, to: ['large@example.com'], subject: 'Hi' };
  const post = async (text: string) => {
    expect(await ours.post('/emails/batch', { emails: [{ ...kept, text }] })).toMatchObject({ status: 200 });
    const { id } = await api.prisma.emailSend.findFirstOrThrow({
      where: { toEmail: 'large@example.com' },
      orderBy: { id: 'desc' },
    });
    return id;
  };
  const shown = async (id: string) => ({
    resend: await api.call(`/resend/emails/${id}`, { headers: { authorization: `Bearer ${ours.key}` } }),
    postmark: await api.call(`/messages/outbound/${id}/details`, {
      headers: { 'x-postmark-server-token': ours.key },
    }),
    dashboard: await page(`/dashboard/api/emails/${id}/message`),
  });
  expect(await shown(await post('short'))).toMatchObject({
    resend: { status: 200, body: { text: 'short' } },
    postmark: { status: 200, body: { TextBody: 'short' } },
    dashboard: { status: 200, body: { text: 'short' } },
  });
  expect(await shown(await post(controls))).toMatchObject({
    resend: { status: 200, body: { html: null, text: null } },
    postmark: { status: 200, body: { HtmlBody: null, TextBody: null } },
    dashboard: { status: 422, body: { error: 'unprocessable' } },
  });
  const draft = { subject: 'S', html: '<p>Hi</p>', text: '{{#each l}}{{../a}}{{/each}}' };
  const data = (count: number) => ({ a: '\u0001'.repeat(count), l: Array.from({ length: 300 }, () => 0) });
  const path = `/templates/${await ours.aTemplate(draft)}/preview`;
  expect((await ours.post(path, { data: data(10) })).status).toBe(200);
  expect(await ours.post(path, { data: data(1_000) })).toMatchObject({
    status: 422,
    body: { details: { reason: expect.stringContaining('bytes of JSON') } },
  });
});
