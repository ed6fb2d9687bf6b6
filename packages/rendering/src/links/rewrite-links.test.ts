import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rewriteLinks } from './rewrite-content.ts';
import { rewriteHtml } from './rewrite-links.ts';

const tracked = 'https://links.example.com/t/c/';

type Tracking = Parameters<typeof rewriteHtml>[1];

/** Rewrites a document read in steps of so many characters. */
function rewrite(html: string, tracking: Tracking, charactersAtOnce?: number): string {
  const steps = rewriteHtml(html, tracking, charactersAtOnce);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Rewrites each link to its own number, and answers what they led to as well. */
function rewritten(html: string, charactersAtOnce?: number) {
  const targets: string[] = [];
  const urlOf = (target: string, index: number) => {
    targets.push(target);
    return `${tracked}${index}`;
  };
  return { html: rewrite(html, { urlOf, pixelUrl: null }, charactersAtOnce), targets };
}

/** Documents, where each link that is to be rewritten stands between ⟦ and ⟧, and what these lead to. */
const documents: readonly (readonly [what: string, document: string, targets?: readonly string[]])[] = [
  ['a link', '<a href="⟦https://a.example/x⟧">x</a>', ['https://a.example/x']],
  ['one over http', '<a href="⟦http://a.example⟧">', ['http://a.example']],
  ['an area of a map', '<map><area shape=rect href="⟦https://a.example⟧"></map>'],
  ['capitals', '<A HREF="⟦HTTPS://A.example/X⟧">x</A>', ['HTTPS://A.example/X']],
  ['single quotes', "<a class='y' href='⟦https://a.example/?q=\"x\"⟧'>", ['https://a.example/?q="x"']],
  ['no quotes', '<a href=⟦https://a.example/x⟧ class=y>', ['https://a.example/x']],
  ['no quotes, and the end of the tag', '<a href=⟦https://a.example/x⟧>x', ['https://a.example/x']],
  ['no quotes, and a slash', '<a href=⟦https://a.example/⟧>x', ['https://a.example/']],
  ['space around the sign', '<a href \n = \t "⟦https://a.example⟧" >'],
  ['an attribute in each line', '<a\r\n  class="b"\r\n  href="⟦https://a.example⟧"\r\n>x</a\r\n>'],
  [
    'two of the same attribute',
    '<a href="⟦https://first.example⟧" href="https://second.example">',
    ['https://first.example'],
  ],
  ['attributes that touch each other', '<a class="x"href="⟦https://a.example⟧"id="y">'],
  ['an entity', '<a href="⟦https://a.example/?a=1&amp;b=2⟧">', ['https://a.example/?a=1&b=2']],
  ['an entity at the start', '<a href="⟦&#104;ttps://a.example⟧">', ['https://a.example']],
  ['entities by number', '<a href="⟦https://a.example/&#x2F;&#38;x⟧">', ['https://a.example//&x']],
  [
    'what is no entity in an attribute',
    '<a href="⟦https://a.example/?a=1&copy=2&reg=3⟧">',
    ['https://a.example/?a=1&copy=2&reg=3'],
  ],
  ['an old entity without its end', '<a href="⟦https://a.example/?a&amp;&lt⟧">', ['https://a.example/?a&<']],
  ['an ampersand that is none', '<a href="⟦https://a.example/?a=1&b=2⟧">', ['https://a.example/?a=1&b=2']],
  [
    'other alphabets',
    '<a href="⟦https://münchen.example/straße?q=日本⟧">ü</a>',
    ['https://münchen.example/straße?q=日本'],
  ],
  [
    'what Outlook alone reads',
    '<!--[if mso]><table><tr><td><a href="⟦https://a.example⟧">x</a></td></tr></table><![endif]-->',
  ],
  [
    'what Outlook alone reads, by version',
    '<!--[if (gte mso 9)|(IE)]><a href="⟦https://a.example⟧"><![endif]-->',
  ],
  ['what all but Outlook read', '<!--[if !mso]><!--><a href="⟦https://a.example⟧">x</a><!--<![endif]-->'],
  [
    'Outlook beside others',
    '<a href="⟦https://a.example/1⟧"><!--[if mso]><a href="⟦https://a.example/2⟧"><![endif]--><a href="⟦https://a.example/3⟧">',
  ],
  ['a comment', '<!-- <a href="https://a.example">x</a> -->', []],
  ['a comment that ends at once', '<!--><a href="⟦https://a.example⟧">x</a>-->'],
  ['a comment with a dash', '<!--- x ---><a href="⟦https://a.example⟧">'],
  ['a condition that does not end', '<!--[if mso]><a href="https://a.example"> -->', []],
  ['a script', '<script>document.write(\'<a href="https://a.example">\')</script>', []],
  ['a style', '<style>/* <a href="https://a.example"> */</style>', []],
  [
    'a title and a text field',
    '<title><a href="https://a.example"></title><textarea><a href="https://a.example"></textarea>',
    [],
  ],
  ['a greater sign within quotes', '<a title=">" href="⟦https://a.example/>⟧">', ['https://a.example/>']],
  [
    'a tag in an attribute',
    '<img alt="<a href=\'https://b.example\'>"><a href="⟦https://a.example⟧">',
    ['https://a.example'],
  ],
  ['a tag that does not end', '<p>x</p><a href="https://a.example"', []],
  ['a quote that does not end', "<a href=\"https://a.example>x</a><a href='https://b.example'>", []],
  ['tags in the wrong order', '<b><a href="⟦https://a.example⟧"></b></a></p></p><i>'],
  [
    'a link within a link',
    '<a href="⟦https://a.example⟧"><a href="⟦https://b.example⟧">',
    ['https://a.example', 'https://b.example'],
  ],
  [
    'a doctype and an old document',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><a href="⟦https://a.example⟧" />',
  ],
  ['an instruction', '<?xml version="1.0"?><a href="⟦https://a.example⟧">'],
  ['a NUL, a lone surrogate and odd spaces', '<a href="⟦https://a.example⟧">\0\ud800\u00a0\u2028\ufeff</a>'],
  ['line ends of all kinds', '\r\n\r\n<a\rhref="⟦https://a.example⟧"\n>\n\r</a>\r'],
  ['a slash between attributes', '<a/href="⟦https://a.example⟧"/class=x>'],
  ['an equals sign before a name', '<a =x href="⟦https://a.example⟧">'],
  [
    'text like a tag',
    'a < b <3 <a1 href="https://b.example"> & <a href="⟦https://a.example⟧">',
    ['https://a.example'],
  ],
  [
    'other schemes',
    '<a href="mailto:x@a.example"><a href="tel:+491"><a href="sms:+491"><a href="ftp://a.example"><a href="javascript:alert(1)"><a href="data:text/html,x">',
    [],
  ],
  [
    'anchors and relative ones',
    '<a href="#x"><a href=""><a href><a href="/x"><a href="//a.example/x"><a href="x.html">',
    [],
  ],
  ['what is no address', '<a href="https://"><a href="http://[x"><a href="https:a.example">', []],
  [
    'what a template left',
    '<a href="{{url}}"><a href="https://a.example/{{id}}"><a href="https://a.example/*|ID|*"><a href="https://a.example/{% x %}">',
    [],
  ],
  [
    'other elements',
    '<link href="https://a.example"><base href="https://a.example"><form action="https://a.example"><img src="https://a.example"><v:roundrect href="https://a.example">',
    [],
  ],
  ['an address that is very long', `<a href="https://a.example/${'x'.repeat(3_000)}">`, []],
];

const plain = (document: string) => document.replaceAll(/[⟦⟧]/g, '');

describe('links of a document', () => {
  test.each(documents.map(([what, document, targets]) => ({ what, document, targets })))(
    '$what',
    ({ document, targets }) => {
      let index = 0;
      const expected = document.replaceAll(/⟦[^⟧]*⟧/g, () => `${tracked}${index++}`);
      const result = rewritten(plain(document));
      expect(result.html).toBe(expected);
      if (targets !== undefined) expect(result.targets).toEqual(targets);
    },
  );

  test('space around an address and line breaks within are no part of it', () => {
    const { html, targets } = rewritten('<a href=" \n https://a.exa\nmple/x\r\n y \t">');
    expect(targets).toEqual(['https://a.example/x y']);
    expect(html).toBe(`<a href="${tracked}0">`);
  });

  test.each([
    ['<a ses:no-track href="https://a.example">', '<a href="https://a.example">'],
    ['<a href="https://a.example" ses:no-track>', '<a href="https://a.example">'],
    ['<a href="https://a.example" data-pm-no-track="">', '<a href="https://a.example">'],
    ['<a href="https://a.example" clicktracking=off class=x>', '<a href="https://a.example" class=x>'],
    ["<A HREF='https://a.example' CLICKTRACKING='OFF'>", "<A HREF='https://a.example'>"],
    ['<a class="x"data-no-track="1"href="https://a.example">', '<a class="x"href="https://a.example">'],
    ['<a data-no-track="1"href="https://a.example">', '<a href="https://a.example">'],
    ['<a href=https://a.example data-no-track/>', '<a href=https://a.example />'],
    ['<a data-no-track  ses:no-track\n href="https://a.example">', '<a\n href="https://a.example">'],
    ['<a ses:no-track name="x">', '<a name="x">'],
  ])('%s stays, without what says so', (html, expected) => {
    expect(rewritten(html)).toEqual({ html: expected, targets: [] });
  });

  test('an attribute of this kind that says something else changes nothing', () => {
    const { html } = rewritten('<a clicktracking="on" href="https://a.example"><p data-no-track>');
    expect(html).toBe(`<a clicktracking="on" href="${tracked}0"><p data-no-track>`);
  });

  test('one that is refused stays as it is, and does not count', () => {
    const urlOf = (target: string, index: number) => (target.includes('/u/') ? null : `${tracked}${index}`);
    const document = '<a href="https://a.example/u/x"><a href="https://b.example">';
    const html = rewrite(document, { urlOf, pixelUrl: null });
    expect(html).toBe(`<a href="https://a.example/u/x"><a href="${tracked}0">`);
  });

  test('beyond a thousand stay', () => {
    const { targets } = rewritten('<a href="https://a.example">'.repeat(1_100));
    expect(targets).toHaveLength(1_000);
  });
});

describe('the pixel', () => {
  const pixelUrl = 'https://links.example.com/t/o/x';
  const withPixel = (html: string) =>
    rewrite(html, { urlOf: null, pixelUrl }).replace(/<img src="https:\/\/links[^>]*>/, '▪');

  test.each([
    [
      'before the end of the body',
      '<html><body><p>x</p></body></html>',
      '<html><body><p>x</p>▪</body></html>',
    ],
    ['before the last of several', '<body>a</body><BODY>b</BODY >', '<body>a</body><BODY>b▪</BODY >'],
    ['at the end where there is no body', '<p>x</p>', '<p>x</p>▪'],
    [
      'outside of comments and scripts',
      '<body><!-- </body> --><script>"</body>"</script>',
      '<body><!-- </body> --><script>"</body>"</script>▪',
    ],
    [
      'without links being touched',
      '<a href="https://a.example" ses:no-track>',
      '<a href="https://a.example" ses:no-track>▪',
    ],
    ['in an empty document', '', '▪'],
  ])('stands %s', (_where, html, expected) => {
    expect(withPixel(html)).toBe(expected);
  });
});

test('without either the document is what it was', () => {
  for (const [, document] of documents)
    expect(rewrite(plain(document), { urlOf: null, pixelUrl: null })).toBe(plain(document));
});

// What grew with the square of its length would take hours.
test.each([
  ['space within an address', `<a href="https://a.example/${'\t'.repeat(3_000_000)}x">`],
  ['space before what is no address', `<a href="${' '.repeat(3_000_000)}x">`],
  ['references in an address', `<a href="https://a.example/${'&amp;'.repeat(500_000)}">`],
  ['attributes', `<a ${'x '.repeat(1_000_000)}href="https://a.example">`],
  ['doubled addresses', `<a ${'href="https://a.example" '.repeat(200_000)}>`],
  ['tags that do not end', '<a href="https://a.example/'.repeat(200_000)],
  ['comments that do not end', '<!--[if mso]>'.repeat(200_000)],
  ['ends of the body that do not end', '</body'.repeat(500_000)],
])('megabytes of %s are done with', (_what, html) => {
  expect(rewritten(html).html.length).toBeGreaterThan(0);
});

describe('read in steps', () => {
  const all = documents.map(([, document]) => plain(document));

  test.each([1, 2, 3, 7, 64])('of %i characters, every document becomes the same', (charactersAtOnce) => {
    for (const document of all) expect(rewritten(document, charactersAtOnce)).toEqual(rewritten(document));
  });

  test('any pieces of documents, cut anywhere, become the same', () => {
    const piece = fc.constantFrom(...all.flatMap((document) => document.split(/(?=[<"'&=>-])/)));
    const document = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(document, fc.integer({ min: 1, max: 40 }), (html, charactersAtOnce) => {
        expect(rewritten(html, charactersAtOnce)).toEqual(rewritten(html));
      }),
      { numRuns: 300 },
    );
  });

  test('what is put in the place of links is all that differs, whatever the document', () => {
    const piece = fc.constantFrom(...all.flatMap((document) => document.split(/(?=[<"'&=>-])/)));
    const document = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(document, (html) => {
        const cuts: string[] = [];
        const urlOf = (target: string) => {
          cuts.push(target);
          return '\uE000';
        };
        const parts = rewrite(html, { urlOf, pixelUrl: null }).split('\uE000');
        let at = 0;
        for (const part of parts) {
          const found = html.indexOf(part, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + part.length;
        }
        expect(parts).toHaveLength(cuts.length + 1);
        expect(html.startsWith(parts[0] ?? '')).toBe(true);
        expect(html.endsWith(parts.at(-1) ?? '')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a large document gives others their turns', async () => {
    const html = '<p class="x">text</p><a href="https://a.example">x</a>'.repeat(40_000);
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const tracking = {
      urlOf: (_target: string, link: number) => `${tracked}${link}`,
      pixelUrl: null,
      isInText: false,
    };
    const { html: result } = await rewriteLinks({ subject: 's', html, text: null }, tracking);
    isDone = true;
    expect(result).toContain(`${tracked}999`);
    expect(turns).toBeGreaterThan(1);
  });
});

test('an address that is put in the place of another is written as an attribute, whatever quotes stand around it', () => {
  const urlOf = () => "https://links.example/it's&x/t/c/1";
  const html = rewrite("<a href='https://a.example'>", { urlOf, pixelUrl: null });
  expect(html).toBe("<a href='https://links.example/it&#39;s&amp;x/t/c/1'>");
});
