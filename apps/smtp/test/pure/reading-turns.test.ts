import { expect, test } from '@jest/globals';
import { readSmtpMessage } from '@postroom/contracts';
import { nextTurn } from '@postroom/core';
import { longestTurn } from '@postroom/testkit';

/** As many bytes as a message may have. */
const maxBytes = 25_000_000;
const envelope = { from: '', recipients: ['jane@b.example'] };

/** As many bytes of one text, over and over, as are given, in whole ones. */
function repeated(text: string, length: number): Buffer {
  const piece = Buffer.from(text, 'latin1');
  return Buffer.alloc(length - (length % piece.length), piece);
}

const head = (fields: string) =>
  Buffer.from(`From: a@b.example\r\nMessage-ID: <1@b.example>\r\n${fields}\r\n`, 'latin1');

const message = (fields: string, text: string, length = maxBytes) =>
  Buffer.concat([head(fields), Buffer.from('\r\n'), repeated(text, length)]);

const manyHeads = (field: string) =>
  message('Content-Type: multipart/mixed; boundary=b', `--b\r\n${field}\r\n\r\n\r\n`);

/** As many characters as a text has that is kept. */
const maxText = 5 * 1024 * 1024;
const text = (charset: string, encoding = '8bit') =>
  `Content-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}`;

const messages: readonly (readonly [string, () => Buffer])[] = [
  [
    'a header that is one field of short lines',
    () => Buffer.concat([head('A: x'), repeated(' x\r\n', maxBytes)]),
  ],
  ['a header that is one line', () => Buffer.concat([Buffer.from('A: '), repeated('x', maxBytes)])],
  ['large headers of many parts', () => manyHeads(`A: x${'\r\n x'.repeat(32_000)}`)],
  [
    'parameters of many parts',
    () =>
      manyHeads(`Content-Type: a/b${Array.from({ length: 9_000 }, (_, at) => `;\r\n a${at}=b`).join('')}`),
  ],
  [
    'a text of which nothing is kept, all quotes of windows-1252',
    () => message(text('windows-1252'), '\x93'),
  ],
  ['a text of which nothing is kept, all empty lines', () => message(text('utf-8'), '\r\n')],
  ['the longest text of quotes of windows-1252', () => message(text('windows-1252'), '\x93', maxText)],
  ['the longest text of empty lines', () => message(text('utf-8'), '\r\n', 2 * maxText)],
  [
    'a text of empty lines in UTF-16',
    () => message(text('utf-16', 'base64'), 'AA0ACgANAAoA\r\n', 18_000_000),
  ],
  ['a text of quotes in quoted-printable', () => message(text('cp1252', 'quoted-printable'), '=93')],
  ['a text of quotes in base64', () => message(text('cp1252', 'base64'), 'k5OT')],
];

test.each(messages)('%s holds the loop for no 200 ms', async (_what, make) => {
  const { leastMs, mostMs } = await longestTurn(async () => {
    const bytes = make();
    // To make it is no part of reading it.
    await nextTurn();
    readSmtpMessage(bytes, envelope);
    await nextTurn();
  });
  expect(leastMs).toBeLessThan(mostMs);
});
