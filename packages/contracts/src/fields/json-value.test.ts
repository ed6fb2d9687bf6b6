import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, jsonProblem, maxJsonDepth, textProblem } from './json-value.ts';

const nested = (levels: number): unknown => (levels === 0 ? 1 : { deeper: nested(levels - 1) });
const own = (key: string) => JSON.parse(`{${JSON.stringify(key)}: 1}`);

describe('a JSON value has no problem when it is', () => {
  test.each([
    ['a scalar', 1],
    ['null', null],
    ['emoji', { '😀': '😀' }],
    ['what JavaScript objects have anyway', { constructor: 1, toString: { valueOf: [] }, prototype: {} }],
    ['every finite number', [Number.MAX_VALUE, Number.MIN_VALUE, -0, 2 ** 53]],
    [`nested ${maxJsonDepth} deep`, nested(maxJsonDepth)],
    ['control characters but U+0000', { a: '\u0001\r\n\t\u007f' }],
  ])('%s', (_what, value) => {
    expect(jsonProblem(value)).toBeNull();
  });
});

describe('a JSON value has a problem when it', () => {
  test.each([
    ['holds U+0000', { a: ['b\u0000'] }, 'U+0000'],
    ['holds U+0000 in a key', own('a\u0000'), 'U+0000'],
    ['holds the first half of a pair', ['\ud83d'], 'surrogate'],
    ['holds the second half of a pair', ['\ude00x'], 'surrogate'],
    ['holds half a pair in a key', own('\ud800'), 'surrogate'],
    ['holds two halves in the wrong order', ['\ude00\ud83d'], 'surrogate'],
    ['holds a key __proto__', own('__proto__'), '__proto__'],
    ['holds a key __proto__ deep down', { a: [own('__proto__')] }, '__proto__'],
    ['holds infinity', JSON.parse('{"a": 1e999}'), 'out of range'],
    ['holds minus infinity', [JSON.parse('-1e999')], 'out of range'],
    [`is nested ${maxJsonDepth + 1} deep`, nested(maxJsonDepth + 1), 'deeper'],
    ['is nested a million deep', JSON.parse(`${'['.repeat(1e6)}${']'.repeat(1e6)}`), 'deeper'],
  ])('%s', (_what, value, problem) => {
    expect(jsonProblem(value)).toContain(problem);
  });

  test('and for any JSON a problem is exactly what PostgreSQL or the renderer could not take', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const isBad = /\\u0000|\\ud[89a-f]|"__proto__":/i.test(text);
        expect(jsonProblem(JSON.parse(text)) !== null).toBe(isBad);
      }),
      { numRuns: 500 },
    );
  });
});

test('the bound of JSON is its bytes, whatever it is made of', () => {
  const value = fc.oneof(fc.jsonValue(), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })));
  fc.assert(
    fc.property(value, (given) => {
      fc.pre(jsonProblem(given) === null);
      const bytes = Buffer.byteLength(JSON.stringify(given));
      expect(jsonProblem(given, { maxBytes: bytes, what: 'so much' })).toBeNull();
      expect(jsonProblem(given, { maxBytes: bytes - 1, what: 'so much' })).toContain('so much');
    }),
    { numRuns: 500 },
  );
});

test('the problem of a text', () => {
  expect(textProblem('fine 😀')).toBeNull();
  expect(textProblem('a\u0000')).toContain('U+0000');
  expect(textProblem('\ud800')).toContain('surrogate');
});

describe('canonical JSON', () => {
  test.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ b: { d: 1, c: [{ f: 1, e: 2 }] } }, '{"b":{"c":[{"e":2,"f":1}],"d":1}}'],
    [[2, 1], '[2,1]'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [{ 10: 1, 9: 2 }, '{"10":1,"9":2}'],
    [{ '': 0, é: 1, Z: 2 }, '{"":0,"Z":2,"é":1}'],
    ['a"\n', '"a\\"\\n"'],
    [-0, '0'],
    [null, 'null'],
    [undefined, 'null'],
  ])('of %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, child]) => [key, shuffled(child)]),
    );
  };

  test('is the same for every order of the keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test('is JSON of the same value: different values have different texts', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
