import { describe, expect, test } from '@jest/globals';
import { checkTemplate } from './check-template.ts';

const check = (html: string) => checkTemplate({ subject: 'S', html, text: null });

function problemOf(html: string): string {
  const outcome = check(html);
  return outcome.kind === 'ok' ? 'ok' : `${outcome.line}:${outcome.column} ${outcome.reason}`;
}

const values = (count: number) => Array.from({ length: count }, (_, index) => `{{v${index}}}`).join('');
const inside = (name: string, body: string) => `{{#with ${name}}}${body}{{/with}}`;
const deep = (parts: number) => Array.from({ length: parts }, () => 'abcd').join('.');

const partTooLong = 'a name has a part longer than 256 characters';
const nameTooLong = 'a name is longer than 1024 characters';
const allTooLong = 'the names of all variables are together longer than 65536 characters';

describe('names do not grow with the product of what is within its limits', () => {
  test.each([
    [
      'many names in a block with a long one',
      inside(`[${'a'.repeat(50_000)}]`, values(1_000)),
      `1:9 ${partTooLong}`,
    ],
    ['the longest that fits', inside(`[${'a'.repeat(470_000)}]`, values(2_400)), `1:9 ${partTooLong}`],
    ['an ordinary path of 200 parts', inside(deep(200), values(2_300)), allTooLong],
    [
      'blocks in blocks',
      [...'abcdefgh'].reduce((body) => inside('x'.repeat(200), body), values(100)),
      nameTooLong,
    ],
    [
      'block parameters',
      `{{#with ${deep(200)} as |u|}}${'{{u.a}}{{u.b}}{{u.c}}'.repeat(20)}{{u.${deep(10)}}}{{/with}}`,
      nameTooLong,
    ],
    [
      'long names, each once',
      Array.from({ length: 300 }, (_, at) => `{{[${'é'.repeat(240)}${at}]}}`).join(''),
      allTooLong,
    ],
    ['a looked-up key', `{{lookup a "${'k'.repeat(300)}"}}`, `1:12 ${partTooLong}`],
    ['a name in quotes', `\n{{"${'k'.repeat(300)}"}}`, partTooLong],
    ['a section', `{{#[${'k'.repeat(300)}]}}{{/[${'k'.repeat(300)}]}}`, partTooLong],
    ['a block parameter', `{{#each a as |${'k'.repeat(300)}|}}{{/each}}`, partTooLong],
    ['a path from a loop, whose place nobody knows', `{{#each a}}{{b.${deep(300)}}}{{/each}}`, nameTooLong],
    ['a path of the pipeline’s', `{{#if @profile.${deep(300)}}}{{/if}}`, nameTooLong],
    [
      'a name of the pipeline’s as the block around',
      inside(`profile.${deep(180)}`, inside(deep(100), values(9))),
      nameTooLong,
    ],
    ['parts of nothing', `{{a${'.[]'.repeat(1_100)}}}`, nameTooLong],
  ])('%s', (_what, html, problem) => {
    expect(problemOf(html)).toContain(problem);
  });

  test('the place that is told is where the names became too many', () => {
    const html = `${'\n'.repeat(9)}${inside(deep(200), `\n${values(2_300)}`)}`;
    expect(check(html)).toMatchObject({ kind: 'invalid', part: 'html', line: 11, reason: allTooLong });
    const text = inside(deep(200), values(100));
    expect(checkTemplate({ subject: 'S', html: values(10), text })).toMatchObject({ part: 'text' });
  });

  test('what is at the limits is accepted, and its names are within them', () => {
    const part = 'p'.repeat(256);
    expect(problemOf(`{{[${part}]}}{{${part}.${part}}}`)).toBe('ok');
    const outcome = check(`${values(2_000)}${inside(deep(100), values(80))}`);
    if (outcome.kind === 'invalid') throw new Error(outcome.reason);
    const { required, optional } = outcome.variables;
    expect(required).toHaveLength(2_000);
    expect(optional).toHaveLength(81);
    expect([...required, ...optional].join('').length).toBeLessThanOrEqual(65_536);
  });

  test('a name that is read often counts once', () => {
    expect(problemOf(`{{[${'n'.repeat(250)}]}}`.repeat(2_000))).toBe('ok');
  });
});

describe('what is told of a problem is short, however long what is wrong', () => {
  const long = 'z'.repeat(100_000);
  test.each([
    ['an unknown variable', `{{@${long}}}`],
    ['an unknown helper', `{{${long} 1}}`],
    ['an option', `{{upper a ${long}=1}}`],
    ['an invalid path', `{{${long}/../b}}`],
    ['a block that is closed as another', `{{#if a}}{{/${long}}}`],
    ['a block that is never closed', `{{#${long}}}`],
    ['a number in a path', `{{a.${'1'.repeat(100_000)}}}`],
    ['a partial', `{{> ${long}}}`],
    ['a field of what is provided', `{{@sender.${long}}}`],
  ])('%s', (_what, html) => {
    const outcome = check(html);
    expect(outcome.kind === 'invalid' ? outcome.reason.length : 0).toBeGreaterThan(0);
    expect(JSON.stringify(outcome).length).toBeLessThan(300);
  });
});
