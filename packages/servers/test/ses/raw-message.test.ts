import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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

const sendRaw = (lines: readonly string[], overrides: Parameters<typeof sendInput>[0] = {}) =>
  client.send(
    new SendEmailCommand(
      sendInput({ Content: { Raw: { Data: Buffer.from(lines.join('\r\n'), 'latin1') } }, ...overrides }),
    ),
  );

const sendSimpleHeaders = (count: number) => {
  const Headers = Array.from({ length: count }, (_, i) => ({ Name: `X-${i}`, Value: 'v' }));
  const Simple = { Subject: { Data: 'a' }, Body: { Text: { Data: 'b' } }, Headers };
  return client.send(new SendEmailCommand(sendInput({ Content: { Simple } })));
};

test('a simple message takes 15 headers, not 16', async () => {
  await sendSimpleHeaders(15);
  await expect(sendSimpleHeaders(16)).rejects.toMatchObject({
    name: 'BadRequestException',
    $metadata: { httpStatusCode: 400 },
  });
  expect(fake.ledger.summary().accepted).toBe(1);
});

test('the header of a raw message is told as that of a simple one', async () => {
  const lines = [
    'From: "Acme" <hello@acme.example>',
    'To: zoe@example.com',
    'Reply-To: "A, B" <a@acme.example>,',
    ' b@acme.example',
    'Subject: =?utf-8?Q?Zo=C3=AB?=',
    'X-Spaces: two  of',
    '  them',
    'X-Words: =?utf-8?B?w6k=?= =?utf-8?B?w6k=?=',
    'MIME-Version: 1.0',
    'Content-Type: text/plain',
    '',
    'Hello',
    '',
  ];
  await sendRaw(lines, { ReplyToAddresses: ['ignored@acme.example'] });
  expect(fake.ledger.message(1)).toMatchObject({
    from: '"Acme" <hello@acme.example>',
    replyTo: ['"A, B" <a@acme.example>', 'b@acme.example'],
    subject: 'Zoë',
    text: 'Hello',
    headers: [
      { name: 'X-Spaces', value: 'two  of  them' },
      { name: 'X-Words', value: 'éé' },
    ],
  });
});

test.each([
  ['a quoted name', 'attachment; filename="a \\"b\\"; c.txt"', 'a "b"; c.txt'],
  ['a name in another character set', "attachment; filename*=iso-8859-1''%FC.txt", 'ü.txt'],
  [
    'a name in parts',
    'attachment; filename*0*=utf-8\'\'%C3%BC; filename*2*=.txt; filename*1=" 100%25"',
    'ü 100%25.txt',
  ],
  ['both kinds of name', "attachment; filename=plain.txt; filename*=utf-8''better.txt", 'better.txt'],
  ['a name only in its type', 'attachment', 'ä.txt'],
])('a file with %s', async (_, disposition, filename) => {
  await sendRaw([
    'From: hello@acme.example',
    'Content-Type: multipart/mixed; boundary="a(b)"',
    '',
    'No part.',
    '--a(b)',
    '',
    'Text of a part without a header',
    '--a(b)b',
    '--a(b)',
    'Content-Type: text/csv; name="=?utf-8?Q?=C3=A4.txt?="',
    'Content-ID: <one@acme.example>',
    `Content-Disposition: ${disposition}`,
    '',
    '1,2',
    '--a(b)--',
    'No part either.',
  ]);
  expect(fake.ledger.message(1)).toMatchObject({
    text: 'Text of a part without a header\n--a(b)b',
    attachments: [
      {
        filename,
        contentType: 'text/csv',
        contentId: 'one@acme.example',
        isInline: false,
        sizeBytes: 3,
        contentBase64: Buffer.from('1,2').toString('base64'),
      },
    ],
  });
});

describe('a raw message is refused and not in the ledger', () => {
  const from = 'From: hello@acme.example';

  test.each([
    ['no sender', ['Subject: a', '', 'b']],
    ['two subjects', [from, 'Subject: a', 'subject: b', '', 'c']],
    ['a second address without a comma', [from, 'To: a@example.com b@example.com', '', 'c']],
    ['a name that is not quoted', ['From: Acme, Inc <hello@acme.example>', '', 'c']],
    ['a lone carriage return in a header', [from, 'X-A: a\rX-B: b', '', 'c']],
    ['a NUL in a header', [from, 'X-A: a\0', '', 'c']],
    ['a header outside of ASCII', [from, 'X-A: \xe9', '', 'c']],
    ['a line that is no field', [from, 'X-A', '', 'c']],
    ['a line of spaces in a header', [from, 'X-A: a', '   ', ' b', '', 'c']],
    ['a header line of 999 characters', [from, `X-A: ${'a'.repeat(994)}`, '', 'c']],
    ['a body line of 999 characters', [from, '', 'a'.repeat(999)]],
    [
      'a NUL in the header of a part',
      [from, 'Content-Type: multipart/mixed; boundary=b', '', '--b', 'X-A: \0', '', 'c', '--b--'],
    ],
  ])('with %s', async (_, lines) => {
    await expect(sendRaw(lines)).rejects.toMatchObject({
      name: 'BadRequestException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(fake.ledger.summary().accepted).toBe(0);
  });

  test('with lines of 998 characters it is accepted', async () => {
    await sendRaw([from, `X-A: ${'a'.repeat(993)}`, '', 'a'.repeat(998)]);
    expect(fake.ledger.summary().accepted).toBe(1);
  });
});
