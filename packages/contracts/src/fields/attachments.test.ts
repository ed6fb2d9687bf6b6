import { describe, expect, test } from '@jest/globals';
import { issuesOf } from '../error.ts';
import { attachmentsSchema } from './attachments.ts';

const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');

/** What one file is taken as, or the first issue with it. */
function read(file: Readonly<Record<string, unknown>>) {
  const parsed = attachmentsSchema.safeParse([{ filename: 'a.bin', content: base64('content'), ...file }]);
  return parsed.success ? parsed.data[0] : issuesOf(parsed.error)[0];
}

describe('a media type', () => {
  test.each([
    'text/calendar; charset=utf-8; method=REQUEST',
    'text/calendar;method=CANCEL;charset="utf-8"',
    'text/csv; charset=iso-8859-1; header=present',
    'application/xml; note="a \\"quoted\\"; value"',
    "application/vnd.api+json; profile='x'",
    'image/svg+xml',
    `text/x-${'a'.repeat(71)}`,
  ])('is kept with its parameters: %s', (content_type) => {
    expect(read({ content_type })).toMatchObject({ contentType: content_type });
  });

  test('has its names in lower case, and its parameters as they are', () => {
    expect(read({ content_type: 'Text/Calendar; Method=REQUEST' })).toMatchObject({
      contentType: 'text/calendar; Method=REQUEST',
    });
  });

  test.each([
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
  ])('is refused with %s', (_what, content_type) => {
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
  const letter = 'From: a@b.example\r\nSubject: Hello\r\n\r\nBody\r\n';

  test.each([
    ['lines that end in CRLF', letter],
    ['lines that end in LF', letter.replaceAll('\r\n', '\n')],
    ['a line of 998 characters', `${letter}${'x'.repeat(998)}\r\n`],
  ])('is taken with %s', (_what, content) => {
    expect(read({ content: base64(content), content_type })).toMatchObject({ contentType: content_type });
    expect(read({ content: base64(content), filename: 'a.eml' })).toMatchObject({
      contentType: content_type,
    });
  });

  test.each([
    ['8-bit text', 'Subject: Grüße\r\n\r\n'],
    ['NUL', 'Subject: a\0\r\n\r\n'],
    ['a CR alone', 'Subject: a\rb\r\n\r\n'],
    ['a line of 999 characters', `Subject: a\r\n\r\n${'x'.repeat(999)}`],
  ])('is refused with %s, and goes as plain bytes without a type', (_what, content) => {
    expect(read({ content: base64(content), content_type })).toMatchObject({
      path: '[0].content_type',
      message: expect.stringContaining('application/octet-stream'),
    });
    expect(read({ content: base64(content), filename: 'a.eml' })).toMatchObject({
      contentType: 'application/octet-stream',
    });
  });
});

test('an empty file is a file', () => {
  expect(read({ content: '', filename: 'empty.txt' })).toMatchObject({
    content: new Uint8Array(),
    contentType: 'text/plain',
  });
});

describe('a file name', () => {
  test.each([
    'Prüfbericht für März.pdf',
    '報告：2024年.pdf',
    'Screenshot at 1.23\u202fPM.png',
    '❤️.png',
    'archive.tar.gz',
    'exe',
    'my exe notes.txt',
    'setup.exe.txt',
  ])('is kept: %s', (filename) => {
    expect(read({ filename })).toMatchObject({ filename });
  });

  test.each([
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
  ])('is refused with %s', (_what, filename) => {
    expect(read({ filename })).toMatchObject({ path: '[0].filename' });
  });
});
