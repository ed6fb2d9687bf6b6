import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { aMessage } from '../../test/builders.ts';
import { toSendEmailInput } from './send-email-input.ts';

const headers = Array.from({ length: 30 }, (_, i) => ({ name: `X-${i}`, value: `value ${i}` }));
const image = {
  filename: 'logo.png',
  content: new Uint8Array([1]),
  contentType: 'image/png',
  contentId: 'logo',
};

/** The raw message as it goes over the wire, one character per byte. */
async function rawOf(overrides: Parameters<typeof aMessage>[0]): Promise<string> {
  const result = await toSendEmailInput(aMessage({ headers, ...overrides }));
  if (result.kind === 'refused') throw new Error(result.reason);
  const data = result.input.Content?.Raw?.Data;
  if (data === undefined) throw new Error('The message is not raw.');
  return Buffer.from(data).toString('latin1');
}

const headOf = (raw: string) => raw.slice(0, raw.indexOf('\r\n\r\n'));
const fieldsOf = (head: string) => head.replace(/\r\n(?=[ \t])/g, '').split('\r\n');

test('its header holds each field once, in our order, and none that SES sets', async () => {
  const raw = await rawOf({
    replyTo: { email: 'help@sender.example', name: 'Help, please' },
    cc: [{ email: 'c@r.example', name: 'Zoë' }],
    bcc: [{ email: 'hidden@r.example', name: 'Hidden' }],
  });
  expect(fieldsOf(headOf(raw))).toEqual([
    'From: News <news@sender.example>',
    'To: reader@recipient.example',
    'Cc: =?UTF-8?B?Wm/Dqw==?= <c@r.example>',
    'Reply-To: "Help, please" <help@sender.example>',
    'Subject: Hello',
    ...headers.map(({ name, value }) => `${name}: ${value}`),
    'X-Postroom-Send-Id: 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    'MIME-Version: 1.0',
    expect.stringMatching(/^Content-Type: multipart\/alternative; boundary="[^"]+"$/),
  ]);
  expect(raw).not.toMatch(/hidden|bcc|x-mailer|message-id|^date:/im);
});

test('the envelope is given beside it', async () => {
  const result = await toSendEmailInput(
    aMessage({
      headers,
      replyTo: { email: 'help@sender.example', name: null },
      bcc: [{ email: 'hidden@r.example', name: null }],
      configurationSet: 'main',
    }),
  );
  expect(result).toMatchObject({
    input: {
      FromEmailAddress: 'News <news@sender.example>',
      Destination: {
        ToAddresses: ['reader@recipient.example'],
        CcAddresses: [],
        BccAddresses: ['hidden@r.example'],
      },
      ConfigurationSetName: 'main',
      EmailTags: [
        { Name: 'postroom-send-id', Value: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' },
        { Name: 'postroom-attempt', Value: '1' },
      ],
    },
  });
  expect(result).not.toHaveProperty('input.ReplyToAddresses');
});

test('inline images are related to the html, files are beside both', async () => {
  const file = { ...image, filename: 'a.pdf', contentType: 'application/pdf', contentId: null };
  const raw = await rawOf({ attachments: [file, image] });
  const types = [...raw.matchAll(/^Content-Type: ([a-z/]+)/gm)].map(([, type]) => type);
  expect(types).toEqual([
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'multipart/related',
    'text/html',
    'image/png',
    'application/pdf',
  ]);
  expect(raw).toContain('Content-ID: <logo>\r\n');
});

test('names of headers keep their case', async () => {
  const head = headOf(await rawOf({ headers: [...headers, { name: 'x-ODD-mD5', value: 'v' }] }));
  expect(fieldsOf(head)).toContain('x-ODD-mD5: v');
});

test('long headers are folded where a single space stands', async () => {
  const value = `${'word '.repeat(30)}${' '.repeat(200)}${'x'.repeat(500)}`;
  const head = headOf(await rawOf({ headers: [...headers, { name: 'X-Long', value }] }));
  expect(fieldsOf(head)).toContain(`X-Long: ${value}`);
  expect(head.split('\r\n').every((line) => /\S/.test(line))).toBe(true);
});

test('a subject that looks like an encoded word is encoded, so that it is read as it was given', async () => {
  const head = headOf(await rawOf({ subject: '=?UTF-8?Q?50?=' }));
  expect(fieldsOf(head)).toContain('Subject: =?UTF-8?B?PT9VVEYtOD9RPzUwPz0=?=');
});

test('a subject and a name of one long word are encoded, since they cannot be folded', async () => {
  const word = 'x'.repeat(998);
  const message = { subject: word, from: { email: 'a@b.example', name: word } };
  const lines = headOf(await rawOf(message)).split('\r\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
});

describe('refused', () => {
  test.each([
    ['a content id with a line break', { attachments: [{ ...image, contentId: 'a\r\nX-Evil: 1' }] }],
    ['a content id outside of ASCII', { attachments: [{ ...image, contentId: 'é' }] }],
    ['a content id of two', { attachments: [{ ...image, contentId: 'a> <b' }] }],
    [
      'a content type with a parameter',
      { attachments: [{ ...image, contentType: 'image/png; name=evil.exe' }] },
    ],
    [
      'a content type with a line break',
      { attachments: [{ ...image, contentType: 'image/png\r\nX-Evil: 1' }] },
    ],
    ['a part that holds parts', { attachments: [{ ...image, contentType: 'multipart/mixed' }] }],
    ['a file name that is too long', { attachments: [{ ...image, filename: 'a'.repeat(256) }] }],
  ])('%s', async (_name, overrides) => {
    const result = await toSendEmailInput(aMessage({ headers, ...overrides }));
    expect(result).toEqual({ kind: 'refused', reason: expect.not.stringMatching(/@|evil/i) });
  });
});

test('what the composer itself cannot take is refused without its words', async () => {
  const content = new Uint8Array(8);
  structuredClone(content.buffer, { transfer: [content.buffer] });
  expect(await toSendEmailInput(aMessage({ attachments: [{ ...image, content }] }))).toEqual({
    kind: 'refused',
    reason: 'The message could not be composed.',
  });
});

test('whatever a message brings: the fields of its header are ours, in lines that SES takes', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '\0',
        '\x7f',
        '\u0085',
        '\u2028',
        '"',
        '\\',
        ',',
        '<',
        '>',
        ':',
        ';',
        '=?',
        '?=',
        'é',
        '😀',
        ' ',
        'Bcc: a@b.example',
      ),
      maxLength: 60,
    }),
  );
  const small = text.map((one) => one.slice(0, 100));
  await fc.assert(
    fc.asyncProperty(text, text, small, small, async (subject, body, name, filename) => {
      const raw = await rawOf({
        subject,
        html: body,
        text: body,
        from: { email: 'a@b.example', name },
        to: [{ email: 'reader@recipient.example', name }],
        headers: [...headers, { name: 'X-Last', value: name }],
        attachments: [
          { ...image, filename },
          { ...image, filename, contentId: null },
        ],
      });
      expect(raw).toMatch(/^(?:[\t -\x7f]{0,998}\r\n)*$/);
      const fields = fieldsOf(headOf(raw)).map((field) => field.slice(0, field.indexOf(':')));
      expect(fields).toEqual([
        ...['From', 'To', 'Subject', ...headers.map((one) => one.name), 'X-Last', 'X-Postroom-Send-Id'],
        ...['MIME-Version', 'Content-Type'],
      ]);
    }),
    { numRuns: 200 },
  );
});
