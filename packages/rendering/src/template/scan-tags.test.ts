import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { scanTags } from './scan-tags.ts';

const tagFragments = [
  ...['{{', '}}', '{{{', '}}}', '{{{{', '}}}}', '{{#', '{{/', '{{!', '{{!--', '--}}', '\\', '\\\\', '"', "'"],
  ...[
    '[',
    ']',
    '(',
    ')',
    '=',
    '|',
    'as |',
    '.',
    '..',
    '/',
    '@',
    '#',
    '^',
    '&',
    '>',
    '*',
    '~',
    ' ',
    '\n',
    'a',
    '1',
  ],
  ...['{{{{raw}}}}', '{{{{/raw}}}}', '{{a}}', '{{#if a}}', '{{/if}}', '{{else if b}}', '{{else}}', '\\{{'],
];

/** Kinds of tokens that stand for text between tags, or for the end. */
const textTokens: readonly unknown[] = [undefined, 15, 5, 1];

/** Parses, and counts the tokens inside tags that the parser asked its lexer for. */
function parseCounting(source: string): { tokens: number; isParsed: boolean } {
  const lexer = Handlebars.Parser.lexer;
  const next: unknown = Reflect.get(lexer, 'next');
  if (typeof next !== 'function') throw new Error('the lexer has no next()');
  let tokens = 0;
  Reflect.set(lexer, 'next', () => {
    const token: unknown = Reflect.apply(next, lexer, []);
    tokens += textTokens.includes(token) ? 0 : 1;
    return token;
  });
  try {
    Handlebars.parse(source);
    return { tokens, isParsed: true };
  } catch {
    return { tokens, isParsed: false };
  } finally {
    Reflect.set(lexer, 'next', next);
  }
}

test('the parser never reads more tokens than were counted, and never parses what is broken', () => {
  const sources = fc
    .array(fc.constantFrom(...tagFragments), { maxLength: 20 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(sources, (source) => {
      const scan = scanTags(source);
      const { tokens, isParsed } = parseCounting(source);
      if (scan.brokenAt !== null) return !isParsed;
      return tokens <= scan.tags.reduce((sum, tag) => sum + tag.tokens, 1);
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  '{{a}}',
  '{{#if a}}{{/if}}',
  '{{> a}}',
  '{{!a}}',
  '{{!--a--}}',
  '\\{{',
  '{{{a}}}',
  '{{{{a}}}}{{{{/a}}}}',
  ...['a ', 'a.b ', '"a" ', '(', '[a] '].map((token) => `{{${token.repeat(100)}}}`),
])('no more of %s is read than has the tokens that are left', (tags) => {
  const source = tags.repeat(1_000);
  const { tokens, fullAt, tags: read } = scanTags(source, 20);
  expect(fullAt).not.toBeNull();
  expect(tokens).toBeLessThanOrEqual(20 + 10);
  expect(read.at(-1)?.end).toBeLessThan(400);
});

test('tags are told apart', () => {
  const source = '{{#if a}}{{^b}}{{/b}}{{else if c}}{{else}}{{^}}{{~/if~}}{{!x}}{{!--x--}}{{y}}';
  expect(scanTags(source).tags.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'open if',
    'open b',
    'close b',
    'chain if',
    'value else',
    'value ^',
    'close if',
    'comment ',
    'long-comment ',
    'value y',
  ]);
});
