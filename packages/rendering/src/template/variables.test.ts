import { describe, expect, test } from '@jest/globals';
import { checkTemplate } from './check-template.ts';

function variablesOf(html: string, text: string | null = null): (readonly string[])[] {
  const check = checkTemplate({ subject: 'Hello', html, text });
  if (check.kind === 'invalid') throw new Error(check.reason);
  return [check.variables.required, check.variables.optional];
}

describe('what a template always uses is required', () => {
  test.each([
    ['{{name}}', ['name']],
    ['{{{name}}}', ['name']],
    ['{{b}}{{a}}{{b}}', ['a', 'b']],
    ['{{user.name}} {{user.[first name]}} {{items.0.id}}', ['items.0.id', 'user.[first name]', 'user.name']],
    ['{{this.name}} {{./city}} {{"first name"}}', ['[first name]', 'city', 'name']],
    ['{{@root.a}}', ['a']],
    ['{{upper (lower name)}}', ['name']],
    ['{{lookup user "name"}}{{lookup . "x"}}', ['user.name', 'x']],
    ['{{lookup prices currency}}', ['currency', 'prices']],
    ['{{{{raw}}}}{{no}}{{{{/raw}}}}{{yes}}', ['yes']],
    ['\\{{no}} {{yes}}', ['yes']],
  ])('%s', (html, required) => {
    expect(variablesOf(html)).toEqual([required, []]);
  });

  test('in whichever part it stands', () => {
    const check = checkTemplate({ subject: '{{a}}', html: '{{b}}', text: '{{c}}' });
    expect(check).toEqual({ kind: 'ok', variables: { required: ['a', 'b', 'c'], optional: [] } });
  });
});

describe('what it may do without is optional', () => {
  test.each([
    ['{{#if a}}{{b}}{{else}}{{c}}{{/if}}', ['a', 'b', 'c']],
    ['{{#if a}}{{else if b}}{{c}}{{/if}}', ['a', 'b', 'c']],
    ['{{#unless a}}{{b}}{{/unless}}', ['a', 'b']],
    ['{{#if (eq plan "pro")}}x{{/if}}', ['plan']],
    ['{{#if (and (upper a) (gt b 1))}}x{{/if}}', ['a', 'b']],
    ['{{#each items}}{{name}}{{else}}{{none}}{{/each}}', ['items', 'none']],
    ['{{^items}}{{none}}{{/items}}', ['items', 'none']],
    ['{{#items}}{{name}}{{/items}}', ['items']],
    ['{{default name "there"}}{{default a b}}', ['a', 'b', 'name']],
    ['{{formatDate "2025-01-01" timeZone=zone}}', ['zone']],
  ])('%s', (html, optional) => {
    expect(variablesOf(html)).toEqual([[], optional]);
  });

  test('unless it is used elsewhere for certain', () => {
    expect(variablesOf('{{#if name}}Dear {{name}}{{/if}}', '{{name}}')).toEqual([['name'], []]);
  });
});

describe('a path is taken from where it stands', () => {
  test.each([
    ['{{#with user}}{{name}}{{address.city}}{{/with}}', ['user', 'user.address.city', 'user.name']],
    ['{{#with user as |u|}}{{u.name}}{{../total}}{{/with}}', ['total', 'user', 'user.name']],
    ['{{#with a}}{{#with b}}{{c}}{{../d}}{{../../e}}{{/with}}{{/with}}', ['a', 'a.b', 'a.b.c', 'a.d', 'e']],
    ['{{#with a}}{{#if b}}{{../c}}{{/if}}{{/with}}', ['a', 'a.b', 'c']],
    ['{{#with this}}{{a}}{{/with}}', ['a']],
    [
      '{{#each items as |item i|}}{{item.id}}{{i}}{{@index}}{{../total}}{{@root.a}}{{/each}}',
      ['a', 'items', 'total'],
    ],
    ['{{#each a as |x|}}{{this.x}}{{#with x}}{{y}}{{/with}}{{/each}}', ['a']],
    ['{{#each a}}{{#each ../b}}{{../../c}}{{/each}}{{/each}}', ['a', 'b', 'c']],
    ['{{../nowhere}}', []],
  ])('%s', (html, optional) => {
    expect(variablesOf(html)).toEqual([[], optional]);
  });
});

test('what the pipeline provides is nobody’s to give', () => {
  const html =
    '{{profile.email}}{{sender.name}}{{unsubscribeUrl}}{{messageId}}{{#if profile}}{{profile.x}}{{/if}}';
  expect(variablesOf(html)).toEqual([[], []]);
});

test('what the pipeline provides under names of its own is nobody’s to give either', () => {
  const html =
    '{{@profile.plan}}{{@sender.name}}{{@messageId}}{{#with @sender}}{{name}}{{/with}}{{#each a}}{{@sender.email}}{{/each}}';
  expect(variablesOf(html)).toEqual([[], ['a']]);
});

test.each([
  ['{{sender}} wrote', ['sender']],
  ['{{this.profile}}', ['profile']],
  ['{{{sender}}}{{sender.name}}', ['sender']],
])(
  'what prints a name that the pipeline has an object for needs a value of the data: %s',
  (html, required) => {
    expect(variablesOf(html)).toEqual([required, []]);
  },
);
