import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hideTags, showTags } from './hidden-tags.ts';

/** What comes of a source of which MJML makes `html`, given the source with its tags hidden. */
function shownBy(source: string, mjml: (hidden: string) => string) {
  const hidden = hideTags(source);
  return showTags(source, hidden, mjml(hidden.source));
}

describe('tags of Handlebars', () => {
  test.each([
    [
      'with quotes and signs',
      '<mj-text title="{{#if (gt a "<b>")}}x{{/if}}">{{default name "you & me"}}</mj-text>',
    ],
    ['raw, and with white space cut', '{{{html}}} {{~name~}} {{{{raw}}}} {{not}} {{{{/raw}}}}'],
    ['escaped', '\\{{name}} and \\\\{{name}}'],
    ['many', '{{a}}'.repeat(2_000)],
    ['beside words like ours', 'hbsTag0x {{a}} hbsTagTag1x {{b}}'],
    ['of letters like dollar signs', "{{lookup a '$&'}} $1 {{b}}"],
  ])('%s come back as they were, and no sign of theirs is seen meanwhile', (_what, source) => {
    const seen: string[] = [];
    const shown = shownBy(source, (hidden) => {
      seen.push(hidden);
      return hidden;
    });
    expect(shown).toEqual({ kind: 'html', html: source });
    expect(seen.join('')).not.toMatch(/\{\{[a-z#~{]/);
  });

  test('come back whatever stands around them', () => {
    const piece = fc.constantFrom(
      '{{a}}',
      '{{{b}}}',
      '{{!-- c --}}',
      '<mj-text>',
      'hbsTag',
      'Tag',
      '0x',
      '1x',
      '\\',
      '$&',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const source = pieces.join('');
        expect(shownBy(source, (hidden) => hidden)).toEqual({ kind: 'html', html: source });
      }),
    );
  });

  test('of which MJML drops one are told by where it stands', () => {
    const source = '<mjml>\n  {{#if a}}<mj-text>{{b}}</mj-text>{{/if}}</mjml>';
    expect(shownBy(source, (hidden) => hidden.replace(/hbsTag0x/, ''))).toMatchObject({
      kind: 'lost',
      problem: { line: 2, column: 3, reason: expect.stringContaining('mj-raw') },
    });
  });

  test('that are comments may be dropped', () => {
    expect(shownBy('{{! a }}{{!-- b --}}', () => '')).toEqual({ kind: 'html', html: '' });
  });

  test('in a size that MJML computes with are told by where they stand', () => {
    const source = '<mj-text title="{{a}}">x</mj-text>\n<mj-column width="{{wide}}px">x</mj-column>';
    expect(shownBy(source, (hidden) => `${hidden} width:NaNpx`)).toMatchObject({
      kind: 'lost',
      problem: { line: 2, column: 19 },
    });
  });
});
