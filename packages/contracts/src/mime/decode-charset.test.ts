import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSmtpMessage } from '../doors/smtp-message.ts';
import { charsetLabels } from './charset-labels.ts';
import { decodeCharset, decodeLines, isAsciiName } from './decode-charset.ts';
import { decodeWords } from './decode-words.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const word = (charset: string, bytes: Buffer) => `=?${charset}?b?${bytes.toString('base64')}?=`;
const q = (charset: string, bytes: Buffer) =>
  `=?${charset}?q?=${bytes.toString('hex').match(/../g)?.join('=')}?=`;

/** Three characters by their bytes, and what stands around each run of them. */
const charsets: [string, string, readonly [string, string, string], readonly [string, string]][] = [
  ['utf-8', '日本€', ['e697a5', 'e69cac', 'e282ac'], ['', '']],
  ['utf-16', '日本€', ['65e5', '672c', '20ac'], ['', '']],
  ['utf-16', '日本€', ['65e5', '672c', '20ac'], ['feff', '']],
  ['utf-16', '日本€', ['e565', '2c67', 'ac20'], ['fffe', '']],
  ['utf-16be', '日本😀', ['65e5', '672c', 'd83dde00'], ['', '']],
  ['utf-16le', '日本😀', ['e565', '2c67', '3dd800de'], ['', '']],
  ['iso-2022-jp', '日本語', ['467c', '4b5c', '386c'], ['1b2442', '1b2842']],
  ['iso-2022-jp', '日本語', ['467c', '4b5c', '386c'], ['1b2440', '1b284a']],
  ['shift_jis', '日本語', ['93fa', '967b', '8cea'], ['', '']],
  ['euc-jp', '日本語', ['c6fc', 'cbdc', 'b8ec'], ['', '']],
  ['gb2312', '你好吗', ['c4e3', 'bac3', 'c2f0'], ['', '']],
  ['gb18030', '你好€', ['c4e3', 'bac3', 'a2e3'], ['', '']],
  ['big5', '你好中', ['a741', 'a66e', 'a4a4'], ['', '']],
  ['euc-kr', '한글가', ['c7d1', 'b1db', 'b0a1'], ['', '']],
  ['koi8-r', 'при', ['d0', 'd2', 'c9'], ['', '']],
  ['windows-1251', 'пр“', ['ef', 'f0', '93'], ['', '']],
  ['iso-8859-15', 'ü€š', ['fc', 'a4', 'a8'], ['', '']],
  ['iso-8859-1', 'üé€', ['fc', 'e9', '80'], ['', '']],
  ['windows-1252', '“–€', ['93', '96', '80'], ['', '']],
];

test.each(charsets)(
  'text in %s is the same in one word, in two, and in three: %s %j %j',
  (charset, text, characters, around) => {
    const [begin, end] = around;
    const [one, two, three] = characters;
    for (const runs of [[one + two + three], [one, two + three], [one + two, three], characters]) {
      const pieces = runs.map((run) => hex(begin + run + end));
      expect(decodeWords(pieces.map((piece) => word(charset, piece)).join(' '))).toBe(text);
      expect(decodeWords(`a ${pieces.map((piece) => q(charset, piece)).join(' \t')} b`)).toBe(`a ${text} b`);
    }
  },
);

test.each(charsets.filter(([, , [one], around]) => around[0] === '' && one.length > 2))(
  'text in %s is the same where a character is cut in two: %s %j',
  (charset, text, characters) => {
    const bytes = hex(characters.join(''));
    const words = [bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)];
    expect(decodeWords(words.map((piece) => word(charset, piece)).join(' '))).toBe(text);
  },
);

test.each([
  ['utf-16', 'feff00410042', 'AB'],
  ['UTF-16', 'fffe41004200', 'AB'],
  ['utf-16', '00410042', 'AB'],
  ['utf-16le', '41004200', 'AB'],
  ['utf-16le', 'fffe41004200', 'AB'],
  ['utf-16be', '00410042', 'AB'],
  ['utf-16be', 'feff00410042', 'AB'],
  ['iso-10646-ucs-2', 'feff00410042', 'AB'],
  ['unicode', 'fffe41004200', 'AB'],
  ['unicode', '41004200', 'AB'],
  ['utf-16', 'feff0041fe', null],
  ['utf-16', 'feffd8000041', null],
  ['utf-16', '', ''],
])('%s %s is read in its order: %j', (charset, bytes, text) => {
  expect(decodeCharset(hex(bytes), charset)).toBe(text);
});

describe('windows-1252 by any of its names', () => {
  const labels = [...charsetLabels].filter(
    (label) => new TextDecoder(label).encoding === 'windows-1252' && !isAsciiName(label),
  );
  const bytes = hex('809396');
  const text = '€“–';

  test('has quotes, dashes and the euro sign', () => {
    expect(labels).toEqual(expect.arrayContaining(['windows-1252', 'iso-8859-1', 'latin1', 'cp1252']));
    for (const label of labels.flatMap((name) => [name, name.toUpperCase()])) {
      expect([label, decodeWords(word(label, bytes))]).toEqual([label, text]);
      // In an address a colon ends the name of a group.
      if (label.includes(':')) continue;
      const html = [`Content-Type: text/html; charset="${label}"`, 'Content-Transfer-Encoding: base64'];
      const body = Buffer.from(`<p>${bytes.toString('latin1')}`, 'latin1').toString('base64');
      const head = [`From: ${q(label, bytes)} <a@b.example>`, `Subject: ${q(label, bytes)}`];
      const read = (lines: readonly string[]) =>
        readSmtpMessage(Buffer.from(lines.join('\r\n')), { from: '', recipients: ['jane@b.example'] });
      expect(read([...head, ...html, '', body])).toMatchObject({
        send: { email: { from: { name: text }, subject: text, html: `<p>${text}` } },
      });
      const template = 'X-Postroom-Template: 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
      const name = `Content-Disposition: attachment; filename*=${label}''%80%93%96.csv`;
      expect(read([...head, template, name, '', 'a,b'])).toMatchObject({
        send: { item: { attachments: [{ filename: `${text}.csv` }] } },
      });
    }
  });

  test('has all that the standard gives it, and what is above as it is', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const read = decodeCharset(all.subarray(1), 'latin1') ?? '';
    expect(read.slice(0x7f, 0x9f)).toBe('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ');
    expect(read.slice(0, 0x7f) + read.slice(0x9f)).toBe(
      all.subarray(1, 0x80).toString('latin1') + all.subarray(0xa0).toString('latin1'),
    );
  });
});

test('every label is one that is decoded here, and failing leaves nothing behind', () => {
  for (const label of charsetLabels) {
    decodeCharset(hex('1b2442ff81'), label);
    decodeCharset(hex('1b2442467c'), label);
    const isWide = new TextDecoder(label).encoding.startsWith('utf-16');
    expect([label, decodeCharset(isWide ? Buffer.from('\ufeffAB', 'utf16le') : hex('4142'), label)]).toEqual([
      label,
      /be$|fffe$/.test(label) ? expect.any(String) : 'AB',
    ]);
  }
  for (const name of [
    'utf-7',
    'unknown-8bit',
    'replacement',
    'hz-gb-2312',
    'x-user-defined',
    'x'.repeat(99),
  ]) {
    expect(decodeCharset(hex('4142'), name)).toBeNull();
  }
});

describe('the lines of a text', () => {
  /** Bytes of all kinds, many of them ends of lines or what comes before those of other characters. */
  const bytes = fc
    .array(
      fc.oneof(
        fc.constantFrom('0d0a', '0d', '0a', '000d', '000a', '0d00', '0a00', '00', '61', '93fa', '81308130'),
        fc.constantFrom(
          '1b2442467c',
          '1b2842',
          '1b284a',
          '8fa2af',
          '81',
          'e6bca2',
          'feff',
          'fffe',
          '0e',
          '0f',
        ),
        fc.integer({ min: 0x80, max: 0xff }).map((byte) => byte.toString(16)),
      ),
      { maxLength: 12 },
    )
    .map((pieces) => hex(pieces.join('')));

  test('are ended by LF in every charset, and nothing else is another', () => {
    const plainly = (piece: Buffer, label: string) => {
      const text = decodeCharset(piece, label)?.replaceAll('\r\n', '\n') ?? null;
      return text === null ? null : { kind: 'text', text };
    };
    const label = fc.constantFrom(...charsetLabels, 'utf-16', '', 'unknown-8bit');
    fc.assert(
      fc.property(bytes, label, (piece, charset) => {
        expect(decodeLines(piece, charset, 1_000)).toEqual(plainly(piece, charset));
      }),
      { numRuns: 20_000 },
    );
  });

  test.each([
    ['utf-8', '0d0a', 'e6bca2'],
    ['utf-16', '000d000a', '65e5'],
    ['utf-16le', '0d000a00', 'e565'],
    ['windows-1252', '0d0a', '93'],
    ['gb18030', '0d0a', '81308130'],
    ['iso-2022-jp', '0d0a', '1b2442467c1b2842'],
  ])('are counted as they are decoded: %s', (charset, end, char) => {
    const lines = hex((end + char).repeat(500));
    expect(decodeLines(lines, charset, 1_000)).toMatchObject({ kind: 'text' });
    expect(decodeLines(lines, charset, 999)).toEqual({ kind: 'long' });
    expect(decodeLines(lines, charset, 10)).toEqual({ kind: 'long' });
  });
});
