import type { TemplateDraft } from '@postroom/core';

const html = (source: string): TemplateDraft => ({ subject: 'S', html: source, text: null });

const nested = (depth: number) => '{{#if a}}'.repeat(depth) + '{{/if}}'.repeat(depth);
const values = (count: number) => Array.from({ length: count }, (_, index) => `{{v${index}}}`).join('');

/** Templates that go up to each limit, and up to all of them at once: what is dear to check, whether it passes or not. */
export const largestTemplates: Readonly<Record<string, TemplateDraft>> = {
  values: html('{{a}}'.repeat(2_480)),
  names: html(values(2_400)),
  blocks: html('{{#each a as |x i|}}{{x}}{{/each}}'.repeat(800)),
  nesting: html(nested(100).repeat(12)),
  calls: html('{{formatDate a "long" time="short" timeZone="UTC" locale="en"}}'.repeat(700)),
  subexpressions: html(`{{upper ${'(upper '.repeat(99)}a${')'.repeat(99)}}}`.repeat(20)),
  comments: html('{{!-- a --}}'.repeat(200) + 'x'.repeat(497_000)),
  lines: html(`${'\n'.repeat(150)}{{a}}\n`.repeat(2_000)),
  tokens: html('{{~a~}}'.repeat(2_000) + '{{! x}}'.repeat(3_000)),
  'a last problem': html(`${'{{a}}'.repeat(2_400)}{{oops 1}}`),
  'long names': html(`{{#with [${'a'.repeat(250)}]}}${values(2_300)}{{/with}}`),
  everything: {
    subject: `${'{{a}}'.repeat(100)}`,
    html: `${'{{!-- a --}}'.repeat(150)}${'x'.repeat(430_000)}${nested(100).repeat(4)}${values(1_200)}`,
    text: `${'{{!-- a --}}'.repeat(150)}${'\n'.repeat(240_000)}${'{{#each a}}{{/each}}'.repeat(200)}`,
  },
};
