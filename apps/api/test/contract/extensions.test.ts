import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSendId } from '@postroom/contracts';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, anItem, errorOf, refusal } from './batch-items.ts';
import { anEmail, emailsOf } from './post-emails.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
const from = 'news@acme.test';

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  await workspace.aSender({ fromEmail: from });
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const rowOf = (id: string) => api.prisma.emailSend.findUniqueOrThrow({ where: { id } });

const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Accepts one send of each dialect with the same options, in the spelling of each; answers their rows. */
async function acceptBoth(items: Json, emails: Json = items) {
  const send = await accept(workspace, anItem({ templateId, ...items }));
  const [email] = emailsOf(
    await workspace.post('/emails/batch', { emails: [anEmail({ from, ...emails })] }),
  ).emails;
  return [await rowOf(send.id), await rowOf(parseSendId(email?.id ?? '')?.uuid ?? '')];
}

/** What is wrong with an option, in the item and in the email that holds it. */
async function refuseBoth(items: Json, emails: Json = items) {
  const item = await refusal(workspace, anItem({ templateId, ...items }));
  const email = errorOf(await workspace.post('/emails/batch', { emails: [anEmail({ from, ...emails })] }));
  expect([item.error, email.status, email.error]).toEqual(['validation_failed', 400, 'validation_failed']);
  return [issuesOf(item.details), issuesOf(email.details)];
}

const issuesOf = (details: Json | undefined) => details?.issues as { path: string; message: string }[];

describe('tags', () => {
  test('are kept once each, and shown', async () => {
    const tags = ['b', 'a', 'b'];
    for (const row of await acceptBoth({ tags })) expect(row.tags).toEqual(['b', 'a']);
    expect((await accept(workspace, anItem({ templateId, tags }))).tags).toEqual(['b', 'a']);
  });

  test.each([
    ['not a list', 'a'],
    ['21 of them', Array.from({ length: 21 }, (_, at) => `t${at}`)],
    ['an empty one', ['']],
    ['a long one', ['t'.repeat(101)]],
    ['one of two lines', ['a\nb']],
    ['one with NUL', ['a\u0000']],
  ])('that are wrong are refused: %s', async (_what, tags) => {
    const [item, email] = await refuseBoth({ tags });
    expect(item?.[0]?.path).toMatch(/^tags/);
    expect(email?.[0]?.path).toMatch(/^emails\[0\]\.tags/);
  });
});

describe('headers', () => {
  test('are kept in their order', async () => {
    const headers = { 'X-Second': '2', 'X-First': 'Grüße' };
    for (const row of await acceptBoth({ headers })) {
      expect(row.headers).toEqual([
        { name: 'X-Second', value: '2' },
        { name: 'X-First', value: 'Grüße' },
      ]);
    }
  });

  test('may be 30', async () => {
    const headers = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`X-${at}`, 'v']));
    for (const row of await acceptBoth({ headers })) expect(row.headers).toHaveLength(30);
  });

  test.each([
    ['a list', []],
    ['31 of them', Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`X-${at}`, 'v']))],
    ['a name with a colon', { 'X:Y': 'v' }],
    ['a name with a space', { 'X Y': 'v' }],
    ['an empty name', { '': 'v' }],
    ['a name of 127 characters', { ['X'.repeat(127)]: 'v' }],
    ['a value with CR and LF', { 'X-A': 'a\r\nBcc: eve@example.com' }],
    ['a value of 996 characters', { 'X-A': 'v'.repeat(996) }],
    ['a value that is too long once encoded', { 'X-A': 'ü'.repeat(400) }],
    ['a value that is a number', { 'X-A': 1 }],
    ['an empty value, which SES refuses', { 'X-A': '' }],
    ['a value of nothing but spaces', { 'X-A': '  ' }],
    ['the same name twice', { 'X-A': '1', 'x-a': '2' }],
    ['Subject', { subject: 'v' }],
    ['Bcc', { BCC: 'eve@example.com' }],
    ['Message-ID', { 'Message-Id': 'v' }],
    ['Content-Type', { 'Content-Type': 'text/plain' }],
    ['a value with spaces around it, which would not arrive', { 'X-A': ' a ' }],
    ['a value with a no-break space at its end', { 'X-A': 'a\u00a0' }],
    ['Sender', { Sender: 'eve@example.com' }],
    ['List-Unsubscribe without brackets', { 'List-Unsubscribe': 'https://example.com/u' }],
    ['List-Unsubscribe with a space in it', { 'List-Unsubscribe': '<https://example.com/u u>' }],
    ['List-Unsubscribe of another scheme', { 'List-Unsubscribe': '<javascript:alert(1)>' }],
    ['List-Unsubscribe without a comma', { 'List-Unsubscribe': '<mailto:a@b.example> <mailto:b@b.example>' }],
    ['List-Unsubscribe outside of ASCII', { 'List-Unsubscribe': '<https://bücher.example/u>' }],
    ['List-Unsubscribe-Post alone', { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }],
    [
      'List-Unsubscribe-Post beside a mail address',
      {
        'List-Unsubscribe': '<mailto:u@acme.test>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    ],
    [
      'List-Unsubscribe-Post of another form',
      { 'List-Unsubscribe': '<https://acme.test/u>', 'List-Unsubscribe-Post': 'one-click' },
    ],
    ['the id of the pipeline', { 'X-Postroom-Send-Id': 'v' }],
    ['a header of SES', { 'X-SES-CONFIGURATION-SET': 'v' }],
  ])('that are wrong are refused: %s', async (_what, headers) => {
    const [item, email] = await refuseBoth({ headers });
    expect(item?.[0]?.path).toMatch(/^headers/);
    expect(email?.[0]?.path).toMatch(/^emails\[0\]\.headers/);
  });

  test.each([
    [{ 'List-Unsubscribe': '<https://x.example/u>' }],
    [{ 'list-unsubscribe': '<mailto:u@acme.test?subject=off>, <https://acme.test/u?id=1&b=%20>' }],
    [
      {
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'List-Unsubscribe': '<http://acme.test/a>,<https://acme.test/b>',
      },
    ],
  ])('to unsubscribe by are yours to set where no group sets them: %j', async (headers) => {
    for (const row of await acceptBoth({ headers })) {
      expect(row.headers).toEqual(Object.entries(headers).map(([name, value]) => ({ name, value })));
    }
  });

  test.each([
    'Return-Receipt-To',
    'Disposition-Notification-To',
    'In-Reply-To',
    'Precedence',
    'Auto-Submitted',
  ])('that SES takes and nobody else sets are yours to set: %s', async (name) => {
    for (const row of await acceptBoth({ headers: { [name]: 'v' } })) {
      expect(row.headers).toEqual([{ name, value: 'v' }]);
    }
  });

  test('to unsubscribe by are refused where a group sets them, and the reason says so', async () => {
    const headers = { 'list-Unsubscribe': '<https://x.example/u>' };
    const group = await workspace.aGroup();
    const [item, email] = await refuseBoth(
      { headers, subscriptionGroupId: group },
      { headers, type: 'marketing' },
    );
    expect(item).toEqual([
      { path: 'headers.list-Unsubscribe', message: expect.stringContaining('it has a subscription group') },
    ]);
    expect(email).toEqual([
      {
        path: 'emails[0].headers.list-Unsubscribe',
        message: expect.stringContaining('it is marketing'),
      },
    ]);
    const fromDefaults = await refusal(workspace, anItem({ templateId, headers }), {
      subscriptionGroupId: group,
    });
    expect(issuesOf(fromDefaults.details)).toEqual(item);
  });

  test.each([
    ['Reply-To', 'set that field'],
    ['Message-ID', 'SES sets'],
    ['Resent-From', 'another sender'],
    ['ARC-Seal', 'signs'],
    ['Content-Language', 'put together'],
    ['X-SES-Message-Tags', 'orders to SES'],
    ['Authentication-Results', 'mail servers write'],
    ['delivered-to', 'mail servers write'],
    ['Errors-To', 'mail servers write'],
    ['Received-SPF', 'mail servers write'],
  ])('that nobody may set are refused with the true reason: %s', async (name, reason) => {
    for (const issues of await refuseBoth({ headers: { [name]: 'v' } })) {
      expect(issues?.[0]?.message).toContain(reason);
    }
  });

  test('named __proto__ change nothing of ours', async () => {
    const body = `{"emails":[{"from":"${from}","to":["a@example.com"],"subject":"s","html":"h","headers":{"__proto__":"x"}}]}`;
    const answer = await workspace.post('/emails/batch', body);
    expect([200, 400]).toContain(answer.status);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('attachments', () => {
  const base64 = (bytes: Buffer) => bytes.toString('base64');
  const aFile = (overrides: Json = {}): Json => ({
    filename: 'invoice.pdf',
    content: base64(Buffer.from(randomUUID())),
    content_type: 'application/pdf',
    ...overrides,
  });

  test('are stored once per content, whatever they are called', async () => {
    const content = base64(randomBytes(1000));
    const rows = await acceptBoth({
      attachments: [aFile({ content }), aFile({ content, filename: 'copy.bin', content_type: undefined })],
    });
    const refs = rows.map(({ attachments }) => attachments);
    expect(refs[0]).toEqual(refs[1]);
    expect(refs[0]).toMatchObject([
      { filename: 'invoice.pdf', contentType: 'application/pdf', contentId: null, sizeBytes: 1000 },
      { filename: 'copy.bin', contentType: 'application/octet-stream', sizeBytes: 1000 },
    ]);
    const stored = await api.prisma.attachment.findMany({ where: { workspaceId: workspace.id } });
    expect(stored.filter((row) => base64(Buffer.from(row.content)) === content)).toHaveLength(1);
  });

  test('keep the type that they were given, and have that of their ending without', async () => {
    const invite = 'text/calendar; charset=utf-8; method=REQUEST';
    const attachments = [
      aFile({ filename: 'invite.ics', content_type: invite }),
      aFile({ filename: 'logo.png', content_type: undefined, content_id: 'logo' }),
      aFile({ filename: 'empty.csv', content_type: null, content: '' }),
    ];
    for (const row of await acceptBoth({ attachments })) {
      expect(row.attachments).toMatchObject([
        { contentType: invite },
        { contentType: 'image/png', contentId: 'logo' },
        { contentType: 'text/csv', sizeBytes: 0 },
      ]);
    }
  });

  test('may be 7 MiB together, and not a byte more', async () => {
    const file = (bytes: number) => aFile({ content: base64(Buffer.alloc(bytes, 7)) });
    const rows = await acceptBoth({ attachments: [file(7 * 1024 * 1024 - 1), file(1)] });
    expect(rows).toHaveLength(2);
    const [item] = await refuseBoth({ attachments: [file(7 * 1024 * 1024), file(1)] });
    expect(item?.[0]?.message).toContain('7 MiB');
  });

  test.each([
    ['not a list', {}],
    ['no filename', [{ content: 'aGk=' }]],
    ['no content', [{ filename: 'a.txt' }]],
    ['content that is not base64', [{ filename: 'a.txt', content: '!!!!' }]],
    ['base64 without its padding', [{ filename: 'a.txt', content: 'aGk' }]],
    ['base64 with line breaks', [{ filename: 'a.txt', content: 'aGk=\naGk=' }]],
    ['base64 of the URL kind', [{ filename: 'a.txt', content: '-_-_' }]],
    ['a program', [aFile({ filename: 'setup.exe' })]],
    ['a program in capitals', [aFile({ filename: 'SETUP.EXE' })]],
    ['a script behind a harmless ending', [aFile({ filename: 'invoice.pdf.js' })]],
    ['a path', [aFile({ filename: '../etc/passwd' })]],
    ['a name with CR and LF', [aFile({ filename: 'a\r\nX: y.txt' })]],
    ['a name with a writing direction', [aFile({ filename: 'a\u202efdp.exe' })]],
    ['a name of 256 characters', [aFile({ filename: 'a'.repeat(256) })]],
    ['a name that ends in a dot', [aFile({ filename: 'setup.exe.' })]],
    ['a type with half a parameter', [aFile({ content_type: 'text/html; charset=' })]],
    ['a type that is longer than SES takes', [aFile({ content_type: `text/${'x'.repeat(74)}` })]],
    ['a type with CR and LF', [aFile({ content_type: 'text/html\r\nX: y' })]],
    ['a multipart type', [aFile({ content_type: 'multipart/mixed' })]],
    ['a message type that is no message', [aFile({ content_type: 'message/partial' })]],
    [
      'a message that has to be encoded',
      [aFile({ content_type: 'message/rfc822', content: base64(Buffer.from('Subject: ü\r\n\r\n')) })],
    ],
    ['a content id with brackets', [aFile({ content_id: '<a@b>' })]],
    ['the same content id twice', [aFile({ content_id: 'a' }), aFile({ content_id: 'a' })]],
    ['51 of them', Array.from({ length: 51 }, () => aFile())],
    ['an unknown field', [aFile({ path: '/etc/passwd' })]],
  ])('that are wrong are refused: %s', async (_what, attachments) => {
    const [item, email] = await refuseBoth({ attachments });
    expect(item?.[0]?.path).toMatch(/^attachments/);
    expect(email?.[0]?.path).toMatch(/^emails\[0\]\.attachments/);
  });

  test('count for what makes two requests the same', async () => {
    const item = anItem({ templateId, attachments: [aFile()] });
    const send = await accept(workspace, item);
    expect((await accept(workspace, item)).id).toBe(send.id);
    expect((await refusal(workspace, { ...item, attachments: [aFile()] })).error).toBe(
      'idempotency_key_reuse',
    );
  });
});

describe('a schedule', () => {
  test('makes the send Scheduled, without a job, until its time', async () => {
    const at = hoursAhead(1);
    const jobs = await api.countJobs();
    for (const row of await acceptBoth({ scheduledAt: at }, { scheduled_at: at })) {
      expect(row).toMatchObject({
        status: 'Scheduled',
        scheduledAt: new Date(at),
        nextAttemptAt: new Date(at),
      });
      expect(row.sweepAt).toEqual(new Date(at));
    }
    expect(await api.countJobs()).toBe(jobs);
  });

  test('is shown as queued in the emails dialect', async () => {
    const email = anEmail({ from, scheduled_at: hoursAhead(1) });
    expect(emailsOf(await workspace.post('/emails/batch', { emails: [email] })).emails[0]?.status).toBe(
      'queued',
    );
  });

  test('that has passed means at once', async () => {
    const at = hoursAhead(-1);
    for (const row of await acceptBoth({ scheduledAt: at }, { scheduled_at: at }))
      expect(row.status).toBe('Queued');
  });

  test('may be written with any offset', async () => {
    const send = await accept(workspace, anItem({ templateId, scheduledAt: '2020-02-29T12:00:00+01:00' }));
    expect(send.scheduledAt).toBe('2020-02-29T11:00:00.000Z');
  });

  test.each([
    ['30 days and an hour ahead', hoursAhead(30 * 24 + 1)],
    ['without an offset', '2026-01-01T00:00:00'],
    ['a date alone', '2026-01-01'],
    ['a number', 1_800_000_000],
    ['a day that does not exist', '2026-02-30T00:00:00Z'],
    ['a word', 'tomorrow'],
    ['before 1970', '0001-01-01T00:00:00Z'],
  ])('that is wrong is refused: %s', async (_what, at) => {
    const [item, email] = await refuseBoth({ scheduledAt: at }, { scheduled_at: at });
    expect(item?.[0]?.path).toBe('scheduledAt');
    expect(email?.[0]?.path).toBe('emails[0].scheduled_at');
  });
});

test('scheduledAt, tags and headers may be defaults, and the item wins', async () => {
  const defaults = {
    templateId,
    scheduledAt: hoursAhead(2),
    tags: ['default'],
    headers: { 'X-A': 'default' },
  };
  const { items } = await workspace.batch([anItem(), anItem({ scheduledAt: null, tags: ['own'] })], defaults);
  const rows = await Promise.all(items.map((item) => rowOf(item.status === 'accepted' ? item.send.id : '')));
  expect(rows).toMatchObject([
    { status: 'Scheduled', tags: ['default'], headers: [{ name: 'X-A', value: 'default' }] },
    { status: 'Queued', tags: ['own'], headers: [{ name: 'X-A', value: 'default' }] },
  ]);
});

test('attachments in defaults refuse the request', async () => {
  const answer = await workspace.post('/emails/batch', { items: [anItem()], defaults: { attachments: [] } });
  expect(errorOf(answer)).toMatchObject({
    status: 400,
    details: { issues: [{ path: 'defaults.attachments' }] },
  });
});
