import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, type Stack, startTestStack } from '@postroom/testkit';

let stack: Stack;
const from = 'News <hello@acme.test>';

beforeAll(async () => {
  stack = await startTestStack();
  // Makes the sender profile that the emails come from.
  await stack.makeTemplate();
});

afterAll(() => stack?.stop());

type Email = Readonly<Record<string, unknown>>;

/** Posts one email, waits until it was given to SES, and answers the message that SES got. */
async function deliver(email: Email) {
  const tag = randomBytes(8).toString('hex');
  const body = {
    emails: [{ from, to: ['ada@example.com'], subject: 'Hello', text: 'Hi', tags: [tag], ...email }],
  };
  const { status, body: answer } = await stack.client.post('/emails/batch', body);
  expect([status, answer]).toEqual([200, expect.objectContaining({ count: 1 })]);
  const row = await eventually(
    async () => {
      const [found] = await stack.database.rows(
        `SELECT id, status, failure_message FROM email_sends WHERE '${tag}' = ANY(tags)`,
      );
      return found !== undefined && !['Queued', 'Processing'].includes(String(found.status)) ? found : false;
    },
    { what: 'the email to be settled' },
  );
  expect(row).toMatchObject({ status: 'Sent', failure_message: null });
  const [entry, ...more] = stack.ses.ledger.entriesOf(String(row.id));
  expect(more).toEqual([]);
  return stack.ses.ledger.message(entry?.seq ?? -1);
}

const file = (content: Buffer, others: Email = {}): Email => ({
  filename: 'report.pdf',
  content: content.toString('base64'),
  content_type: 'application/pdf',
  ...others,
});

test('inline content goes out as it is: it is no template', async () => {
  const message = await deliver({
    subject: 'Only {{today}}',
    html: '<p>{{name}} &amp; {{{x}}}</p>',
    text: '{{text}}',
  });
  expect(message).toMatchObject({
    subject: 'Only {{today}}',
    html: '<p>{{name}} &amp; {{{x}}}</p>',
    text: '{{text}}',
    from,
  });
});

test('every recipient is there once, in its place', async () => {
  const message = await deliver({
    to: ['Ada <ada@example.com>', 'bob@example.com'],
    cc: ['carol@example.com', 'ADA@example.com'],
    bcc: ['dave@example.com', 'bob@example.com'],
    reply_to: 'Support <support@example.com>',
  });
  expect(message).toMatchObject({
    to: ['Ada <ada@example.com>', 'bob@example.com'],
    cc: ['carol@example.com'],
    bcc: ['dave@example.com'],
    replyTo: ['Support <support@example.com>'],
  });
});

test('attachments and headers arrive byte for byte', async () => {
  const content = randomBytes(100_000);
  const message = await deliver({
    attachments: [
      file(content),
      file(Buffer.from('a,b\n'), { filename: 'Übersicht.csv', content_type: 'text/csv' }),
    ],
    headers: { 'X-Campaign': 'spring' },
  });
  expect(message?.headers).toEqual(expect.arrayContaining([{ name: 'X-Campaign', value: 'spring' }]));
  expect(message?.attachments).toMatchObject([
    {
      filename: 'report.pdf',
      contentType: 'application/pdf',
      isInline: false,
      contentBase64: content.toString('base64'),
    },
    { filename: 'Übersicht.csv', contentType: 'text/csv', sizeBytes: 4 },
  ]);
});

test('an inline image arrives with the id that the html names', async () => {
  const content = randomBytes(500);
  const message = await deliver({
    html: '<img src="cid:logo">',
    attachments: [file(content, { filename: 'logo.png', content_type: 'image/png', content_id: 'logo' })],
    bcc: ['hidden@example.com'],
  });
  expect(message).toMatchObject({
    subject: 'Hello',
    html: expect.stringContaining('<img src="cid:logo">'),
    bcc: ['hidden@example.com'],
    attachments: [
      { filename: 'logo.png', contentId: 'logo', isInline: true, contentBase64: content.toString('base64') },
    ],
  });
  expect(JSON.stringify(message?.headers)).not.toContain('hidden@example.com');
});

test('30 headers arrive, although SES takes 15 in its simple form', async () => {
  const headers = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`X-H${at}`, `value ${at}`]));
  const message = await deliver({ headers });
  const arrived = message?.headers.filter(({ name }) => /^X-H\d/.test(name)) ?? [];
  expect(Object.fromEntries(arrived.map(({ name, value }) => [name, value]))).toEqual(headers);
});

test('an email with an unverified sender is never given to SES', async () => {
  const email = {
    from: 'eve@elsewhere.test',
    to: ['ada@example.com'],
    subject: 's',
    text: 't',
    tags: ['unverified'],
  };
  const { body } = await stack.client.post('/emails/batch', { emails: [email, { ...email, from }] });
  expect(body).toMatchObject({ emails: [{ status: 'failed' }, { status: 'queued' }] });
  const rows = await eventually(
    async () => {
      const found = await stack.database.rows(
        `SELECT id, status FROM email_sends WHERE 'unverified' = ANY(tags) ORDER BY status`,
      );
      return found.every(({ status }) => ['Failed', 'Sent'].includes(String(status))) ? found : false;
    },
    { what: 'both emails to be settled' },
  );
  expect(rows.map(({ id, status }) => [status, stack.ses.ledger.entriesOf(String(id)).length])).toEqual([
    ['Sent', 1],
    ['Failed', 0],
  ]);
});
