import { describe, expect, test } from '@jest/globals';
import { readSmtpMessage } from '../doors/smtp-message.ts';
import { issuesOf } from '../error.ts';
import { attachmentsSchema } from './attachments.ts';
import { mediaTypeProblem } from './media-type.ts';

const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');

/** What one file is taken as, or the first issue with it. */
function read(file: Readonly<Record<string, unknown>>) {
  const parsed = attachmentsSchema.safeParse([{ filename: 'a.bin', content: base64('content'), ...file }]);
  return parsed.success ? parsed.data[0] : issuesOf(parsed.error)[0];
}

const keptTypes = [
  'text/calendar; charset=utf-8; method=REQUEST',
  'text/calendar;method=CANCEL;charset="utf-8"',
  'text/csv; charset=iso-8859-1; header=present',
  'application/xml; note="a \\"quoted\\"; value"',
  "application/vnd.api+json; profile='x'",
  'image/svg+xml',
  `text/x-${'a'.repeat(71)}`,
];

const refusedTypes: [string, string][] = [
  ['79 characters', `text/x-${'a'.repeat(72)}`],
  ['127 characters', `text/x-${'a'.repeat(120)}`],
  ['a parameter without a value', 'text/csv; charset='],
  ['a parameter without a name', 'text/csv; =utf-8'],
  ['a semicolon and nothing after it', 'text/csv;'],
  ['a quote that does not end', 'text/csv; charset="utf-8'],
  ['a value with a space', 'text/csv; charset=utf 8'],
  ['a comment', 'text/csv (comma)'],
  ['characters outside of ASCII', 'text/csv; charset="ütf"'],
  ['a line break', 'text/csv;\r\n charset=utf-8'],
  ['the same parameter twice', 'text/csv; charset=utf-8; CHARSET=latin1'],
  ['a name that belongs in filename', 'application/pdf; name="invoice.exe"'],
  ['the same by RFC 2231', "application/pdf; name*=utf-8''invoice.exe"],
  ['a multipart type', 'multipart/mixed; boundary=x'],
  ['a message type that is no message', 'message/delivery-status'],
  ['an empty text', ''],
  ['one word', 'pdf'],
];

const letter = 'From: a@b.example\r\nSubject: Hello\r\n\r\nBody\r\n';

const takenMessages: [string, string][] = [
  ['lines that end in CRLF', letter],
  ['lines that end in LF', letter.replaceAll('\r\n', '\n')],
  ['a line of 998 characters', `${letter}${'x'.repeat(998)}\r\n`],
];

const refusedMessages: [string, string][] = [
  ['8-bit text', 'Subject: Grüße\r\n\r\n'],
  ['NUL', 'Subject: a\0\r\n\r\n'],
  ['a CR alone', 'Subject: a\rb\r\n\r\n'],
  ['a line of 999 characters', `Subject: a\r\n\r\n${'x'.repeat(999)}`],
];

const keptNames = [
  'Prüfbericht für März.pdf',
  '報告：2024年.pdf',
  'Screenshot at 1.23\u202fPM.png',
  '❤️.png',
  'archive.tar.gz',
  'exe',
  'my exe notes.txt',
  'setup.exe.txt',
];

const refusedNames: [string, string][] = [
  ['a zero width space after it', 'a.exe\u200b'],
  ['a no-break space after it', 'a.exe\u00a0'],
  ['fullwidth letters', 'a.ｅｘｅ'],
  ['an Arabic letter mark', 'a\u061c.exe.txt'],
  ['a fullwidth dot', 'a．exe'],
  ['a dot leader for a dot', 'a\u2024scr'],
  ['a long s', 'a.vb\u017f'],
  ['mathematical letters', 'a.𝐞𝐱𝐞'],
  ['a space in it', 'a.ex\u00a0e'],
  ['an ideographic space before it', 'a.\u3000exe'],
  ['a space in front', 'a. exe'],
  ['an ideographic space after it', 'a.exe\u3000'],
  ['a soft hyphen in it', 'a.e\u00adxe'],
  ['a word joiner', 'a.exe\u2060'],
  ['a Hangul filler', 'a.exe\u3164'],
  ['a blank of Braille', 'invoice.pdf\u2800\u2800.exe'],
  ['a grapheme joiner', 'a.e\u034fxe'],
  ['a variation selector', 'a.exe\ufe0f'],
  ['a tag character', 'a.exe\u{e0065}'],
  ['an interlinear mark', 'a.exe\ufff9'],
  ['a right-to-left override', 'a\u202efdp.exe'],
  ['an isolate', 'a\u2067fdp.exe'],
  ['a stream of another file', 'a.exe:b'],
  ['the stream of its data', 'a.exe::$DATA'],
  ['a fullwidth colon', 'a.exe：b.txt'],
  ['dots after it', 'a.exe..'],
  ['dots and spaces after it', 'a.exe . .'],
  ['one dot of three', 'a.exe\u2026'],
  ['a class id for an ending', 'a.txt.{3050f4d8-98b5-11cf-bb82-00aa00bdce0b}'],
  ['an encoded word', '=?utf-8?B?YS5leGU=?='],
];

describe('a media type', () => {
  test.each(keptTypes)('is kept with its parameters: %s', (content_type) => {
    expect(read({ content_type })).toMatchObject({ contentType: content_type });
  });

  test('has its names in lower case, and its parameters as they are', () => {
    expect(read({ content_type: 'Text/Calendar; Method=REQUEST' })).toMatchObject({
      contentType: 'text/calendar; Method=REQUEST',
    });
  });

  test.each(refusedTypes)('is refused with %s', (_what, content_type) => {
    expect(read({ content_type })).toMatchObject({ path: '[0].content_type' });
  });

  test.each([
    ['invoice.pdf', 'application/pdf'],
    ['Invite.ICS', 'text/calendar'],
    ['list.csv', 'text/csv'],
    ['logo.png', 'image/png'],
    ['photo.final.jpeg', 'image/jpeg'],
    ['budget.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['png', 'application/octet-stream'],
    ['README', 'application/octet-stream'],
    ['what.is-this', 'application/octet-stream'],
    ['page.mht', 'application/octet-stream'],
  ])('that is not given is that of the ending: %s', (filename, contentType) => {
    expect(read({ filename })).toMatchObject({ contentType, givenType: null });
    expect(read({ filename, content_type: null })).toMatchObject({ contentType });
    expect(read({ filename, content_type: 'image/gif' })).toMatchObject({ contentType: 'image/gif' });
  });
});

describe('a message as a file', () => {
  const content_type = 'message/rfc822';

  test.each(takenMessages)('is taken with %s', (_what, content) => {
    expect(read({ content: base64(content), content_type })).toMatchObject({ contentType: content_type });
    expect(read({ content: base64(content), filename: 'a.eml' })).toMatchObject({
      contentType: content_type,
    });
  });

  test.each(refusedMessages)(
    'is refused with %s, and goes as plain bytes without a type',
    (_what, content) => {
      expect(read({ content: base64(content), content_type })).toMatchObject({
        path: '[0].content_type',
        message: expect.stringContaining('application/octet-stream'),
      });
      expect(read({ content: base64(content), filename: 'a.eml' })).toMatchObject({
        contentType: 'application/octet-stream',
      });
    },
  );
});

test('files that are too large together are refused before one of them is read as a message', () => {
  const tooLarge = 'must be at most 7 MiB together, decoded';
  // What no message may hold stands behind as much as may be read.
  const half = Buffer.alloc(4 * 1024 * 1024, `${'x'.repeat(76)}\r\n`);
  half[half.length - 1] = 0;
  const content = half.toString('base64');
  const file = { filename: 'a.eml', content, content_type: 'message/rfc822' };
  const parsed = attachmentsSchema.safeParse([file, file]);
  expect(parsed.success ? [] : issuesOf(parsed.error)).toEqual([{ path: '', message: tooLarge }]);
  const part = `--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${content}\r\n`;
  const head = [
    'From: a@b.example',
    'X-Postroom-Template: 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    'Content-Type: multipart/mixed; boundary=b',
  ];
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${part}${part}--b--`);
  expect(readSmtpMessage(bytes, { from: '', recipients: ['jane@b.example'] })).toEqual({
    kind: 'bad',
    reason: `the attachments ${tooLarge}`,
  });
});

test('an empty file is a file', () => {
  expect(read({ content: '', filename: 'empty.txt' })).toMatchObject({
    content: new Uint8Array(),
    contentType: 'text/plain',
  });
});

describe('a file name', () => {
  test.each(keptNames)('is kept: %s', (filename) => {
    expect(read({ filename })).toMatchObject({ filename });
  });

  test.each(refusedNames)('is refused with %s', (_what, filename) => {
    expect(read({ filename })).toMatchObject({ path: '[0].filename' });
  });
});

describe('a part of a message that names a template', () => {
  const head = [
    'From: a@b.example',
    'X-Postroom-Template: 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    'Content-Type: multipart/mixed; boundary=b',
  ];

  /** What the only part with these fields is taken as, or why the message is not. */
  function readPart(fields: readonly string[], content = base64('content')) {
    const part = ['--b', ...fields, 'Content-Transfer-Encoding: base64', '', content, '--b--'];
    const bytes = Buffer.from([...head, '', ...part].join('\r\n'));
    const message = readSmtpMessage(bytes, { from: '', recipients: ['jane@b.example'] });
    if (message.kind === 'bad') return { reason: message.reason };
    return message.send.kind === 'item' ? message.send.item.attachments?.[0] : null;
  }

  const ofType = (type: string, content?: string) =>
    readPart([`Content-Type: ${type}`, 'Content-Disposition: attachment; filename=a.bin'], content);
  const ofName = (name: string) =>
    readPart([`Content-Disposition: attachment; filename*=utf-8''${encodeURIComponent(name)}`]);
  const refused = { reason: expect.any(String) };

  const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  const long = 'x'.repeat(60);
  /** What is said beside the type in mail, or is no type of a file, where it is not refused. */
  const toldBeside = new Map([
    ['text/csv;', 'text/csv'],
    ['text/csv;\r\n charset=utf-8', 'text/csv; charset=utf-8'],
    ['application/pdf; name="invoice.exe"', 'application/pdf'],
    ["application/pdf; name*=utf-8''invoice.exe", 'application/pdf'],
    ['text/plain; charset=us-ascii (Plain text)', 'text/plain; charset=us-ascii'],
    ['text/csv (comma; (or not)) ; charset=utf-8', 'text/csv; charset=utf-8'],
    ['text/csv (comma)', 'text/csv'],
    ['text/csv; header="a\r\n\tb (c)"', 'text/csv; header="a b (c)"'],
    // What no file can have: its method and its charset, or the type alone.
    [`${docx}; charset=binary; name="a.docx"`, docx],
    [`application/pdf; x-a="${long}"; charset=binary`, 'application/pdf'],
    ['application/pdf; charset=binary', 'application/pdf; charset=binary'],
    [
      `text/calendar; x-a="${long}"; charset=utf-8; Method=REQUEST`,
      'text/calendar; Method=REQUEST; charset=utf-8',
    ],
    [`text/calendar; charset=${long}; method=CANCEL`, 'text/calendar; method=CANCEL'],
    ['text/csv; charset=utf-8; CHARSET=latin1', 'text/csv; charset=utf-8'],
    ['text/csv; charset=', 'text/csv'],
    ['text/csv; =utf-8', 'text/csv'],
    ['text/csv; charset="utf-8', 'text/csv'],
    ['text/csv; charset=utf 8', 'text/csv'],
    [
      'text/csv; x-unix-mode=0644; Charset = "utf-8";\r\n\tNAME*0="a;b"; name*1=c',
      'text/csv; Charset="utf-8"',
    ],
  ]);

  test('keeps a type as a request does', () => {
    const types = [...keptTypes, ...refusedTypes.map(([, type]) => type)].filter(
      (type) => !toldBeside.has(type),
    );
    const taken = (type: string) => mediaTypeProblem(type) === null;
    const spaced = (type: string) => type.replace(/;(?=\S)/, '; ').replace(/;(?=\S)/, '; ');
    expect(types.map((type) => [type, ofType(type)])).toEqual(
      types.map((type) => [
        type,
        taken(type) ? expect.objectContaining({ contentType: spaced(type) }) : refused,
      ]),
    );
    expect(types.filter(taken)).toEqual(keptTypes);
  });

  test.each([...toldBeside])('keeps what is said of the content: %s', (type, contentType) => {
    expect(ofType(type)).toMatchObject({ contentType });
  });

  test('is a message if one may go as one', () => {
    const read = ([, content]: [string, string]) => ofType('message/rfc822', base64(content));
    for (const one of takenMessages) expect(read(one)).toMatchObject({ contentType: 'message/rfc822' });
    for (const one of refusedMessages) expect(read(one)).toEqual(refused);
  });

  test('has a name by the same rules', () => {
    expect(keptNames.map(ofName)).toMatchObject(keptNames.map((filename) => ({ filename })));
    expect(refusedNames.map(([, name]) => ofName(name))).toEqual(refusedNames.map(() => refused));
  });

  test('may be empty', () => {
    const fields = ['Content-Type: text/plain', 'Content-Disposition: attachment; filename=empty.txt'];
    expect(readPart(fields, '')).toMatchObject({ filename: 'empty.txt', content: new Uint8Array() });
  });
});
