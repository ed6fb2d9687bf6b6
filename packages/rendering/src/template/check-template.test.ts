import { describe, expect, test } from '@jest/globals';
import { checkTemplate } from './check-template.ts';

function problemOf(html: string): string {
  const check = checkTemplate({ subject: 'Hello', html, text: null });
  return check.kind === 'ok' ? 'ok' : `${check.line}:${check.column} ${check.reason}`;
}

describe('what cannot be parsed is refused where it stands', () => {
  test.each([
    ['{{}}', '1:3 unexpected `}}`'],
    ['Hi {{name', '1:4 this tag is never closed'],
    ['Hi\n  {{upper "x}}', '2:3 this tag is never closed'],
    ['{{!-- never closed }}', '1:1 this tag is never closed'],
    ['a\n{{#if a}}\n{{name}}\n', '2:1 the block `if` is never closed'],
    ['{{#if a}}x{{/if}}\n {{#each b}}{{#if c}}{{/if}}', '2:2 the block `each` is never closed'],
    ['{{#if a}}\n{{#each b}}\n{{/if}}', '2:4 the block `each` is closed as `if`'],
    ['line\r\nline {{/if}}', '2:6 unexpected `{{/`'],
    ['{{else}}', '1:1 unexpected `{{else}}`'],
    ['{{{a}}', '1:5 unexpected `}}`'],
    ['<b>\n<i>{{a b=}}</i>', '2:10 unexpected `}}`'],
    ['{{items.0}}', '1:9 unexpected `0`; as part of a path it is written `[0]`'],
    ['{{a/../b}}', '1:3 invalid path `a/..`'],
    ['a\n\0b', '2:1 the character U+0000 is not allowed'],
  ])('%j', (html, problem) => {
    expect(problemOf(html)).toBe(problem);
  });
});

describe('what there is not is refused where it is used', () => {
  test.each([
    ['\n  {{shout name}}', '2:5 unknown helper `shout`'],
    ['{{uper name}}', '1:3 unknown helper `uper`; did you mean `upper`?'],
    ['{{#if (foo a)}}{{/if}}', '1:8 unknown helper `foo`'],
    ['{{upper (lower (foo a))}}', '1:17 unknown helper `foo`'],
    ['{{#list items}}{{/list}}', '1:4 unknown helper `list`'],
    ['{{user.name "x"}}', '1:3 unknown helper `user.name`'],
    ['{{@upper name}}', '1:3 unknown helper `@upper`; did you mean `upper`?'],
    ['{{log name}}', '1:3 unknown helper `log`'],
    ['{{helperMissing name}}', '1:3 unknown helper `helperMissing`'],
    ['{{!-- note --}} {{foo 1}}', '1:19 unknown helper `foo`'],
    ['é {{> footer}}', '1:3 partials are not supported'],
    ['{{#> layout}}x{{/layout}}', '1:1 partials are not supported'],
    ['{{> (lookup . "x")}}', '1:1 partials are not supported'],
    ['{{* decorate}}', '1:1 decorators are not supported'],
    ['{{#* inline "x"}}y{{/inline}}', '1:1 decorators are not supported'],
    ['{{@idnex}}', '1:3 unknown variable `@idnex`'],
    ['{{@sendr.name}}', '1:3 unknown variable `@sendr`'],
    ['{{#if @sender.nmae}}{{/if}}', '1:7 `@sender` has no `nmae`'],
    ['{{@messageId.x}}', '1:3 `@messageId` has no `x`'],
    ['<p>{{@sender}}', '1:6 `@sender` is no text: write `@sender.email`'],
    ['{{{@profile}}}', '1:4 `@profile` is no text: write `@profile.email`'],
    [`{{@${'x'.repeat(1000)}}}`, `1:3 unknown variable \`@${'x'.repeat(40)}...\``],
  ])('%j', (html, problem) => {
    expect(problemOf(html)).toBe(problem);
  });
});

describe('a helper called the wrong way is refused', () => {
  test.each([
    ['{{upper a b}}', '1:3 helper `upper` takes 1 argument, not 2'],
    [
      '{{join}}',
      '1:3 helper `join` takes 1 to 2 arguments, not 0; a variable of this name is written `this.join`',
    ],
    ['{{#if a b}}{{/if}}', '1:4 helper `if` takes 1 argument, not 2'],
    ['{{if a}}', '1:3 `if` is a block helper, as in `{{#if}}`'],
    ['{{upper (if a)}}', '1:10 `if` is a block helper, as in `{{#if}}`'],
    ['{{#upper a}}{{/upper}}', '1:4 `upper` is not a block helper'],
    ['{{formatDate a zone="UTC"}}', '1:16 helper `formatDate` has no option `zone`'],
    ['{{#if a as |b|}}{{b}}{{/if}}', '1:4 this block gives no block parameters'],
    ['{{#items as |b|}}{{b}}{{/items}}', '1:4 this block gives no block parameters'],
    ['{{#with a as |b c|}}{{/with}}', '1:4 this block gives at most 1 block parameters'],
    ['{{^each a as |b|}}{{b}}{{/each}}', '1:4 an inverted block gives no block parameters'],
    ['{{#each a as |upper|}}{{/each}}', '1:4 `upper` cannot be a block parameter'],
  ])('%j', (html, problem) => {
    expect(problemOf(html)).toBe(problem);
  });
});

describe('a path to a prototype is refused', () => {
  test.each([
    ['{{constructor}}', '1:3 `constructor` is not allowed in a path'],
    ['{{a.constructor.name}}', '1:3 `constructor` is not allowed in a path'],
    ['{{a.[__proto__].b}}', '1:3 `__proto__` is not allowed in a path'],
    ['{{#with __proto__}}{{/with}}', '1:9 `__proto__` is not allowed in a path'],
    ['{{lookup this "constructor"}}', '1:15 `constructor` is not allowed in a path'],
    ['{{__lookupGetter__ "x"}}', '1:3 unknown helper `__lookupGetter__`'],
  ])('%j', (html, problem) => {
    expect(problemOf(html)).toBe(problem);
  });
});

describe('what Handlebars allows is accepted', () => {
  test.each([
    '{ lone } braces } and }} pairs { of them',
    'a{color:red} @media x{b{c:d}}',
    '{{{html}}} {{&html}}',
    '{{! comment }}{{!-- with {{braces}} --}}',
    '{{~name~}} {{~#if a~}} x {{~else~}} y {{~/if~}}',
    '{{{{raw}}}} {{anything goes here {{{{/raw}}}}',
    '\\{{escaped}} \\\\{{name}}',
    '{{#if a}}1{{else if b}}2{{else unless c}}3{{else}}4{{/if}}',
    '{{#each items as |item index|}}{{index}}{{item.name}}{{else}}none{{/each}}',
    '{{^items}}none{{/items}}{{#items}}{{name}}{{/items}}',
    '{{lookup . "x"}} {{@root.a}} {{../x}} {{this}} {{./b}} {{"first name"}} {{a.[b c].0.d}} {{a.[0]}}',
    '{{#each a}}{{@index}}{{@key}}{{@first}}{{@last}}{{#each b}}{{@../index}}{{/each}}{{/each}}',
    '{{имя}} {{🎉}} ünïcödé',
    '{{log}} {{helperMissing}}',
    '{{@sender.name}} {{@profile.any.thing}} {{@messageId}} {{#if @unsubscribeUrl}}{{@unsubscribeUrl}}{{/if}}',
    '{{#with @sender}}{{email}}{{/with}} {{lookup @profile key}} {{#each a}}{{@../sender.email}}{{/each}}',
    '',
  ])('%j', (html) => {
    expect(problemOf(html)).toBe('ok');
  });
});

describe('sizes', () => {
  const tooMany = 'too many expressions in one template';

  test('a part at its limit is accepted and one byte more is refused', () => {
    expect(problemOf('é'.repeat(256 * 1024))).toBe('ok');
    expect(problemOf(`${'é'.repeat(256 * 1024)}x`)).toBe('1:1 longer than 524288 bytes');
    expect(checkTemplate({ subject: 'x'.repeat(999), html: '', text: null })).toMatchObject({
      part: 'subject',
    });
    expect(checkTemplate({ subject: 'x', html: '', text: 'x'.repeat(262_145) })).toMatchObject({
      part: 'text',
    });
  });

  test.each([
    ['100 KB of variables', '{{a}}'.repeat(20_000)],
    ['endless arguments', `{{join ${'a '.repeat(250_000)}}}`],
    ['endless parentheses', `{{upper ${'('.repeat(500_000)}a}}`],
    ['an endless path', `{{${'a.'.repeat(200_000)}b}}`],
    ['endless block parameters', `{{#each a as |${'b '.repeat(200_000)}|}}{{/each}}`],
    ['endless escapes', '\\{{a'.repeat(100_000)],
    ['endless comments', '{{!}}'.repeat(100_000)],
    ['endless raw blocks', '{{{{raw}}}}{{{{/raw}}}}'.repeat(20_000)],
  ])('%s are refused before they are parsed', (_, html) => {
    expect(problemOf(html)).toMatch(tooMany);
  });

  test('expressions count over all parts together', () => {
    const part = '{{a}}'.repeat(1_300);
    expect(checkTemplate({ subject: 'x', html: part, text: null })).toMatchObject({ kind: 'ok' });
    expect(checkTemplate({ subject: 'x', html: part, text: part })).toMatchObject({
      part: 'text',
      reason: tooMany,
    });
  });

  test('long comments are few, because each costs the whole source', () => {
    expect(problemOf('{{!-- a --}}'.repeat(200))).toBe('ok');
    expect(problemOf(`\n${'{{!-- a --}}'.repeat(201)}`)).toBe('2:2401 more than 200 {{!-- --}} comments');
  });

  test.each([
    ['blocks', (depth: number) => '{{#if a}}'.repeat(depth) + '{{/if}}'.repeat(depth)],
    ['else branches', (depth: number) => `{{#if a}}${'{{else if b}}'.repeat(depth - 1)}{{/if}}`],
    ['subexpressions', (depth: number) => `{{upper ${'(upper '.repeat(depth)}a${')'.repeat(depth)}}}`],
  ])('%s nest 100 levels deep and no deeper', (_, nest) => {
    expect(problemOf(nest(100))).toBe('ok');
    expect(problemOf(nest(101))).toMatch('nested more than 100 levels deep');
  });
});

test('a problem names its part', () => {
  expect(checkTemplate({ subject: '{{#if}}', html: '', text: null })).toMatchObject({ part: 'subject' });
  expect(checkTemplate({ subject: '', html: '', text: '{{> x}}' })).toMatchObject({ part: 'text' });
});

test('a syntax tree in place of a string is refused: Handlebars would compile it to code', () => {
  const draft = JSON.parse('{"subject":"s","text":null,"html":{"type":"Program","body":[]}}');
  expect(checkTemplate(draft)).toEqual({
    kind: 'invalid',
    part: 'html',
    line: 1,
    column: 1,
    reason: 'must be a string',
  });
});
