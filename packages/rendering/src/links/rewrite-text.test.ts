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
