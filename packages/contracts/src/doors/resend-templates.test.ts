import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resendFallbacks, storedResendFallbacks, translateResendTags } from './resend-templates.ts';
import { templateLiteral } from './template-tags.ts';

const withFallback = (key: string, fallback_value: string | number | null) =>
  resendFallbacks([{ key, fallback_value }]);

const translated = (part: string, declared = resendFallbacks([]), kept = resendFallbacks([])): string =>
  translateResendTags(part, { declared, kept }).text;

describe('a fallback that is declared', () => {
  test('takes the place of the one that a tag of ours has, and null takes it out', () => {
    const part = '{{{default NAME "you"}}} {{default NAME 7}} {{{default OTHER "x"}}}';
    const changed = '{{{default NAME "friend"}}} {{default NAME "friend"}} {{{default OTHER "x"}}}';
    expect(translated(part, withFallback('NAME', 'friend'))).toBe(changed);
    expect(translated(part, withFallback('NAME', null))).toBe('{{{NAME}}} {{NAME}} {{{default OTHER "x"}}}');
  });

  test('goes before one that is kept, also where it is none', () => {
    const kept = withFallback('NAME', 'you');
    expect(translated('{{{NAME}}}', withFallback('NAME', 'friend'), kept)).toBe(
      '{{{default NAME "friend"}}}',
    );
    expect(translated('{{{NAME}}}', withFallback('NAME', null), kept)).toBe('{{{NAME}}}');
    expect(translated('{{{NAME}}}', withFallback('OTHER', 'x'), kept)).toBe('{{{default NAME "you"}}}');
  });

  test('leaves a tag alone that has one of its own, and a default that is no literal', () => {
    const declared = withFallback('NAME', 'friend');
    expect(translated('{{{NAME|you}}}', declared)).toBe('{{{default NAME "you"}}}');
    expect(translated('{{{default NAME OTHER}}}', declared)).toBe('{{{default NAME OTHER}}}');
  });
});

test('a fallback comes back from where it is stored, whatever it holds', () => {
  const unit = fc.constantFrom('a', '{', '}', '"', "'", '\\', '|', '\n', ' ');
  const fallback = fc.string({ unit }).filter((text) => templateLiteral(text) !== null);
  fc.assert(
    fc.property(fallback, fc.double({ noNaN: true, min: -99, max: 99 }), (text, number) => {
      const fallbacks = [text, Number(number.toFixed(3))].map((value) => withFallback('NAME', value));
      for (const declared of fallbacks) {
        const stored = translated('<p title="x">{{{NAME}}} {{NAME}}</p>', declared);
        expect(storedResendFallbacks([stored])).toMatchObject(declared);
        expect(translated(stored, withFallback('NAME', null))).toBe('<p title="x">{{{NAME}}} {{NAME}}</p>');
      }
    }),
  );
});

describe('the fallbacks of a stored template', () => {
  test('are those of names that never stand without one', () => {
    const parts = ['{{{default A "1"}}}{{{default B "2"}}}', '{{{B}}}{{{default C 3}}}{{{default C 4}}}'];
    const found = [...storedResendFallbacks(parts)].map(([name, fallback]) => [
      name,
      Object(fallback).literal,
    ]);
    expect(found).toEqual([
      ['A', '"1"'],
      ['C', '3'],
    ]);
  });

  test('are not those of comments', () => {
    expect(storedResendFallbacks(['{{!-- {{{default A "1"}}} --}}'])).toEqual(new Map());
  });
});
