import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { textOf } from './decode-body.ts';
import { decodeWords } from './decode-words.ts';
import { applyEdits, textEdits } from './edit-message.ts';
import { readMime } from './mime-part.ts';

const message = (type: string, body: Buffer) =>
  Buffer.concat([Buffer.from(`Content-Type: ${type}\r\n\r\n`), body]);

const read = (bytes: Buffer) => textOf(bytes, readMime(bytes));

/** The text of a part before and after it was written anew; nothing is written where it could not be read. */
function around(type: string, body: Buffer): readonly (string | null)[] {
  const bytes = message(type, body);
  const text = read(bytes);
  if (text === null) return [null, null];
  return [text, read(applyEdits(bytes, textEdits(readMime(bytes), text)))];
}

const words = 'Grüße – 你好';
const latin = 'Grüße';
const plain = 'Hello\nall';
const utf8 = Buffer.from(words);
const latin1 = Buffer.from(latin, 'latin1');
const ascii = Buffer.from('Hello\r\nall');
const withMeta = (charset: string, text: Buffer) =>
  Buffer.concat([
    Buffer.from(`<head><META http-equiv="Content-Type" content="text/html; charset=${charset}">`),
    text,
  ]);
const metaOf = (charset: string, text: string) =>
  `<head><META http-equiv="Content-Type" content="text/html; charset=${charset}">${text}`;

describe('a text is the same once it is written anew', () => {
  test.each<[string, Buffer, string | null]>([
    ['text/html; charset=utf-8', utf8, words],
    ['text/html; charset=utf-8', latin1, null],
    ['text/html; charset=utf-8', ascii, plain],
    ['text/html; charset=iso-8859-1', latin1, latin],
    ['text/html; charset="ISO-8859-1"', ascii, plain],
    // As its reader reads it, who goes by what it says.
    ['text/html; charset=iso-8859-1', Buffer.from('ü'), 'Ã¼'],
    ['text/html', utf8, words],
    ['text/html', latin1, null],
    ['text/html', ascii, plain],
    ['text/plain', utf8, words],
    ['text/html; charset=us-ascii', utf8, words],
    ['text/html; charset=""', utf8, words],
    ['text/html; charset=US-ASCII', latin1, null],
    ['text/html; charset=us-ascii', ascii, plain],
    ['text/html; charset=unknown-8bit', utf8, null],
    ['text/html; charset=utf-7', ascii, null],
    ['text/html; charset=gb2312', Buffer.from([0xc4, 0xe3, 0xba, 0xc3]), '你好'],
    ['text/html; charset=shift_jis', Buffer.from([0x41, 0x80, 0xff]), null],
    ['text/html', withMeta('iso-8859-1', latin1), metaOf('iso-8859-1', latin)],
    ['text/html (of mine)', withMeta('iso-8859-1', latin1), metaOf('iso-8859-1', latin)],
    ['text/html', withMeta('utf-8', utf8), metaOf('utf-8', words)],
    ['text/html', withMeta('utf-8', latin1), null],
    ['text/html', withMeta('utf-16', utf8), metaOf('utf-16', words)],
    ['text/html', withMeta('shift_jis', utf8), metaOf('shift_jis', words)],
    ['text/html', withMeta('unknown', utf8), metaOf('unknown', words)],
    ['text/html; charset=utf-8', withMeta('iso-8859-1', utf8), metaOf('iso-8859-1', words)],
    ['text/plain', withMeta('iso-8859-1', latin1), null],
  ])('%#: %s', (type, body, text) => {
    expect(around(type, body)).toEqual([text, text]);
  });
});

test('a text is written anew in lines of base64 of 76 characters, its own lines ended by CRLF', () => {
  const part = readMime(message('text/plain', ascii));
  const units = fc.constantFrom('a', 'word', '\r', '\n', '\r\n', 'é', '漢', 'x'.repeat(57));
  fc.assert(
    fc.property(fc.array(units, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const base64 = Buffer.from(text.replace(/\r?\n/g, '\r\n')).toString('base64');
      const lines = base64.match(/.{1,76}/g) ?? [];
      expect(textEdits(part, text).at(-1)?.bytes.toString()).toBe(lines.join('\r\n'));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['base64', 'PGI+SGk=\r\nPC9iPg==', '<b>Hi</b>'],
  ['base64', 'PGI+SGk=\r\n*PC9iPg==', null],
  ['base64', 'PGI+SGk', null],
  ['Binary', '<b>', '<b>'],
  ['x-gzip', '<b>', null],
])('a text that is not there whole is none: %s %j', (encoding, body, text) => {
  expect(read(Buffer.from(`Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}`))).toBe(text);
});

describe('encoded words', () => {
  test.each([
    ['=?utf-8?q?J=C3=B6rg?=', 'Jörg'],
    ['=?utf-8*de?q?J=C3?=\t=?UTF-8?Q?=B6rg?= M', 'Jörg M'],
    ['=?us-ascii?q?J=C3=B6rg?=', 'Jörg'],
    ['=?iso-8859-1?q?J=F6rg?= =?utf-8?q?_M=C3=BCller?=', 'Jörg Müller'],
    ['=?unknown-8bit?q?J=F6rg?=', '=?unknown-8bit?q?J=F6rg?='],
    ['=?utf-7?q?J+APY-rg?= =?utf-7?q?a?= x', '=?utf-7?q?J+APY-rg?= =?utf-7?q?a?= x'],
    ['=?utf-8?q?J=F6rg?=', '=?utf-8?q?J=F6rg?='],
    ['=?us-ascii?q?J=F6rg?=', '=?us-ascii?q?J=F6rg?='],
    ['a =?utf-7?q?b?= =?utf-8?q?=C3=BC?= c', 'a =?utf-7?q?b?=ü c'],
  ])('%s say %s', (value, text) => {
    expect(decodeWords(value)).toBe(text);
  });
});
