import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonElements, NotJsonError } from './json-elements.ts';

function elementsOf(text: string, cuts: readonly number[] = []): string[] {
  const bytes = Buffer.from(text);
  const elements = new JsonElements();
  const places = [0, ...cuts.filter((cut) => cut <= bytes.length).toSorted((a, b) => a - b), bytes.length];
  const found = places.slice(1).flatMap((to, at) => elements.feed(bytes.subarray(places[at], to)));
  elements.end();
  return found;
}

test.each([
  ['[]', []],
  ['[{"a":1}, {"b":[1,{"c":"]"}]}]', ['{"a":1}', '{"b":[1,{"c":"]"}]}']],
  ['{"x":"[1,2]","list":["a","b\\"]"],"more":{"y":1}}', ['"a"', '"b\\"]"']],
  ['[1,null,"x"]', ['1', 'null', '"x"']],
  ['{"a":[{"e":1}],"b":[{"e":2}]}', ['{"e":1}', '{"e":2}']],
  ['\ufeff[{"a":1}]', ['{"a":1}']],
])('%s has the elements %j', (text, elements) => {
  expect(elementsOf(text).map((one) => one.trim())).toEqual(elements);
});

test('where a text is cut into chunks makes no difference', () => {
  const anElement = fc.oneof(fc.string(), fc.record({ email: fc.string(), tags: fc.array(fc.string()) }));
  fc.assert(
    fc.property(
      fc.array(anElement),
      fc.array(fc.nat(300)),
      fc.boolean(),
      fc.constantFrom('', '\ufeff'),
      (list, cuts, isWrapped, mark) => {
        const text = mark + JSON.stringify(isWrapped ? { page: 1, items: list, next: '[' } : list);
        expect(elementsOf(text, cuts).map((one): unknown => JSON.parse(one))).toEqual(
          JSON.parse(JSON.stringify(list)),
        );
      },
    ),
  );
});

test.each([
  ['nothing', ''],
  ['an object without a list', '{"a":{"b":[]}}'],
  ['a text', '"a"'],
  ['two byte order marks', '\ufeff\ufeff[]'],
  ['a byte order mark behind a space', ' \ufeff[]'],
  ['what begins as a byte order mark does', '\uf000[]'],
  ['CSV', 'email\na@b.co'],
  ['a list that does not end', '[{"a":1}'],
  ['brackets that cross', '[{"a":1]}'],
  ['more behind the end', '[] []'],
  ['a string that does not end', '["a'],
  ['much nesting', '['.repeat(40) + ']'.repeat(40)],
  ['an element of 100 KB', `["${'x'.repeat(100_000)}"]`],
])('%s is refused', (_what, text) => {
  expect(() => elementsOf(text)).toThrow(NotJsonError);
});
