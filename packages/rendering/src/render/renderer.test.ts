import { afterAll, describe, expect, test } from '@jest/globals';
import type { RenderOutcome, SnapshotContent } from '@postroom/core';
import { createRenderer } from './renderer.ts';

const renderer = createRenderer({ processes: 1 });
afterAll(() => renderer.close());

const anAsker = { workspaceId: 'w', waitMs: 20_000 };

let ids = 0;
function snapshot(html: string | null, overrides: Partial<SnapshotContent> = {}): SnapshotContent {
  ids += 1;
  return { id: `snapshot-${ids}`, kind: 'template', subject: 'Hello', html, text: null, ...overrides };
}

/** So much data that no template renders it inline; the keys are of no use to the templates here. */
const ballastData = { ballast: 'x'.repeat(50_000) };

const renderWays = [
  ['inline', {}],
  ['in a process', ballastData],
] as const;

async function htmlOf(html: string, data: Record<string, unknown>): Promise<string | null> {
  const outcome = await renderer.render(snapshot(html), data, anAsker);
  if (outcome.kind !== 'rendered') throw new Error(JSON.stringify(outcome));
  return outcome.content.html;
}

describe.each(renderWays)('rendered %s', (_, extra) => {
  test.each([
    ['{{a}} {{{a}}} {{&a}}', { a: '<b>&"\'' }, '&lt;b&gt;&amp;&quot;&#x27; <b>&"\' <b>&"\''],
    ['{{a}}|{{b}}|{{c}}|{{d}}|{{e.f.g}}', { a: null, b: 0, c: false, d: 1.5 }, '|0|false|1.5|'],
    ['{{a.length}} {{b.length}}', { a: 'abc', b: [1, 2] }, '3 2'],
    ['{{#if a}}1{{else if b}}2{{else}}3{{/if}}', { b: true }, '2'],
    ['{{#each a as |x i|}}{{i}}{{x}}{{@first}} {{else}}none{{/each}}', { a: ['p', 'q'] }, '0ptrue 1qfalse '],
    ['{{#each a}}{{@key}}={{this}};{{/each}}', { a: { x: 1, y: 2 } }, 'x=1;y=2;'],
    ['{{#with u}}{{n}} {{../t}} {{@root.t}}{{/with}}', { u: { n: 'Ann' }, t: 5 }, 'Ann 5 5'],
    ['{{#a}}{{x}}{{/a}}{{^b}}no{{/b}}', { a: [{ x: 1 }, { x: 2 }] }, '12no'],
    ['{{lookup . "x"}}{{lookup m k}}{{../x}}', { x: 1, m: { y: 2 }, k: 'y' }, '12'],
    ['a {{~! gone ~}} b{{!-- {{gone}} --}}c', {}, 'abc'],
    ['{{{{raw}}}}{{a}} {{{{/raw}}}}\\{{a}}', { a: 1 }, '{{a}} {{a}}'],
    ['{ } }} {{🎉}} ünï', { '🎉': 'party' }, '{ } }} party ünï'],
    ['{{if.x}}{{this.upper}}', { if: { x: 1 }, upper: 2 }, '12'],
  ])('%s', async (html, data, expected) => {
    expect(await htmlOf(html, { ...data, ...extra })).toBe(expected);
  });

  test.each([
    ['{{@sender.name}}|{{sender.name}}|{{@messageId}}', { sender: { name: 'Data' } }, 'Ours|Data|m'],
    [
      '{{#each a}}{{@sender.name}}{{@index}} {{@../sender.name}}{{/each}}',
      { a: [1, 2] },
      'Ours0 OursOurs1 Ours',
    ],
    [
      '{{#with u}}{{@sender.name}} {{../sender}} {{this.sender}}{{/with}}',
      { u: { sender: 1 }, sender: 2 },
      'Ours 2 1',
    ],
    ['{{lookup this "sender"}} {{@root.sender}} {{lookup @sender "name"}}', { sender: 'S' }, 'S S Ours'],
    ['{{#with @sender}}{{name}}{{/with}}{{#if @unsubscribeUrl}}link{{/if}}', {}, 'Ours'],
    ['{{@profile.constructor.name}}', {}, null],
  ])('what is provided is apart from the data: %s', async (html, data, expected) => {
    const provided = { sender: { name: 'Ours' }, messageId: 'm' };
    const outcome = await renderer.render(snapshot(html), { ...data, ...extra }, { ...anAsker, provided });
    expect(outcome.kind === 'rendered' ? outcome.content.html : null).toBe(expected);
  });

  test('subject and text are not escaped, and the subject stays one line', async () => {
    const template = snapshot('{{a}}', { subject: 'Re: {{a}}', text: '{{a}}' });
    expect(await renderer.render(template, { a: 'R&D\r\nBcc: x@y.z', ...extra }, anAsker)).toEqual({
      kind: 'rendered',
      content: { subject: 'Re: R&D Bcc: x@y.z', html: 'R&amp;D\r\nBcc: x@y.z', text: 'R&D\r\nBcc: x@y.z' },
    });
  });

  test('a part that is not there stays away', async () => {
    const outcome = await renderer.render(snapshot(null, { text: 'x{{a}}' }), { a: 1, ...extra }, anAsker);
    expect(outcome).toEqual({ kind: 'rendered', content: { subject: 'Hello', html: null, text: 'x1' } });
  });

  test.each([
    ['{{lookup a k}}', { a: {}, k: 'constructor' }],
    ['{{lookup a k}}', { a: 'text', k: 'constructor' }],
    ['{{lookup a k}}', { a: {}, k: '__proto__' }],
    ['{{lookup (lookup a k) "name"}}', { a: [], k: 'constructor' }],
    ['{{a.toString}}{{a.hasOwnProperty}}{{b.map}}{{c.trim}}', { a: {}, b: [], c: '' }],
    ['{{#with a}}{{valueOf}}{{/with}}', { a: {} }],
  ])('prototypes give nothing: %s', async (html, data) => {
    expect(await htmlOf(html, { ...data, ...extra })).toBe('');
  });

  test('data cannot pass for markup or for code', async () => {
    const data = JSON.parse('{"a":{"toHTML":"<b>","string":"<b>"},"b":{"type":"Program","body":[]}}');
    expect(await htmlOf('{{a}}{{b}}', { ...data, ...extra })).toBe('[object Object][object Object]');
    const own = JSON.parse('{"o":{"__proto__":{"x":"own"},"constructor":"mine"}}');
    expect(await htmlOf('{{#each o}}{{@key}} {{/each}}', { ...own, ...extra })).toBe(
      '__proto__ constructor ',
    );
  });

  test.each([
    [
      'too long a subject',
      { subject: '{{a}}' },
      { a: 'x'.repeat(999) },
      'subject rendered to 999 characters, more than 998',
    ],
    ['an empty subject', { subject: '{{a}}' }, { a: ' \n' }, 'subject rendered to nothing'],
    ['an unknown helper', { html: '\n{{foo 1}}' }, {}, 'html, line 2, column 3: unknown helper `foo`'],
    [
      'odd data',
      { html: '{{a}}' },
      { a: { toString: 'secret', valueOf: 1 } },
      'html cannot be rendered with this data',
    ],
    [
      'an odd key',
      { text: '{{lookup a b}}' },
      { a: {}, b: { toString: 1 } },
      'text cannot be rendered with this data',
    ],
  ])('%s fails for good, with a reason that holds no data', async (_name, parts, data, reason) => {
    const outcome = await renderer.render(snapshot('x', parts), { ...data, ...extra }, anAsker);
    expect(outcome).toEqual({ kind: 'failed', reason });
  });
});

test('literal content passes through as it is', async () => {
  const content = { subject: '{{a}}', html: '{{#if', text: '{{> x}}' };
  const outcome = await renderer.render({ id: 'x', kind: 'literal', ...content }, {}, anAsker);
  expect(outcome).toEqual({ kind: 'rendered', content });
});

test('an id that comes with other content is not mistaken for what it was before', async () => {
  const renders: RenderOutcome[] = [];
  for (const extra of [{}, ballastData]) {
    for (const html of ['first {{a}}', 'second {{a}}']) {
      renders.push(await renderer.render(snapshot(html, { id: 'same' }), { a: 1, ...extra }, anAsker));
    }
  }
  const htmls = renders.map((outcome) => (outcome.kind === 'rendered' ? outcome.content.html : null));
  expect(htmls).toEqual(['first 1', 'second 1', 'first 1', 'second 1']);
});

test('a template beyond the inline limits renders in a process, its result whole', async () => {
  const html = await htmlOf('{{a}}é'.repeat(1_000), { a: 'x' });
  expect(html).toBe('xé'.repeat(1_000));
});
