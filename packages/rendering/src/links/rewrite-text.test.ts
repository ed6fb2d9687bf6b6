import { describe, expect, test } from '@jest/globals';
import { rewriteLinks } from './rewrite-content.ts';

describe('the text part', () => {
  const inText = async (text: string, isInText = true) => {
    const targets: string[] = [];
    const urlOf = (target: string, link: number) => {
      targets.push(target);
      return `<${link}>`;
    };
    const content = await rewriteLinks(
      { subject: 'https://a.example', html: null, text },
      { urlOf, pixelUrl: null, isInText },
    );
    return { ...content, targets };
  };

  test.each([
    ['See https://a.example/x.', 'See <1000>.', ['https://a.example/x']],
    ['(https://a.example/x)', '(<1000>)', ['https://a.example/x']],
    ['https://a.example/x_(y) and', '<1000> and', ['https://a.example/x_(y)']],
    [
      '<https://a.example/x>, "http://b.example"',
      '<<1000>>, "<1001>"',
      ['https://a.example/x', 'http://b.example'],
    ],
    ['https://a.example/?a=1&b=2#c\r\nnext', '<1000>\r\nnext', ['https://a.example/?a=1&b=2#c']],
    [
      'mailto:a@b.example xhttps://a.example https:// {{https://a.example/{{x}}',
      'mailto:a@b.example xhttps://a.example https:// {{https://a.example/{{x}}',
      [],
    ],
  ])('%j', async (text, expected, targets) => {
    expect(await inText(text)).toEqual({ subject: 'https://a.example', html: null, text: expected, targets });
  });

  test.each([
    ['https://a.example/a_ https://a.example/~ https://a.example/*', '1 2 3', ['a_', '~', '*']],
    [
      '*https://a.example/x* _https://a.example/y_, **https://a.example/z_**.',
      '*1* _2_, **3**.',
      ['x', 'y', 'z_'],
    ],
    ['(~~https://a.example/x~~)', '(~~1~~)', ['x']],
    ['_https://a.example/*_', '_1_', ['*']],
    ['https://a.example/x，https://a.example/y。', '1，2。', ['x', 'y']],
    ['“https://a.example/x” «https://a.example/y»', '“1” «2»', ['x', 'y']],
    ['（https://a.example/x）「https://a.example/y」', '（1）「2」', ['x', 'y']],
    ['https://a.example/x…https://a.example/y—https://a.example/z、', '1…2—3、', ['x', 'y', 'z']],
    ['https://a.example/x\u200bhttps://a.example/y\u00a0z', '1\u200b2\u00a0z', ['x', 'y']],
    ['https://a.example/x｜Ｙ https://a.example/y\u2028z', '1｜Ｙ 2\u2028z', ['x', 'y']],
    [
      'https://a.example/grüße/日本/ダ・ヴィンチ/l·l/می\u200cشود/क्\u200dष',
      '1',
      ['grüße/日本/ダ・ヴィンチ/l·l/می\u200cشود/क्\u200dष'],
    ],
    ['https://a.example/Michelson–Morley https://a.example/y– z', '1 2– z', ['Michelson–Morley', 'y']],
    ['[https://a.example/x](https://a.example/y)', '[1](2)', ['x', 'y']],
    ['(see https://a.example/x), {https://a.example/y}z', '(see 1), {2}z', ['x', 'y']],
    ['https://a.example/A_(b)) (https://a.example/A_(b)/c)d', '1) (2)d', ['A_(b)', 'A_(b)/c']],
    ['https://a.example/(x] https://a.example/[x].)', '1] 2.)', ['(x', '[x]']],
  ])('%j holds addresses up to where each ends', async (text, expected, paths) => {
    const content = await inText(text);
    expect(content.targets).toEqual(paths.map((path) => `https://a.example/${path}`));
    expect(content.text).toBe(expected.replace(/[123]/g, (digit) => `<${999 + Number(digit)}>`));
  });

  test('stays as it is unless it is asked for', async () => {
    const { text, targets } = await inText('https://a.example', false);
    expect({ text, targets }).toEqual({ text: 'https://a.example', targets: [] });
  });

  test('full of brackets takes no longer than any other', async () => {
    const text = `https://a.example/${')'.repeat(4_000)} (https://b.example/x_(y)) [https://c.example/[z]]`;
    expect((await inText(text)).targets).toEqual([
      'https://a.example/',
      'https://b.example/x_(y)',
      'https://c.example/[z]',
    ]);
  });
});
