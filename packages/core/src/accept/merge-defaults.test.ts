import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeDefaults } from './merge-defaults.ts';

describe('defaults', () => {
  test.each([
    ['fill what the item leaves out', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['lose against the item', { a: 1 }, { a: 2 }, { a: 1 }],
    ['are unset by an explicit null', { a: null }, { a: 2 }, { a: null }],
    [
      'merge tracking per key',
      { tracking: { clicks: true } },
      { tracking: { clicks: false, opens: true } },
      { tracking: { clicks: true, opens: true } },
    ],
    [
      'let a null unset one key of tracking',
      { tracking: { opens: null } },
      { tracking: { clicks: true, opens: true } },
      { tracking: { clicks: true, opens: null } },
    ],
    ['let a null unset tracking', { tracking: null }, { tracking: { opens: true } }, { tracking: null }],
    ['leave a bad tracking to the validation', { tracking: 1 }, { tracking: {} }, { tracking: 1 }],
    [
      'leave a tracking list to the validation',
      { tracking: [] },
      { tracking: { opens: true } },
      { tracking: [] },
    ],
    [
      'may have a null tracking',
      { tracking: { opens: true } },
      { tracking: null },
      { tracking: { opens: true } },
    ],
    ['merge nothing but tracking', { to: { a: 1 } }, { to: { b: 2 } }, { to: { a: 1 } }],
  ])('%s', (_what, item, defaults, merged) => {
    expect(mergeDefaults(item, defaults)).toEqual(merged);
  });

  test.each([null, undefined, 1, 'text', true, [{}]])(
    'leave %j as it is, for the validation to refuse',
    (item) => {
      expect(mergeDefaults(item, { a: 1 })).toBe(item);
    },
  );

  test('a key __proto__ stays a key, and reaches no prototype', () => {
    const merged = mergeDefaults(JSON.parse('{"__proto__": {"polluted": 1}}'), {});
    expect(Object.keys(Object(merged))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('neither the item nor the defaults are changed, and every own key is there', () => {
    const plain = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(plain, plain, (item, defaults) => {
        const before = JSON.stringify([item, defaults]);
        const merged = mergeDefaults(item, defaults);
        expect(JSON.stringify([item, defaults])).toBe(before);
        expect(new Set(Object.keys(Object(merged)))).toEqual(
          new Set([...Object.keys(defaults), ...Object.keys(item)]),
        );
      }),
    );
  });
});
