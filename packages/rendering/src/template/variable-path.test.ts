import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPath, parsePath } from './variable-path.ts';

/** Names out of what paths are made of, and any others. */
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '[', ']', '.', '\\', ' ', '\n', '"') }),
  fc.string({ unit: 'binary' }),
);

/** How lists of variables were written before brackets in names were. */
const formatBefore = (parts: readonly string[]): string =>
  parts.map((part) => (/^[^\s.[\]]+$/.test(part) ? part : `[${part}]`)).join('.');

test('the parts of a path come back from its text, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(name), (parts) => {
      expect(parsePath(formatPath(parts))).toEqual(parts);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['user.name', ['user', 'name']],
  ['user.[first name]', ['user', 'first name']],
  ['[].[a.b]', ['', 'a.b']],
  ['[price [EUR]]]', ['price [EUR]']],
  ['[a]]].[]]]', ['a]', ']']],
  ['a\\b.[c\\ d\\]', ['a\\b', 'c\\ d\\']],
])('%s is the text of %j', (path, parts) => {
  expect(formatPath(parts)).toBe(path);
  expect(parsePath(path)).toEqual(parts);
});

describe('a list of an earlier version', () => {
  test('is read as it was where no name has a closing bracket', () => {
    const names = fc.array(name.map((text) => text.replaceAll(']', '')));
    fc.assert(
      fc.property(names, (parts) => {
        expect(formatPath(parts)).toBe(formatBefore(parts));
        expect(parsePath(formatBefore(parts))).toEqual(parts);
      }),
    );
  });

  test.each([
    ['price [EUR]'],
    ['prices', 'EUR [net]'],
    ['EUR [net]', 'of', '[x] y', 'z'],
    ['a]b'],
    ['a]', 'c'],
    ['a].b]'],
    ['a].[b'],
  ])('is read as the names that it must have meant: %j', (...parts) => {
    expect(parsePath(formatBefore(parts))).toEqual(parts);
  });
});
