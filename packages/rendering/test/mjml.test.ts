import { afterAll, describe, expect, test } from '@jest/globals';
import { createMjmlCompiler } from '../src/index.ts';
import { answerMjml } from '../src/mjml/answer-mjml.ts';

const { compileMjml, close } = createMjmlCompiler();
afterAll(close);

/** The same without a process for each. */
const { compileMjml: compileHere } = createMjmlCompiler(answerMjml);

const mail = (body: string, head = '') =>
  `<mjml>\n<mj-head>${head}</mj-head>\n<mj-body>\n<mj-section><mj-column>\n${body}\n</mj-column></mj-section>\n</mj-body>\n</mjml>`;

describe('MJML is compiled', () => {
  test('with its Handlebars left as it is, wherever it stands', async () => {
    const source = mail(
      [
        '<mj-text color="{{color}}">Dear {{default name "you & me"}}, {{#if (eq a "<b>")}}yes{{else}}no{{/if}}</mj-text>',
        '<mj-raw>{{#each items}}</mj-raw>',
        '<mj-button href="https://shop.example/{{id}}?a=1&b={{../b}}">{{{this.name}}}</mj-button>',
        '<mj-raw>{{/each}}</mj-raw>',
      ].join('\n'),
      '<mj-title>{{title}}</mj-title><mj-style>.x { color: {{color}} }</mj-style>',
    );
    const outcome = await compileMjml(source, 'w1');
    expect(outcome.kind).toBe('ok');
    const html = outcome.kind === 'ok' ? outcome.html : '';
    expect(html).toMatch(/^\s*<!doctype html>/i);
    for (const tag of source.match(/\{\{.*?\}\}+/g) ?? []) expect(html).toContain(tag);
    expect(html).not.toContain('hbsTag');
    expect(html).not.toContain('<mj-');
  });

  test.each([
    ['an element that there is not', mail('<mj-foo>x</mj-foo>'), 5, /mj-foo/],
    [
      'an attribute that there is not',
      mail('<mj-text>x</mj-text>\n<mj-text colr="x">x</mj-text>'),
      6,
      /colr/,
    ],
    [
      'an element where it cannot be',
      '<mjml><mj-body>\n<mj-section>\n<mj-text>x</mj-text></mj-section></mj-body></mjml>',
      3,
      /mj-text/,
    ],
    [
      'a block where MJML drops text',
      mail('<mj-text>x</mj-text>\n{{#if a}}<mj-text>y</mj-text>{{/if}}'),
      6,
      /mj-raw/,
    ],
    [
      'a file to be included',
      mail('<mj-text>x</mj-text>\n<mj-include path="/etc/passwd" />'),
      6,
      /mj-include/,
    ],
    ['html', '<div>x</div>', 1, /mjml/i],
    [
      'an attribute of all elements that makes a large mail of them',
      mail(
        '<mj-text>x</mj-text>'.repeat(200),
        `<mj-attributes><mj-all css-class="${'x'.repeat(20_000)}" /></mj-attributes>`,
      ),
      1,
      /2000000 characters/,
    ],
    [
      'a tag of all elements that makes a large mail of them',
      mail(
        '<mj-text>x</mj-text>'.repeat(200),
        `<mj-attributes><mj-all css-class="{{!-- ${'x'.repeat(20_000)} --}}" /></mj-attributes>`,
      ),
      1,
      /2000000 characters/,
    ],
    ['no markup', '{{name}}', 1, /mjml/i],
  ])('but %s is refused, with its line', async (_what, source, line, reason) => {
    expect(await compileHere(source, 'w1')).toMatchObject({
      kind: 'invalid',
      line,
      reason: expect.stringMatching(reason),
    });
  });

  test('one at a time for a workspace, two together, and a few wait for their turn', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const most = { running: 0, ever: 0 };
    const { compileMjml: compileHeld } = createMjmlCompiler(async () => {
      most.running += 1;
      most.ever = Math.max(most.ever, most.running);
      await held;
      most.running -= 1;
      return { kind: 'compiled', html: '', problems: [] };
    });
    const own = ['w1', 'w1', 'w1', 'w1', 'w1'].map((workspace) => compileHeld('', workspace));
    const others = Array.from({ length: 10 }, (_, at) => compileHeld('', `other ${at}`));
    expect(await own.at(-1)).toEqual({ kind: 'busy', refusal: 'own_line_full' });
    expect(await others.at(-1)).toEqual({ kind: 'busy', refusal: 'all_lines_full' });
    letGo();
    const kinds = (await Promise.all([...own, ...others])).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(13);
    expect(most.ever).toBe(2);
  });

  test('and what is under way when the compiler closes is ended', async () => {
    const another = createMjmlCompiler();
    const outcome = another.compileMjml(mail('<mj-text>x</mj-text>'), 'w1');
    another.close();
    expect(await outcome).toEqual({ kind: 'overdue' });
  });
});
