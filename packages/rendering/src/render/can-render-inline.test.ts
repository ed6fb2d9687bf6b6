import { describe, expect, test } from '@jest/globals';
import { createHelperTable } from '../helpers/helpers.ts';
import { inspectTemplate } from '../template/inspect-template.ts';
import {
  canInspectInline,
  canRenderInline,
  measureInlineData,
  sourceCharacters,
} from './can-render-inline.ts';

function isInline(html: string, data: unknown): boolean {
  const template = { subject: 'Hello {{name}}', html, text: null };
  if (!canInspectInline(template)) return false;
  const inspection = inspectTemplate(template, createHelperTable());
  if (inspection.kind === 'invalid') throw new Error(inspection.reason);
  const cost = { ...inspection.cost, sourceCharacters: sourceCharacters(template) };
  return canRenderInline(cost, measureInlineData(data));
}

const list = (length: number) => Array.from({ length }, (_, id) => ({ id, name: `Item ${id}` }));

describe('what is sure to end soon renders inline', () => {
  test.each([
    ['a plain template', `${'<p>text</p>'.repeat(400)}{{a}}{{b}}{{c}}`, { a: 'x'.repeat(1_000) }],
    ['a receipt', '{{#each items}}{{name}} {{formatCurrency price "EUR"}}{{/each}}', { items: list(30) }],
    ['a section', '{{#items}}{{name}}{{/items}}', { items: list(30) }],
    ['nested loops over little', '{{#each a}}{{#each ../a}}{{name}}{{/each}}{{/each}}', { a: list(10) }],
  ])('%s', (_, html, data) => {
    expect(isInline(html, data)).toBe(true);
  });
});

describe('what might not goes to a process', () => {
  test.each([
    ['nested loops', '{{#each a}}{{#each ../a}}{{name}}{{/each}}{{/each}}', { a: list(300) }],
    ['nested sections', '{{#a}}{{#../a}}{{#../a}}{{name}}{{/../a}}{{/../a}}{{/a}}', { a: list(40) }],
    ['a loop that formats much', '{{#each a}}{{formatNumber id}}{{formatDate x}}{{/each}}', { a: list(400) }],
    ['much data many times', '{{a}}'.repeat(140), { a: 'x'.repeat(32_000) }],
    ['large data', '{{a}}', { a: 'x'.repeat(40_000) }],
    ['many nodes', '{{a}}'.repeat(200), {}],
    ['many tokens', '{{!}}'.repeat(3_000), {}],
    ['a long source', 'x'.repeat(70_000), {}],
  ])('%s', (_, html, data) => {
    expect(isInline(html, data)).toBe(false);
  });
});

test('loops over an object count its entries', () => {
  const wide = Object.fromEntries(list(2_000).map(({ name }) => [name, 1]));
  expect(isInline('{{#each a}}{{#each ../a}}{{this}}{{/each}}{{/each}}', { a: wide })).toBe(false);
});
