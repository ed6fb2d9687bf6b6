import { describe, expect, test } from '@jest/globals';
import { maxHelperCharacters as max } from '../limits.ts';
import { compileTemplate, renderCompiled } from '../render/compiled-template.ts';
import { createTemplateCompiler } from '../template/compile-template.ts';

const maxOutputBytes = 10 * 1024 * 1024;
const compiler = createTemplateCompiler({ maxOutputBytes });

function render(text: string, context: Readonly<Record<string, unknown>>) {
  const snapshot = { id: 's', kind: 'template', subject: 'x', html: null, text } as const;
  return renderCompiled(compileTemplate(snapshot, compiler), { context }, maxOutputBytes);
}

const x = (length: number) => 'x'.repeat(length);

/** Calls of each helper that makes text, with data that makes it return so many characters. */
const calls: readonly (readonly [string, string, (length: number) => Readonly<Record<string, unknown>>])[] = [
  ['upper', '{{upper a}}', (length) => ({ a: x(length) })],
  // A letter with a capital of three.
  ['upper', '{{upper a}}', (length) => ({ a: `ΐ${x(length - 3)}` })],
  ['lower', '{{lower a}}', (length) => ({ a: x(length) })],
  ['join', '{{join a "\n"}}', (length) => ({ a: [x(1_000), x(length - 1_001)] })],
  ['join', '{{join a b}}', (length) => ({ a: ['', '', ''], b: x(length / 2) })],
  ['join', '{{join a}}', (length) => ({ a: x(length) })],
  ['truncate', '{{truncate a b}}', (length) => ({ a: x(length), b: length })],
  ['truncate', '{{truncate a b}}', (length) => ({ a: x(length + 1), b: length })],
  ['pluralize', '{{pluralize 2 a}}', (length) => ({ a: x(length - 1) })],
  ['pluralize', '{{pluralize 1 a}}', (length) => ({ a: x(length) })],
  ['pluralize', '{{pluralize 2 "a" a}}', (length) => ({ a: x(length) })],
  ['urlEncode', '{{urlEncode a}}', (length) => ({ a: `€${x(length - 9)}` })],
  ['formatDate', '{{formatDate a}}', (length) => ({ a: x(length) })],
  ['formatNumber', '{{formatNumber a}}', (length) => ({ a: x(length) })],
  ['formatCurrency', '{{formatCurrency a "EUR"}}', (length) => ({ a: x(length) })],
  ['default', '{{default a "b"}}', (length) => ({ a: x(length) })],
];

describe('nothing of what a helper makes is dropped:', () => {
  test.each(calls)('%s writes all of it up to the limit: %s', (_name, source, dataOf) => {
    const outcome = render(source, dataOf(max));
    expect(outcome.kind === 'rendered' && outcome.content.text?.length).toBe(max);
  });

  test.each(calls)('%s fails by name beyond it: %s', (name, source, dataOf) => {
    expect(render(source, dataOf(max + 2))).toEqual({
      kind: 'failed',
      reason: `text: the helper ${name} makes more than 1,048,576 characters`,
    });
  });

  test('lines of 104 KB are joined to the last', () => {
    const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at} ${x(97)}`);
    expect(render('{{join lines "\n"}}', { lines })).toMatchObject({ content: { text: lines.join('\n') } });
  });
});

test.each([
  ['helpers make for it', '{{upper (join a b)}}', { a: ['', ''], b: x(250_000) }],
  ['it repeats', '{{a}}', { a: x(250_000) }],
])('a text of much that %s fails as too large, in order', (_what, tag, data) => {
  expect(render(tag.repeat(300), data)).toEqual({
    kind: 'failed',
    reason: `rendered to more than ${maxOutputBytes} bytes`,
  });
});

test('what helpers make for one another is not written', () => {
  const data = { a: x(250_000) };
  expect(render('{{truncate (upper a) 10}}\n'.repeat(60), data)).toMatchObject({ kind: 'rendered' });
});
