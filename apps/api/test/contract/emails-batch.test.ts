import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSendId } from '@postroom/contracts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem, errorOf, isoTime } from './batch-items.ts';
import { anEmail, emailsOf, postWithKey } from './post-emails.ts';

let api: TestApi;
let workspace: TestWorkspace;
const from = 'newsletter@yourdomain.com';

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  await workspace.aSender({ fromEmail: from, fromName: null });
});
afterAll(() => api.close());

const typeId = /^em_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

const postEmails = (emails: unknown, others: object = {}) =>
  workspace.post('/emails/batch', { emails, ...others });

/** The row behind an answered id. */
const rowOf = (id: string) =>
  api.prisma.emailSend.findUniqueOrThrow({ where: { id: parseSendId(id)?.uuid ?? '' } });

const countRows = () => api.prisma.emailSend.count({ where: { workspaceId: workspace.id } });

describe('the documented curl', () => {
  /** The body of the reference page, to the letter. */
  const documented = JSON.parse(`{
    "emails": [
      {
        "from": "newsletter@yourdomain.com",
        "to": ["alice@example.com"],
        "subject": "Our April newsletter",
        "html": "<p>Hello Alice!</p>",
        "type": "marketing"
      },
      {
        "from": "newsletter@yourdomain.com",
        "to": ["bob@example.com"],
        "subject": "Our April newsletter",
        "html": "<p>Hello Bob!</p>",
        "type": "marketing"
      }
    ]
  }`);

  test('answers as documented, field for field', async () => {
    const answer = await workspace.post('/emails/batch', documented);
    const email = (to: string) => ({
      id: expect.stringMatching(typeId),
      status: 'queued',
      from,
      to,
      subject: 'Our April newsletter',
      created_at: expect.stringMatching(isoTime),
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { emails: [email('alice@example.com'), email('bob@example.com')], count: 2 },
    });
    expect(Object.keys(Object(answer.body)).sort()).toEqual(['batchId', 'count', 'emails']);
    for (const answered of emailsOf(answer).emails) {
      expect(Object.keys(answered).sort()).toEqual(['created_at', 'from', 'id', 'status', 'subject', 'to']);
    }
  });

  test('gives marketing mail the marketing lane and the one marketing group of the workspace', async () => {
    const { emails } = emailsOf(await workspace.post('/emails/batch', documented));
    const groups = await api.prisma.subscriptionGroup.findMany({ where: { workspaceId: workspace.id } });
    expect(groups).toEqual([expect.objectContaining({ marketingDefault: true, type: 'OptOut' })]);
    for (const { id } of emails) {
      expect(await rowOf(id)).toMatchObject({
        status: 'Queued',
        lane: 'marketing',
        dialect: 'emails',
        subscriptionGroupId: groups[0]?.id,
      });
    }
  });
});

describe('how many', () => {
  test('1,000 emails are accepted, in the order of the request', async () => {
    const emails = Array.from({ length: 1000 }, (_, at) => anEmail({ from, to: [`many-${at}@example.com`] }));
    const before = await countRows();
    const answer = emailsOf(await postEmails(emails));
    expect(answer.count).toBe(1000);
    expect(answer.emails.map(({ to }) => to)).toEqual(emails.map(({ to }) => (to as string[])[0]));
    expect(await countRows()).toBe(before + 1000);
  });

  test.each([
    ['1,001', 1001],
    ['no', 0],
  ])('%s emails are refused, and nothing is written', async (_what, count) => {
    const before = await countRows();
    const emails = Array.from({ length: count }, () => anEmail({ from }));
    expect(errorOf(await postEmails(emails))).toMatchObject({
      status: 400,
      error: 'validation_failed',
      details: { issues: [{ path: 'emails' }] },
    });
    expect(await countRows()).toBe(before);
  });

  test('1,000 equal bodies are one stored body', async () => {
    const html = `<p>${randomUUID()}</p>`;
    const emails = Array.from({ length: 1000 }, (_, at) => anEmail({ from, html, subject: `Number ${at}` }));
    const { emails: answered } = emailsOf(await postEmails(emails));
    const bodies = await api.prisma.templateSnapshot.findMany({ where: { html } });
    expect(bodies).toEqual([expect.objectContaining({ kind: 'literal', workspaceId: workspace.id })]);
    expect((await rowOf(answered[999]?.id ?? '')).snapshotId).toBe(bodies[0]?.id);
    await postEmails([anEmail({ from, html })]);
    expect(await api.prisma.templateSnapshot.count({ where: { html } })).toBe(1);
  });
});

describe('a request that is malformed in one email', () => {
  test.each([
    ['no from', { from: undefined }, 'from'],
    ['a from that is no address', { from: 'nobody' }, 'from'],
    ['no to', { to: undefined }, 'to'],
    ['an empty to', { to: [] }, 'to'],
    ['a to that is a string', { to: 'a@example.com' }, 'to'],
    ['a to that is no address', { to: ['a@example.com', 'nobody'] }, 'to[1]'],
    ['no subject', { subject: undefined }, 'subject'],
    ['a subject of two lines', { subject: 'a\r\nBcc: x@example.com' }, 'subject'],
    ['neither html nor text', { html: undefined }, 'html'],
    ['an unknown type', { type: 'bulk' }, 'type'],
    ['an unknown field', { replyTo: 'a@example.com' }, 'replyTo'],
    [
      '51 recipients',
      { to: Array.from({ length: 50 }, (_, at) => `a${at}@example.com`), cc: ['b@example.com'] },
      'to',
    ],
  ])('with %s is refused as a whole, naming index and field', async (_what, flaw, field) => {
    const before = await countRows();
    const refusal = errorOf(await postEmails([anEmail({ from }), anEmail({ from, ...flaw })]));
    expect(refusal).toMatchObject({ status: 400, error: 'validation_failed' });
    expect(refusal.details).toMatchObject({ issues: [{ path: `emails[1].${field}` }] });
    expect(refusal.message).toContain(`emails[1].${field}`);
    expect(await countRows()).toBe(before);
  });

  test('with both items and emails is refused', async () => {
    const before = await countRows();
    expect(errorOf(await postEmails([anEmail({ from })], { items: [anItem()] }))).toMatchObject({
      status: 400,
      error: 'validation_failed',
      details: { issues: [{ path: 'emails' }] },
    });
    expect(await countRows()).toBe(before);
  });
});

describe('an email whose sender is not verified', () => {
  test('fails alone: it has a row, the status failed and the reason', async () => {
    const answer = emailsOf(
      await postEmails([anEmail({ from }), anEmail({ from: 'Eve <eve@elsewhere.test>' }), anEmail({ from })]),
    );
    expect(answer.count).toBe(3);
    expect(answer.emails.map(({ status }) => status)).toEqual(['queued', 'failed', 'queued']);
    const failed = answer.emails[1];
    expect(failed).toMatchObject({
      from: 'Eve <eve@elsewhere.test>',
      error: expect.stringMatching(/^The sender is not verified [^@]*$/),
    });
    expect(await rowOf(failed?.id ?? '')).toMatchObject({
      status: 'Failed',
      failureClass: 'sender_not_verified',
      batchId: answer.batchId,
    });
  });

  test('has no job', async () => {
    const before = await api.countJobs();
    emailsOf(await postEmails([anEmail({ from: 'eve@elsewhere.test' })]));
    expect(await api.countJobs()).toBe(before);
  });

  test('is accepted from any address of a verified domain', async () => {
    await api.prisma.domain.create({
      data: { id: randomUUID(), workspaceId: workspace.id, domain: 'verified.test', status: 'verified' },
    });
    const { emails } = emailsOf(await postEmails([anEmail({ from: 'anyone@verified.test' })]));
    expect(emails[0]).toMatchObject({ status: 'queued', from: 'anyone@verified.test' });
  });
});

describe('what an email says', () => {
  test('is stored as it is, with the first recipient as the primary one and repeated ones left out', async () => {
    const { emails } = emailsOf(
      await postEmails([
        anEmail({
          from: `News <${from}>`,
          to: ['Alice <alice@example.com>', 'bob@example.com', 'ALICE@example.com'],
          cc: ['bob@example.com', 'carol@example.com'],
          bcc: ['dave@example.com'],
          reply_to: 'Support <support@example.com>',
          subject: 'Costs {{nothing}}',
          text: 'plain',
          tags: ['april', 'news', 'april'],
          headers: { 'X-Campaign': 'spring' },
          tracking: { opens: true },
        }),
      ]),
    );
    expect(emails[0]).toMatchObject({
      from: `News <${from}>`,
      to: 'alice@example.com',
      subject: 'Costs {{nothing}}',
    });
    expect(await rowOf(emails[0]?.id ?? '')).toMatchObject({
      lane: 'transactional',
      subscriptionGroupId: null,
      subject: 'Costs {{nothing}}',
      toEmail: 'alice@example.com',
      toName: 'Alice',
      headers: [{ name: 'X-Campaign', value: 'spring' }],
      toOthers: [{ email: 'bob@example.com', name: null }],
      cc: [{ email: 'carol@example.com', name: null }],
      bcc: [{ email: 'dave@example.com', name: null }],
      replyToEmail: 'support@example.com',
      tags: ['april', 'news'],
      trackOpens: true,
    });
  });

  test('makes no profile of its recipients', async () => {
    const to = `nobody-${randomUUID()}@example.com`;
    emailsOf(await postEmails([anEmail({ from, to: [to] })]));
    expect(await api.prisma.profile.count({ where: { emailKey: to } })).toBe(0);
  });

  test('is found by recipient, tag, batch and sender', async () => {
    const to = `facet-${randomUUID()}@Example.com`;
    const answer = emailsOf(
      await postEmails([anEmail({ from, to: [to, 'second@example.com'], tags: ['t'] })]),
    );
    const sendId = parseSendId(answer.emails[0]?.id ?? '')?.uuid ?? '';
    const { senderProfileId } = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: sendId } });
    const facets = await api.prisma.sendFacet.findMany({ where: { sendId }, orderBy: { value: 'asc' } });
    expect(facets.map(({ kind, value }) => `${kind} ${value}`).sort()).toEqual(
      [
        `batch ${answer.batchId}`,
        `sender ${senderProfileId}`,
        'tag t',
        `to ${to.toLowerCase()}`,
        'to second@example.com',
      ].sort(),
    );
  });
});

test('both dialects are taken at once on one server', async () => {
  const templateId = await workspace.aTemplate();
  const [items, emails] = await Promise.all([
    workspace.batch([anItem({ templateId })]),
    postEmails([anEmail({ from })]).then(emailsOf),
  ]);
  expect(items.accepted).toBe(1);
  expect(emails.emails[0]?.status).toBe('queued');
});

describe('POST /emails', () => {
  test('takes one email and answers it', async () => {
    const { status, body } = await workspace.post('/emails', anEmail({ from, to: ['one@example.com'] }));
    expect(status).toBe(200);
    expect(body).toEqual({
      email: {
        id: expect.stringMatching(typeId),
        status: 'queued',
        from,
        to: 'one@example.com',
        subject: 'Our April newsletter',
        created_at: expect.stringMatching(isoTime),
      },
    });
  });

  test('takes one item under the Idempotency-Key of the request and answers its send', async () => {
    const templateId = await workspace.aTemplate();
    const post = (subject: string) =>
      postWithKey(
        { api, workspace },
        { path: '/emails', key: 'single-1', body: { templateId, to: { email: 'a@example.com' }, subject } },
      );
    const first = await post('One');
    expect(first).toMatchObject({ status: 200, body: { status: 'Queued', subject: 'One', templateId } });
    expect((await post('One')).body).toMatchObject({ id: Object(first.body).id });
    expect(errorOf(await post('Two'))).toMatchObject({ status: 409, error: 'idempotency_key_reuse' });
  });

  test('asks for the key of an item', async () => {
    const templateId = await workspace.aTemplate();
    const body = { templateId, to: { email: 'a@example.com' } };
    expect(errorOf(await workspace.post('/emails', body))).toMatchObject({
      status: 400,
      details: { issues: [{ path: 'Idempotency-Key' }] },
    });
    const inBody = { ...body, idempotencyKey: 'in-body' };
    expect(
      errorOf(await postWithKey({ api, workspace }, { path: '/emails', key: 'k', body: inBody })),
    ).toMatchObject({ status: 400, details: { issues: [{ path: 'idempotencyKey' }] } });
  });

  test.each([
    ['an unknown template', { templateId: randomUUID() }, 422, 'unprocessable', 'not_found'],
    ['no template', { data: {} }, 400, 'validation_failed', undefined],
  ])('refuses an item with %s', async (_what, fields, status, error, reason) => {
    const body = { to: { email: 'a@example.com' }, ...fields };
    const refusal = errorOf(
      await postWithKey({ api, workspace }, { path: '/emails', key: randomUUID(), body }),
    );
    expect(refusal).toMatchObject({ status, error });
    expect(refusal.details?.reason).toBe(reason);
  });
});
