import { describe, expect, test } from '@jest/globals';
import { readSmtpMessage, type SmtpEnvelope } from '@postroom/contracts';
import type { OutgoingMessage } from '@postroom/core';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { aMessage } from '../../test/builders.ts';
import { toSendEmailInput } from './send-email-input.ts';

const envelope = { from: 'news@sender.example', recipients: ['reader@recipient.example'] };

/** A message that came in, as it is to go out. */
function taken(raw: string, to: SmtpEnvelope = envelope): OutgoingMessage {
  const read = readSmtpMessage(Buffer.from(raw, 'latin1'), to);
  if (read.kind === 'bad') throw new Error(read.reason);
  if (read.send.kind !== 'email' || read.send.mime === undefined) throw new Error('it has no message');
  const { email, mime } = read.send;
  const { headers } = email;
  return aMessage({
    html: email.html ?? null,
    text: email.text ?? null,
    subject: email.subject,
    ...(headers ? { headers } : {}),
    mime: { ...mime, fromName: mime.from[0]?.name ?? null },
  });
}

async function sent(message: OutgoingMessage): Promise<string> {
  const result = await toSendEmailInput(message);
  if (result.kind === 'refused') throw new Error(result.reason);
  return Buffer.from(result.input.Content?.Raw?.Data ?? []).toString('latin1');
}

const bodyOf = (raw: string) => raw.slice(raw.indexOf('\r\n\r\n'));

const head = (type: string) =>
  `From: News <news@sender.example>\r\nTo: reader@recipient.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n${type}`;

const multipart = (kind: string, boundary: string, parts: readonly string[], more = '') =>
  `Content-Type: multipart/${kind}; boundary="${boundary}"${more}\r\n\r\nPreamble\r\n` +
  `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\nEpilogue\r\n`;

const text =
  'Content-Type: text/plain; charset=iso-8859-1; format=flowed\r\nContent-Language: de\r\n\r\nGr\xfc\xdfe \r\nan alle';
const html =
  'Content-Type: text/html;\r\n charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D"https://a.example">H=C3=A4=\r\nllo</a>';
const invite =
  'Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\nContent-Transfer-Encoding: 8bit\r\n\r\nBEGIN:VCALENDAR\r\nSUMMARY:Gr\xc3\xbc\xc3\x9fe\r\nEND:VCALENDAR';
const image =
  "Content-Type: image/png; x-unix-mode=0644\r\nContent-ID: <logo@a>\r\nContent-Disposition: inline; filename*=utf-8''%C3%BC.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAQID\r\n";
const letter =
  'Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename="a.eml"\r\n\r\nFrom: a@b.example\r\nBcc: c@d.example\r\nX-Postroom-Tags: inside\r\n\r\nInside\r\n';

const whole = head(
  multipart('mixed', 'm', [
    multipart('alternative', 'a', [
      text,
      multipart('related', 'r', [html, image], '; type="text/html"'),
      invite,
    ]),
    letter,
  ]),
);

describe('what came goes out', () => {
  test.each([
    ['text alone', head(text)],
    ['html alone', head(html)],
    ['an invitation', head(multipart('alternative', 'a', [text, html, invite]))],
    ['an image within html', head(multipart('related', 'r', [html, image]))],
    ['all of it', whole],
    [
      'what is signed',
      head(multipart('signed', 's', [text, 'Content-Type: application/pgp-signature\r\n\r\nsig'])),
    ],
    ['parts without a header', head(multipart('mixed', 'm', ['\r\nHello', image]))],
    ['a multipart that does not end', whole.slice(0, whole.lastIndexOf('--m--'))],
    ['a file alone', head('Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF')],
    ['an empty text', head('Content-Type: text/plain\r\n\r\n')],
    ['no body at all', head('Content-Type: text/plain\r\n')],
  ])('%s, to the byte', async (_what, raw) => {
    expect(bodyOf(await sent(taken(raw)))).toBe(bodyOf(raw));
  });

  test('with its own fields, in their order and form, but for those that are ours, or that others set', async () => {
    const raw = await sent(
      taken(
        [
          'Received: from a by b',
          'Return-Path: <x@sender.example>',
          'X-One:  kept   as\r\n  it is',
          'From: =?utf-8?q?N=C3=A9ws?= <news@sender.example>',
          'Sender: other@sender.example',
          'To: Team: "Reader, A." <reader@recipient.example>, away@b.example (on, leave);',
          'Cc: undisclosed-recipients:;',
          'Bcc: hidden@b.example',
          'Subject: =?utf-8?b?R3LDvMOfZQ==?=',
          'Date: Sun, 29 Nov 2026 10:00:00 +0000',
          'Message-ID: <1@sender.example>',
          'In-Reply-To: <0@sender.example>',
          'X-One: twice',
          'X-SES-CONFIGURATION-SET: other',
          'X-Postroom-Tags: a',
          'DKIM-Signature: v=1',
          '',
          'Hello',
        ].join('\r\n'),
      ),
    );
    expect(raw.slice(0, raw.indexOf('\r\n\r\n')).split('\r\n')).toEqual([
      'From: =?UTF-8?B?TsOpd3M=?= <news@sender.example>',
      'To: "Reader, A." <reader@recipient.example>, "on, leave" <away@b.example>',
      'X-Postroom-Send-Id: 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
      'MIME-Version: 1.0',
      'X-One:  kept   as',
      '  it is',
      'Subject: =?utf-8?b?R3LDvMOfZQ==?=',
      'In-Reply-To: <0@sender.example>',
      'X-One: twice',
    ]);
  });

  test('under headers of ours in place of its own', async () => {
    const message = taken(`List-Unsubscribe: <https://theirs.example>\r\n${whole}`);
    const headers = [{ name: 'List-Unsubscribe', value: '<https://ours.example>' }];
    const raw = await sent({ ...message, headers });
    expect(raw).toContain('List-Unsubscribe: <https://ours.example>\r\n');
    expect(raw).not.toContain('theirs.example');
    expect(bodyOf(raw)).toBe(bodyOf(whole));
  });
});

test.each([
  ['reader@recipient.example (Cron Daemon)', 'Cron Daemon'],
  ['reader@recipient.example (Doe, J. (=?utf-8?q?J=C3=B6rg?=))', 'Doe, J. (Jörg)'],
  ['"Doe, J." Sales <reader@recipient.example>', 'Doe, J. Sales'],
  ['"The \\"Best\\"" of <reader@recipient.example>', 'The "Best" of'],
])('a name is read of what goes out as of what came: %s', async (address, name) => {
  const fields = ['From', 'To', 'Reply-To'].map((field) => `${field}: ${address}`);
  const { from, to, replyTo } = await PostalMime.parse(await sent(taken([...fields, '', 'Hi'].join('\r\n'))));
  expect([from, ...(to ?? []), ...(replyTo ?? [])]).toMatchObject(Array(3).fill({ name }));
});

describe('a field that is odd, and of which a row keeps a part or nothing, goes out as it came:', () => {
  const subject = `Subject: ${Array(200).fill('12345').join('\r\n ')}`;
  const name = `${'A'.repeat(180)} ${'B'.repeat(180)}`;
  test.each([
    ['one that is folded by a tab', 'Auto-Submitted: auto-notified;\r\n\towner-email="a@b.example"'],
    [
      'one that no header of a request may be',
      `Auto-Submitted: no (${'x '.repeat(400)})\r\n (${'x '.repeat(300)})`,
    ],
    ['a subject of which nothing is seen', 'Subject: =?utf-8?B?4oCL?='],
    ['a long subject', subject],
    ['a long name of the sender', `From: ${name} <news@sender.example>`],
    ['long names of others', `To: ${name} <reader@recipient.example>\r\nReply-To: ${name} <a@b.example>`],
  ])('%s', async (_what, fields) => {
    const from = fields.startsWith('From') ? '' : 'From: news@sender.example\r\n';
    const raw = await sent(taken(`${from}${fields}\r\n\r\nHello`));
    const unfolded = (text: string) => text.replace(/\r\n[ \t]/g, ' ');
    for (const field of unfolded(fields).split('\r\n')) {
      expect(unfolded(raw).split('\r\n')).toContain(field);
    }
  });
});

describe('names in words that nobody here can read', () => {
  test.each([
    ['=?unknown-8bit?q?M=FCller?=', '=?unknown-8bit?q?M=FCller?='],
    ['=?utf-7?q?a?= =?utf-7?q?b?=', '=?utf-7?q?a?= =?utf-7?q?b?='],
    ['=?utf-8?q?M=FCller?= GmbH', '=?utf-8?q?M=FCller?= GmbH'],
    ['=?utf-8?q?J=C3=B6rg?= =?utf-7?q?a?=', '=?UTF-8?B?SsO2cmc=?= =?utf-7?q?a?='],
    ['"A, =?utf-7?q?a?="', '"A," =?utf-7?q?a?='],
    // Text that only looks like a word.
    ['=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=', '=?UTF-8?B?PT91dGYtOD9xP3g/PQ==?='],
    ['"=?utf-7?q?a,b?="', '=?UTF-8?B?PT91dGYtNz9xP2EsYj89?='],
  ])('%s stay as they came', async (name, written) => {
    const fields = ['From', 'To', 'Cc', 'Reply-To'].map(
      (field) => `${field}: ${name} <reader@recipient.example>`,
    );
    const subject = 'Subject: =?unknown-8bit?q?M=FCller?=';
    const message = taken([...fields, subject, '', 'Hi'].join('\r\n'));
    const raw = await sent({ ...message, from: { email: 'reader@recipient.example', name: null } });
    expect(raw.replaceAll('\r\n ', ' ').split('\r\n')).toEqual(
      expect.arrayContaining([
        ...['From', 'To', 'Cc', 'Reply-To'].map((field) => `${field}: ${written} <reader@recipient.example>`),
        subject,
      ]),
    );
  });
});

describe('where a text was changed', () => {
  test('that part alone is another, and keeps the rest of its header', async () => {
    const message = taken(whole);
    const raw = await sent({ ...message, html: '<a href="https://t.example/x">Hällo</a>' });
    const base64 = Buffer.from('<a href="https://t.example/x">Hällo</a>').toString('base64');
    const changed = `Content-Type: text/html;\r\n charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}`;
    expect(bodyOf(raw)).toBe(bodyOf(whole.replace(html, changed)));
  });

  test('a message that is one text says how it is written now', async () => {
    const message = taken(head(text));
    expect(message.text).toBe('Grüße \nan alle');
    const raw = await sent({ ...message, text: 'Other\nlines' });
    expect(raw).toContain('Content-Type: text/plain;\r\n charset="utf-8"\r\nContent-Language: de\r\n');
    expect(raw).toContain('Content-Transfer-Encoding: base64\r\n');
    expect(bodyOf(raw)).toBe(`\r\n\r\n${Buffer.from('Other\r\nlines').toString('base64')}`);
  });

  test('and says no charset, it is read as what it is, or left', async () => {
    const asItCame = head('Content-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n');
    const utf8 = taken(`${asItCame}${Buffer.from('<p>Hällo</p>').toString('latin1')}`);
    expect(utf8.html).toBe('<p>Hällo</p>');
    const other = utf8.html?.replace('p>', 'b>') ?? null;
    expect(bodyOf(await sent({ ...utf8, html: other }))).toBe(
      `\r\n\r\n${Buffer.from('<b>Hällo</p>').toString('base64')}`,
    );
    const unread = taken(`${asItCame}<p>H\xe4llo</p>`);
    expect(unread).toMatchObject({ html: null, text: '\n' });
    expect(bodyOf(await sent(unread))).toBe('\r\n\r\n<p>H\xe4llo</p>');
  });

  test.each([
    ['is longer than a send keeps', 'Content-Type: text/plain', 'a'.repeat(5 * 1024 * 1024 + 1)],
    [
      'holds NUL',
      'Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable',
      'a=00b https://a.example',
    ],
    ['is of a charset that there is not', 'Content-Type: text/plain; charset=x-none', 'a'],
  ])('what %s is left', async (_what, type, body) => {
    const message = taken(head(`${type}\r\n\r\n${body}`));
    expect(message).toMatchObject({ html: null, text: '\n' });
    expect(bodyOf(await sent(message)) === `\r\n\r\n${body}`).toBe(true);
  });

  test.each(['yes', '"Yes"'])('what may have addresses in two lines is left: delsp=%s', async (delsp) => {
    const raw = head(
      `Content-Type: text/plain; format=flowed; delsp=${delsp}\r\n\r\nhttps://a.example/lo \r\nng`,
    );
    expect(bodyOf(await sent({ ...taken(raw), text: 'https://t.example/x \nng' }))).toBe(bodyOf(raw));
  });

  test('a text that is signed by itself is left', async () => {
    const raw = head('Content-Type: text/plain\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nA');
    expect(bodyOf(await sent({ ...taken(raw), text: 'B' }))).toBe(bodyOf(raw));
  });

  test.each(['=', '= \t'])('a soft break at its end is none of it: %j', (end) => {
    const related = multipart('related', 'r', [html.replace('</a>', `</a>${end}`), image]);
    expect(taken(head(related)).html).toBe('<a href="https://a.example">Hällo</a>');
  });

  test('of what is signed nothing is', async () => {
    const raw = head(multipart('signed', 's', [html, 'Content-Type: application/pgp-signature\r\n\r\nsig']));
    expect(bodyOf(await sent({ ...taken(raw), html: '<p>Other</p>' }))).toBe(bodyOf(raw));
  });
});

test('whatever parts a message has, they go out as they came', async () => {
  const line = fc.string({
    unit: fc.constantFrom('a', '-', 'b', ' ', '=', '.', ':', '\xe9', '<'),
    maxLength: 40,
  });
  const lines = fc.array(line, { maxLength: 6 }).map((all) => all.join('\r\n'));
  const type = fc.constantFrom(
    'text/plain',
    'text/html; charset=utf-8',
    'image/png',
    'text/calendar',
    'x/y; name=a',
  );
  const encoding = fc.constantFrom(
    '',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: 8bit\r\n',
  );
  const leaf = fc
    .tuple(type, encoding, lines)
    .map(([of, how, body]) => `Content-Type: ${of}\r\n${how}\r\n${body}`);
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc
        .tuple(
          fc.constantFrom('mixed', 'alternative', 'related', 'signed'),
          fc.stringMatching(/^[a-z0-9]{8}$/),
          fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, boundary, parts]) => multipart(kind, boundary, parts)),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (part) => {
      expect(bodyOf(await sent(taken(head(part))))).toBe(bodyOf(head(part)));
    }),
    { numRuns: 300 },
  );
});
