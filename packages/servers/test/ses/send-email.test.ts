import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeSes, startFakeSes } from '../../src/index.ts';
import { sendInput, sesClient } from './test-ses-client.ts';

let fake: FakeSes;
let client: SESv2Client;

beforeEach(async () => {
  fake = await startFakeSes();
  client = sesClient(fake.url);
});

afterEach(async () => {
  client.destroy();
  await fake.stop();
});

test('an accepted message is in the ledger with all that was said', async () => {
  const { MessageId } = await client.send(
    new SendEmailCommand(
      sendInput({
        Destination: {
          ToAddresses: ['zoe@example.com'],
          CcAddresses: ['"B, C" <b@example.com>'],
          BccAddresses: ['d@example.com'],
        },
        ReplyToAddresses: ['reply@acme.example'],
        ConfigurationSetName: 'main',
      }),
    ),
  );
  expect(fake.ledger.entries()).toEqual([
    {
      seq: 1,
      at: expect.any(Number),
      monotonicMs: expect.any(Number),
      messageId: MessageId,
      sendId: 'send_1',
      attempt: 2,
      from: '"Acme" <hello@acme.example>',
      to: ['zoe@example.com'],
      cc: ['"B, C" <b@example.com>'],
      bcc: ['d@example.com'],
      subject: 'Hello Zoë',
      tags: { 'postroom-send-id': 'send_1', 'postroom-attempt': '2' },
      configurationSet: 'main',
      recipientsCount: 3,
      fault: null,
    },
  ]);
  expect(fake.ledger.message(1)).toMatchObject({
    html: '<p>Hello</p>',
    text: 'Hello',
    replyTo: ['reply@acme.example'],
    headers: [{ name: 'X-Postroom-Send-Id', value: 'send_1' }],
  });
});

test('an attachment arrives byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
  await client.send(
    new SendEmailCommand(
      sendInput({
        Content: {
          Simple: {
            Subject: { Data: 'With a file' },
            Body: { Html: { Data: '<img src="cid:logo">' } },
            Attachments: [
              {
                FileName: 'logo.png',
                ContentType: 'image/png',
                ContentDisposition: 'INLINE',
                ContentId: 'logo',
                RawContent: bytes,
              },
            ],
          },
        },
      }),
    ),
  );
  expect(fake.ledger.message(1)?.attachments).toEqual([
    {
      filename: 'logo.png',
      contentType: 'image/png',
      contentId: 'logo',
      isInline: true,
      sizeBytes: 300,
      contentBase64: Buffer.from(bytes).toString('base64'),
    },
  ]);
});

test('a raw message is read as far as an inbox needs it', async () => {
  const raw = [
    'From: hello@acme.example',
    'Subject: =?utf-8?Q?Hello_Zo=C3=AB?=',
    'X-Long: one',
    ' two',
    'Content-Type: multipart/mixed; boundary="b1"',
    '',
    '--b1',
    'Content-Type: multipart/alternative; boundary=b2',
    '',
    '--b2',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Zo=C3=AB says =',
    'hello',
    '--b2',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('<p>Zoë</p>').toString('base64'),
    '--b2--',
    '--b1',
    'Content-Type: text/csv; name="a.csv"',
    'Content-Disposition: attachment; filename="a.csv"',
    '',
    '1,2',
    '--b1--',
    '',
  ].join('\r\n');
  await client.send(new SendEmailCommand(sendInput({ Content: { Raw: { Data: Buffer.from(raw) } } })));
  expect(fake.ledger.message(1)).toMatchObject({
    subject: 'Hello Zoë',
    text: 'Zoë says hello',
    html: '<p>Zoë</p>',
    attachments: [{ filename: 'a.csv', contentType: 'text/csv', sizeBytes: 3 }],
  });
  expect(fake.ledger.message(1)?.headers).toContainEqual({ name: 'X-Long', value: 'one two' });
});

test.each([
  ['no recipient', { Destination: {} }],
  [
    '51 recipients',
    { Destination: { ToAddresses: Array.from({ length: 51 }, (_, n) => `a${n}@example.com`) } },
  ],
  ['a comma in an unquoted name', { FromEmailAddress: 'Acme, Inc <hello@acme.example>' }],
  ['a line break in an address', { Destination: { ToAddresses: ['a@example.com\r\nBcc: b@example.com'] } }],
  ['no domain', { Destination: { ToAddresses: ['nobody'] } }],
  ['a tag with a space', { EmailTags: [{ Name: 'a', Value: 'b c' }] }],
  ['no content', { Content: {} }],
  [
    'a line break in a header',
    {
      Content: {
        Simple: {
          Subject: { Data: 'a' },
          Body: { Text: { Data: 'b' } },
          Headers: [{ Name: 'X-A', Value: 'b\r\nX-B: c' }],
        },
      },
    },
  ],
  [
    'a header twice that a message may have once',
    {
      Content: {
        Simple: {
          Subject: { Data: 'a' },
          Body: { Text: { Data: 'b' } },
          Headers: [
            { Name: 'List-Unsubscribe', Value: '<https://a.example>' },
            { Name: 'list-unsubscribe', Value: '<https://b.example>' },
          ],
        },
      },
    },
  ],
])('a request with %s is refused and not in the ledger', async (_, overrides) => {
  await expect(client.send(new SendEmailCommand(sendInput(overrides)))).rejects.toMatchObject({
    name: 'BadRequestException',
    $metadata: { httpStatusCode: 400 },
  });
  expect(fake.ledger.summary().accepted).toBe(0);
});
