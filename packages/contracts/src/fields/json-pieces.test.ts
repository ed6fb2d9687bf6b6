import { expect, test } from '@jest/globals';
import { canonicalJsonPieces } from './json-pieces.ts';
import { canonicalJson } from './json-value.ts';

const long = (text: string) => text.repeat(Math.ceil(200_000 / text.length));

test.each<[string, object]>([
  ['a list', ['literal', '', long('x'), null]],
  ['an object, its members in any order', { text: long('t'), b: undefined, a: { d: 1, c: [2] }, html: 'h' }],
  ['what is escaped', { html: long('"\\\n\u2028</'), text: long('\u0001') }],
  ['characters of two halves at each place', { html: long('\u{1f600}'), text: `x${long('\u{1f600}')}` }],
  ['a text that ends with a piece', ['x'.repeat(128 * 1024), 'y'.repeat(64 * 1024 + 1)]],
  ['nothing long', { b: 1, a: 'x' }],
])('%s in pieces is the same text as in one', (_what, value) => {
  const pieces = [...canonicalJsonPieces(value)];
  expect(pieces.join('') === canonicalJson(value)).toBe(true);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(6 * 64 * 1024 + 1);
});
