import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { Resend } from 'resend';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { badBatches, badEmails, goodEmail } from './resend-bad-inputs.ts';

let api: TestApi;
let workspace: TestWorkspace;
let resend: Resend;
let templateId: string;
let groupId: string;

const sender = goodEmail.from;
const clientOf = (key: string, base = '/resend') => new Resend(key, { baseUrl: `${api.origin}${base}` });

beforeAll(async () => {
  // Marketing mail is taken where its links can be used.
  api = await startApi({ env: { PUBLIC_URL: 'https://mail.example.com' } });
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  resend = clientOf(workspace.key);
  const senderProfileId = await workspace.aSender({ fromEmail: sender, fromName: null });
  templateId = await workspace.aTemplate({
    subject: 'Hi {{name}}',
    html: '<p>{{name}}</p>',
    senderProfileId,
  });
  groupId = await workspace.aGroup();
});

const rows = () =>
  api.prisma.emailSend.findMany({ where: { workspaceId: workspace.id }, orderBy: { id: 'asc' } });
const html = '<p>Hello</p>';
const anEmail = { from: `Acme <${sender}>`, to: ['ada@example.com'], subject: 'Hello', html };
const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

async function sent(options: Partial<typeof anEmail> & { scheduledAt?: string } = {}): Promise<string> {
  const { data, error } = await resend.emails.send({ ...anEmail, ...options });
  if (data === null) throw new Error(error.message);
  return data.id;
}

describe('the SDK of Resend, as it is:', () => {
  test('emails.send answers an id, and the email is there with all that was asked for', async () => {
    const { data, error, headers } = await resend.emails.send({
      ...anEmail,
      to: ['ada@example.com', 'Bob <bob@example.com>'],
      cc: 'carol@example.com',
      bcc: ['dan@example.com'],
      replyTo: 'help@acme.test',
      text: '',
      headers: { 'X-Order': '7' },
      tags: [{ name: 'kind', value: 'welcome' }],
      attachments: [{ filename: 'a.txt', content: Buffer.from('hello') }],
      topicId: groupId,
    });
    expect(error).toBeNull();
    expect(headers?.['x-request-id']).toBeDefined();
    expect(await rows()).toMatchObject([
      {
        id: data?.id,
        status: 'Queued',
        fromEmail: sender,
        fromName: 'Acme',
        toEmail: 'ada@example.com',
        toOthers: [{ email: 'bob@example.com', name: 'Bob' }],
        cc: [{ email: 'carol@example.com' }],
        bcc: [{ email: 'dan@example.com' }],
        replyToEmail: 'help@acme.test',
        tags: ['kind:welcome'],
        headers: [{ name: 'X-Order', value: '7' }],
        attachments: [{ filename: 'a.txt' }],
        subscriptionGroupId: groupId,
        lane: 'marketing',
      },
    ]);
  });

  test('emails.send with the same idempotency key answers the same id, and with another body an error of that name', async () => {
    const options = { idempotencyKey: 'welcome/1' };
    const first = await resend.emails.send(anEmail, options);
    const again = await resend.emails.send(anEmail, options);
    const other = await resend.emails.send({ ...anEmail, subject: 'Other' }, options);
    expect(again.data).toEqual(first.data);
    expect(other.error).toMatchObject({ name: 'invalid_idempotent_request', statusCode: 409 });
    expect(await rows()).toHaveLength(1);
  });

  test('emails.send renders a template, for several recipients', async () => {
    const to = ['Ada <ada@example.com>', 'bob@example.com'];
    const template = { id: templateId, variables: { name: 'Ada' } };
    const { data } = await resend.emails.send({ to, template }, { idempotencyKey: 'k' });
    expect((await resend.emails.send({ to, template }, { idempotencyKey: 'k' })).data).toEqual(data);
    expect(await rows()).toMatchObject([
      {
        id: data?.id,
        templateId,
        toName: 'Ada',
        toOthers: [{ email: 'bob@example.com' }],
        data: { name: 'Ada' },
      },
    ]);
    const lacking = await resend.emails.send({ to, template: { id: templateId } });
    expect(lacking.error).toMatchObject({
      name: 'validation_error',
      statusCode: 422,
      message: expect.stringMatching(/^template\.variables lacks /),
    });
    const nowhere = await resend.emails.send({ to, template, topicId: newId() });
    expect(nowhere.error?.message).toMatch(/^topic_id \S{36} is not/);
  });

  test('batch.send answers ids in order, and the same for the same key', async () => {
    const emails = [
      anEmail,
      { ...anEmail, to: ['bob@example.com'] },
      { to: 'eve@example.com', template: { id: templateId, variables: { name: 'Eve' } } },
    ];
    const first = await resend.batch.send(emails, { idempotencyKey: 'team/1' });
    const made = await rows();
    expect(made.map(({ toEmail }) => toEmail)).toEqual([
      'ada@example.com',
      'bob@example.com',
      'eve@example.com',
    ]);
    expect(first.data?.data).toEqual(made.map(({ id }) => ({ id })));
    expect((await resend.batch.send(emails, { idempotencyKey: 'team/1' })).data).toEqual(first.data);
    expect(await rows()).toHaveLength(3);
  });

  test('batch.send is strict unless told: one bad email refuses all, or stands among the errors', async () => {
    const emails = [anEmail, { ...anEmail, to: ['nobody'] }, { ...anEmail, from: 'a@nobody.test' }];
    const strict = await resend.batch.send(emails);
    expect(strict.error).toMatchObject({ name: 'validation_error', statusCode: 422 });
    expect(await rows()).toHaveLength(0);
    const { data } = await resend.batch.send(emails, { batchValidation: 'permissive' });
    const [row] = await rows();
    expect(data).toMatchObject({ data: [{ id: row?.id }], errors: [{ index: 1 }, { index: 2 }] });
    expect(await rows()).toHaveLength(1);
  });

  test('emails.get shows an email and what became of it', async () => {
    const id = await sent();
    expect((await resend.emails.get(id)).data).toMatchObject({
      object: 'email',
      id,
      from: 'Acme <hello@acme.test>',
      to: ['ada@example.com'],
      html,
      text: null,
      last_event: 'queued',
      scheduled_at: null,
    });
    await api.prisma.emailSend.update({ where: { id }, data: { status: 'Sent', delivery: 'bounced' } });
    expect((await resend.emails.get(id)).data?.last_event).toBe('bounced');
    expect((await resend.emails.get(newId())).error).toMatchObject({ name: 'not_found', statusCode: 404 });
    expect((await resend.emails.get('my-email')).error).toMatchObject({ name: 'invalid_parameter' });
  });

  test('emails.list walks from the newest on', async () => {
    const ids = [await sent(), await sent(), await sent()].reverse();
    const page = await resend.emails.list({ limit: 2 });
    expect(page.data).toMatchObject({ object: 'list', has_more: true });
    expect(page.data?.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = await resend.emails.list({ limit: 2, after: ids[1] ?? '' });
    expect(rest.data).toMatchObject({ has_more: false, data: [{ id: ids[2] }] });
    expect((await resend.emails.list({ before: ids[0] ?? '' })).error).toMatchObject({
      name: 'invalid_parameter',
    });
  });

  test('emails.update moves a scheduled email, and emails.cancel cancels it', async () => {
    const id = await sent({ scheduledAt: hoursAhead(1) });
    const scheduledAt = hoursAhead(2);
    expect((await resend.emails.update({ id, scheduledAt })).data).toEqual({ object: 'email', id });
    expect((await resend.emails.get(id)).data).toMatchObject({
      scheduled_at: scheduledAt,
      last_event: 'scheduled',
    });
    expect((await resend.emails.cancel(id)).data).toEqual({ object: 'email', id });
    expect((await resend.emails.get(id)).data?.last_event).toBe('canceled');
    expect((await resend.emails.update({ id, scheduledAt })).error).toMatchObject({
      name: 'validation_error',
    });
  });

  test('works at the root as well, where nothing of ours is', async () => {
    const { data } = await clientOf(workspace.key, '').emails.send(anEmail);
    expect((await clientOf(workspace.key, '').emails.get(data?.id ?? '')).data?.id).toBe(data?.id);
    expect((await api.call('/email-lists')).body).toMatchObject({ error: 'not_found' });
  });

  test('tells a key that is none from one that may not, and a test key sends to nobody', async () => {
    const limited = await workspace.makeKey(['emails:write']);
    const errorOf = async (key: string) => (await clientOf(key).emails.list()).error;
    expect(await errorOf('re_123')).toMatchObject({ name: 'invalid_api_key', statusCode: 403 });
    expect(await errorOf(limited)).toMatchObject({ name: 'restricted_api_key', statusCode: 401 });
    expect((await api.call('/resend/emails')).body).toMatchObject({
      name: 'missing_api_key',
      statusCode: 401,
    });
    const testKey = await workspace.makeKey(['full'], 'test');
    const { data } = await clientOf(testKey).emails.send(anEmail);
    expect(await rows()).toMatchObject([{ id: data?.id, simulated: true }]);
  });
});

describe('what Resend refuses is refused as Resend does, and nothing is written:', () => {
  const post = (path: string, body: unknown, headers = {}) =>
    api.call(`/resend${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { authorization: `Bearer ${workspace.key}`, 'content-type': 'application/json', ...headers },
    });

  test('there are at least 60 of them', () => {
    expect(badEmails.length).toBeGreaterThanOrEqual(60);
  });

  test.each([
    ['/emails', badEmails],
    ['/emails/batch', badBatches],
  ] as const)('%s', async (path, inputs) => {
    const answers = [];
    for (const [what, , , body] of inputs) {
      const answer = await post(path, body);
      expect(answer.headers.get('x-request-id')).not.toBeNull();
      answers.push([what, answer.status, answer.body]);
    }
    expect(answers).toEqual(
      inputs.map(([what, statusCode, name]) => [
        what,
        statusCode,
        { statusCode, name, message: expect.any(String) },
      ]),
    );
    expect(await rows()).toEqual([]);
  });

  test('headers and paths', async () => {
    const named = async (answer: ReturnType<typeof post>) => (await answer).body;
    const key = { 'idempotency-key': 'k'.repeat(300) };
    expect(await named(post('/emails', goodEmail, key))).toMatchObject({
      name: 'invalid_idempotency_key',
      statusCode: 400,
    });
    const mode = { 'x-batch-validation': 'loose' };
    expect(await named(post('/emails/batch', [goodEmail], mode))).toMatchObject({ name: 'validation_error' });
    const text = { 'content-type': 'text/plain' };
    expect(await named(post('/emails', 'hello', text))).toMatchObject({ statusCode: 415 });
    expect(await named(post('/audiences', {}))).toMatchObject({ name: 'not_found', statusCode: 404 });
    expect(await named(post('/emails?dryRun=true', goodEmail))).toMatchObject({ statusCode: 422 });
    expect(await rows()).toEqual([]);
  });
});
