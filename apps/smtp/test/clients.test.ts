import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { idIn, type SmtpStack, sentOf, startSmtpStack } from './smtp-stack.ts';

const run = promisify(execFile);

let smtp: SmtpStack;

beforeAll(async () => {
  smtp = await startSmtpStack();
});

afterAll(() => smtp.stop());

const invite = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'METHOD:REQUEST',
  'BEGIN:VEVENT',
  'UID:1@acme.test',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

test('nodemailer sends html, text, an invitation, an inline image and a file, and each arrives in its place', async () => {
  const { stack, port } = smtp;
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    auth: { user: 'anything', pass: stack.key },
  });
  const sent = await transport.sendMail({
    from: 'Grüße GmbH <hello@acme.test>',
    to: ['"Doe, Jane" <jane@b.test>', 'john@b.test'],
    cc: 'Zoë <zoe@b.test>',
    bcc: 'hidden@b.test',
    subject: 'Prüfung – eins',
    text: 'Hällo\n.\n..\nFrom here',
    html: '<p>Hällo <img src="cid:logo@acme"></p>',
    icalEvent: { method: 'REQUEST', content: invite },
    attachments: [
      { filename: 'logo.png', content: Buffer.from([1, 2, 3]), cid: 'logo@acme' },
      { filename: 'Rechnung März.pdf', content: Buffer.from('%PDF-'), contentType: 'application/pdf' },
    ],
    headers: { 'X-Campaign': 'spring', 'X-Postroom-Tags': 'a, b' },
  });
  const id = idIn(sent.response);
  const message = await sentOf(stack, id);
  expect(message).toMatchObject({
    from: '=?UTF-8?B?R3LDvMOfZSBHbWJI?= <hello@acme.test>',
    to: ['"Doe, Jane" <jane@b.test>', 'john@b.test'],
    cc: ['=?UTF-8?B?Wm/Dqw==?= <zoe@b.test>'],
    bcc: ['hidden@b.test'],
    subject: 'Prüfung – eins',
    html: '<p>Hällo <img src="cid:logo@acme"></p>',
    text: 'Hällo\n.\n..\nFrom here',
  });
  expect(message.raw).not.toMatch(/hidden@|x-postroom-tags|message-id|^bcc/im);
  expect(message.headers).toContainEqual({ name: 'X-Campaign', value: 'spring' });
  expect(
    message.attachments.map(({ filename, contentType, contentId }) => [filename, contentType, contentId]),
  ).toEqual(
    expect.arrayContaining([
      ['logo.png', 'image/png', 'logo@acme'],
      ['Rechnung März.pdf', 'application/pdf', null],
    ]),
  );
  const types = [...(message.raw ?? '').matchAll(/^Content-Type: ([a-z/]+)/gm)].map(([, type]) => type);
  expect(types).toEqual([
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'multipart/related',
    'text/html',
    'image/png',
    'text/calendar',
    'application/pdf',
    'application/ics',
  ]);
  const shown = await stack.client.get(`/emails/${id}`);
  expect(shown.body).toMatchObject({
    to: { email: 'jane@b.test' },
    tags: ['a', 'b'],
    subject: 'Prüfung – eins',
  });
  expect(JSON.stringify(shown.body)).not.toContain('hidden');
});

test("Python's smtplib sends an EmailMessage", async () => {
  const { stack, port } = smtp;
  const script = `
import smtplib, sys
from email.message import EmailMessage
m = EmailMessage()
m['From'] = 'Acme <hello@acme.test>'
m['To'] = 'jane@b.test'
m['Subject'] = 'Grüße'
m.set_content('Hällo\\n')
m.add_alternative('<p>Hällo</p>\\n', subtype='html')
m.add_attachment(b'a,b\\n', maintype='text', subtype='csv', filename='list.csv')
with smtplib.SMTP('127.0.0.1', ${port}) as s:
    s.login('x', sys.argv[1])
    s.set_debuglevel(1)
    s.send_message(m, to_addrs=['jane@b.test', 'blind@b.test'])
`;
  const { stderr } = await run('python3', ['-c', script, stack.key]);
  const message = await sentOf(stack, idIn(stderr));
  expect(message).toMatchObject({
    to: ['jane@b.test'],
    bcc: ['blind@b.test'],
    subject: 'Grüße',
    text: 'Hällo\n',
  });
  expect(message.attachments).toMatchObject([
    { filename: 'list.csv', contentType: 'text/csv', sizeBytes: 4 },
  ]);
});

test('swaks sends what it sends unless told, and an attachment', async () => {
  const { stack, port } = smtp;
  const { stdout } = await run('swaks', [
    '--server=127.0.0.1',
    `--port=${port}`,
    '--auth=LOGIN',
    '--auth-user=x',
    `--auth-password=${stack.key}`,
    '--from=hello@acme.test',
    '--to=jane@b.test',
    '--header=Subject: A test',
    '--body=Hello',
    '--attach-name=a.txt',
    '--attach=the file',
  ]);
  const message = await sentOf(stack, idIn(stdout));
  expect(message).toMatchObject({ to: ['jane@b.test'], subject: 'A test' });
});
