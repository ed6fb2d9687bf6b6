import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutgoingMessage } from '@postroom/core';
import { type FakeSes, type StoredMessage, startFakeSes } from '@postroom/servers';
import fc from 'fast-check';
import { formatMailbox, type SesProvider } from '../src/index.ts';
import { aMessage, aProvider } from './builders.ts';

let fake: FakeSes;
let provider: SesProvider;

beforeEach(async () => {
  fake = await startFakeSes();
  provider = aProvider(fake.url);
});

afterEach(async () => {
  provider.close();
  await fake.stop();
});

/** Sends a message and reads what SES then has of it. */
async function received(overrides: Partial<OutgoingMessage>): Promise<StoredMessage> {
  const outcome = await provider.send(aMessage(overrides));
  expect(outcome).toMatchObject({ kind: 'accepted' });
  const message = fake.ledger.message(fake.ledger.summary().lastSeq);
  if (message === null) throw new Error('The ledger does not hold the message.');
  return message;
}

const thirtyHeaders = Array.from({ length: 30 }, (_, i) => ({
  name: `X-Custom-${i}`,
  value: i % 2 === 0 ? `Value ${i}: "a", <b>;  two spaces` : `Wért ${i} 日本語 😀`,
}));
const sendIdHeader = { name: 'X-Postroom-Send-Id', value: aMessage().sendId };
const png = Uint8Array.from({ length: 3_000 }, (_, i) => (i * 7) % 256);
const logo = { filename: 'logo.png', content: png, contentType: 'image/png', contentId: 'logo@mail' };

test('30 custom headers arrive all and exactly', async () => {
  const { headers } = await received({ headers: thirtyHeaders });
  expect(headers).toEqual([...thirtyHeaders, sendIdHeader]);
});

test('an inline image arrives with its content id', async () => {
  const html = '<img src="cid:logo@mail">';
  const message = await received({ html, attachments: [logo] });
  expect(message.html).toBe(html);
  expect(message.attachments).toEqual([
    {
      filename: 'logo.png',
      contentType: 'image/png',
      contentId: 'logo@mail',
      isInline: true,
      sizeBytes: png.length,
      contentBase64: Buffer.from(png).toString('base64'),
    },
  ]);
});

test.each([
  'Prüfbericht für März.pdf',
  '日本語のとても長い名前のファイルですので、いくつかの部分に分けられます.pdf',
  'a "quoted"; name=\\evil\\.pdf',
  '=?UTF-8?Q?not_a_word?=.pdf',
  "100%25 'sure'.pdf",
  `${'long-'.repeat(40)}.pdf`,
])('a file named %j keeps its name', async (filename) => {
  const attachments = [logo, { ...logo, filename, contentType: 'application/pdf', contentId: null }];
  const message = await received({ attachments });
  expect(message.attachments).toMatchObject([{ filename: 'logo.png' }, { filename, isInline: false }]);
});

test('an attachment, an inline image, html and text arrive together', async () => {
  const html = `<p>Zoë</p>\n${'<b>long line</b>'.repeat(200)}\n<img src="cid:logo@mail">`;
  const text = 'Hello Zoë\n.\nFrom here on\n--boundary\n\ttab  \n=20 is no space';
  const pdf = {
    filename: 'a.pdf',
    content: new Uint8Array(0),
    contentType: 'application/pdf',
    contentId: null,
  };
  const message = await received({ html, text, attachments: [pdf, logo] });
  expect(message).toMatchObject({ html, text, subject: 'Hello' });
  expect(message.attachments).toMatchObject([
    { filename: 'logo.png', isInline: true, sizeBytes: png.length },
    { filename: 'a.pdf', isInline: false, sizeBytes: 0 },
  ]);
});

test.each([
  ['html alone', { html: '<p>Zoë</p>', text: null }],
  ['text alone', { html: null, text: 'Plain' }],
  ['empty html beside text', { html: '', text: 'Plain' }],
])('%s arrives as it is', async (_name, body) => {
  expect(await received({ ...body, headers: thirtyHeaders })).toMatchObject(body);
});

test('the raw form says the same as the simple one', async () => {
  const said: Partial<OutgoingMessage> = {
    from: { email: 'news@sender.example', name: 'Jörg, "X"' },
    replyTo: { email: 'help@sender.example', name: 'Help, please' },
    to: [{ email: 'a@r.example', name: 'Doe, Jane' }],
    cc: [
      { email: 'b@bücher.example', name: null },
      { email: 'c@r.example', name: '日本' },
    ],
    bcc: [{ email: 'd@r.example', name: null }],
    subject: 'Grüße =?UTF-8?Q?x?= und mehr',
    headers: [{ name: 'X-A', value: 'é' }],
    attachments: [{ ...logo, filename: 'ü.png', contentId: null }],
    configurationSet: 'main',
  };
  const simple = await received(said);
  const more = Array.from({ length: 15 }, (_, i) => ({ name: `X-More-${i}`, value: 'v' }));
  const raw = await received({ ...said, headers: [{ name: 'X-A', value: 'é' }, ...more] });
  const { raw: _bytes, ...heard } = raw;
  const { seq, at, monotonicMs, messageId, headers } = raw;
  expect(heard).toEqual({ ...simple, seq, at, monotonicMs, messageId, headers });
  expect(headers.filter(({ name }) => !name.startsWith('X-More'))).toEqual(simple.headers);
});

test('blind copies are recipients, and in no header', async () => {
  const bcc = [{ email: 'hidden@r.example', name: 'Hidden' }];
  const message = await received({ bcc, headers: thirtyHeaders });
  expect(message.bcc).toEqual(['Hidden <hidden@r.example>']);
  expect(message.recipientsCount).toBe(2);
  expect(JSON.stringify([message.headers, message.to, message.cc])).not.toMatch(/hidden|bcc/i);
});

describe('refused here, without a call', () => {
  test.each([
    [
      'a content id with a line break',
      { attachments: [{ ...logo, contentId: 'a\r\nBcc: evil@evil.example' }] },
    ],
    [
      'a recipient with a line break',
      { headers: thirtyHeaders, to: [{ email: 'a@b.example\r\nX: y', name: null }] },
    ],
    [
      'a header that sets recipients',
      { headers: [...thirtyHeaders, { name: 'Bcc', value: 'evil@evil.example' }] },
    ],
  ])('%s', async (_name, overrides) => {
    expect(await provider.send(aMessage(overrides))).toMatchObject({
      kind: 'rejected',
      error: { code: 'MessageNotSendable', message: expect.not.stringContaining('@'), httpStatus: null },
    });
    expect(fake.outcomes()).toEqual({});
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      ...[
        '\r',
        '\n',
        '\r\n\r\n',
        '\0',
        '\t',
        '\u0085',
        '\u2028',
        '"',
        '\\',
        ',',
        '<',
        '>',
        ';',
        ':',
        '(',
        "'",
        '%41',
      ],
      ...['*', '=', '?', '_', 'é', '日', '😀', ' ', 'a', 'Bcc: evil@evil.example', 'word '],
    ),
    maxLength: 40,
  }),
);
const clean = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
const written = (email: string, name: string) => {
  const mailbox = formatMailbox({ email, name });
  return mailbox.kind === 'formatted' ? mailbox.value : '';
};

test('whatever names, subject, file names and header values hold: these recipients, these texts, no more headers', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, hostile, async (name, subject, filename, value) => {
      // A value may hold encoded words of its own: those are left as they are.
      fc.pre(!value.includes('=?') && filename.length <= 200);
      const headers = [...thirtyHeaders.slice(0, 15), { name: 'X-Hostile', value }];
      const message = await received({
        from: { email: 'a@sender.example', name },
        replyTo: { email: 'r@sender.example', name },
        to: [{ email: 'b@r.example', name }],
        cc: [{ email: 'c@r.example', name }],
        bcc: [{ email: 'd@r.example', name }],
        subject,
        headers,
        attachments: [
          { ...logo, filename },
          { ...logo, filename, contentId: null },
        ],
      });
      expect(message).toMatchObject({
        from: written('a@sender.example', name),
        to: [written('b@r.example', name)],
        cc: [written('c@r.example', name)],
        bcc: [written('d@r.example', name)],
        replyTo: [written('r@sender.example', name)],
        recipientsCount: 3,
        subject: clean(subject),
        html: '<p>Hello</p>',
        text: 'Hello',
      });
      expect(message.headers).toEqual([
        ...headers.map((header) => ({ ...header, value: clean(header.value) })),
        sendIdHeader,
      ]);
      expect(message.attachments.map((one) => [one.filename, one.contentId, one.sizeBytes])).toEqual([
        [clean(filename), 'logo@mail', png.length],
        [clean(filename), null, png.length],
      ]);
    }),
    { numRuns: 150 },
  );
});
