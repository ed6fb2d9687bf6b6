import { expect, test } from '@jest/globals';
import { refusalOf } from '../receive/answers.ts';
import { Refusal } from './reply.ts';

test.each([
  ['a\r\n250 2.0.0 Ok', 'a 250 2.0.0 Ok'],
  ['a\nb\rc\u0085d\u2028e\u2029f\u0000g\u001b[31mh\u009bi\tj', 'a b c d e f g [31mh i j'],
  ['Grüße', 'Grüße'],
])('the words of an answer stand in one line, whosever they are: %j', (words, line) => {
  expect(new Refusal(554, '5.6.0', words).message).toBe(`5.6.0 ${line}`);
  const rejected = refusalOf({ kind: 'rejected', code: 'validation_failed', message: words });
  expect(rejected.message).toBe(`5.6.0 The message is not taken: ${line}.`);
});
