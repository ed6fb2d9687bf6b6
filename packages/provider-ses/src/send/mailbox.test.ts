import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldHeader } from './header-text.ts';
import { formatMailbox } from './mailbox.ts';

function formatted(email: string, name: string | null): string {
  const result = formatMailbox({ email, name });
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.value;
}

describe('the name', () => {
  test.each([
    [null, 'a@b.example'],
    ['', 'a@b.example'],
    [' \r\n\t ', 'a@b.example'],
    ['Jane Doe', 'Jane Doe <a@b.example>'],
    ['Doe, Jane', '"Doe, Jane" <a@b.example>'],
    ['Acme (EU) Inc.', '"Acme (EU) Inc." <a@b.example>'],
    ['me@evil.example', '"me@evil.example" <a@b.example>'],
    ['The "Best" \\o/', '"The \\"Best\\" \\\\o/" <a@b.example>'],
    ['x\r\nBcc: evil@evil.example', '"x Bcc: evil@evil.example" <a@b.example>'],
    ['Jörg', '=?UTF-8?B?SsO2cmc=?= <a@b.example>'],
    ['=?UTF-8?B?SsO2cmc=?=', '=?UTF-8?B?PT9VVEYtOD9CP1NzTzJjbWM9Pz0=?= <a@b.example>'],
  ])('%j is written %j', (name, expected) => {
    expect(formatted('a@b.example', name)).toBe(expected);
  });
});

describe('the address', () => {
  test.each([
    ['a@bücher.example', 'a@xn--bcher-kva.example'],
    ['a@例え。テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ["o'hara+x@B.Example", "o'hara+x@B.Example"],
  ])('%j is written %j', (email, expected) => {
    expect(formatted(email, null)).toBe(expected);
  });

  test.each([
    'jörg@b.example',
    'a b@b.example',
    '"a,b"@b.example',
    'a@b@c.example',
    'a@b.example,c@d.example',
    'a@b.example\r\nBcc: c@d.example',
    'a@b.example\0',
    '<a@b.example>',
    'a@',
    '@b.example',
    'a',
    '',
    'a@localhost',
    'a@1.2.3',
    'a@0x7f.1',
    'a@１.２.３',
    'a@[127.0.0.1]',
    'a@b%2eexample.é',
    'a@-b.example',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b'.repeat(64)}.example`,
    `a@${'b.'.repeat(130)}example`,
  ])('%j is refused', (email) => {
    expect(formatMailbox({ email, name: 'Name' })).toMatchObject({ kind: 'refused' });
  });
});

/** Reads one mailbox as RFC 5322 and RFC 2047 say; throws on anything else than exactly one. */
function parse(text: string): { email: string; name: string } {
  const [, quoted, phrase, email] =
    /^(?:"((?:[^"\\]|\\.)*)" |([^",<>@()[\]:;\\]*) )?<?([^\s,<>"]+?)>?$/.exec(text) ?? [];
  if (email === undefined) throw new Error(`Not one mailbox: ${text}`);
  if (quoted !== undefined) return { email, name: quoted.replace(/\\(.)/g, '$1') };
  const words = (phrase ?? '').split(' ');
  const areEncoded = words.every((word) => /^=\?UTF-8\?B\?[A-Za-z0-9+/]+={0,2}\?=$/.test(word));
  if (!areEncoded) return { email, name: phrase ?? '' };
  expect(words.every((word) => word.length <= 75)).toBe(true);
  const decoder = () => new TextDecoder('utf-8', { fatal: true });
  // Each word is decoded by itself: a character that is cut in two would throw.
  return {
    email,
    name: words.map((word) => decoder().decode(Buffer.from(word.slice(10, -2), 'base64'))).join(''),
  };
}

const names = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ maxLength: 300, unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '<', '>', '@', '(', ')', ';', ':', '=?', '?=', 'é', '😀', ' ', 'a'),
  }),
);

test.each([
  ['one word', 'A'.repeat(1_200)],
  ['much that has to be escaped', '"'.repeat(540)],
  ['spaces that stand together', `${'A  '.repeat(400)}A`],
])('a name of %s, which cannot be folded, is encoded', (_what, name) => {
  const text = formatted('reader@b.example', name);
  const lines = foldHeader('From', text).split('\r\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  expect(parse(text)).toEqual({ email: 'reader@b.example', name });
});

test('whatever the name, one mailbox is read back: the same address, the same name', () => {
  fc.assert(
    fc.property(names, (name) => {
      const text = formatted('reader@b.example', name);
      expect(text).toMatch(/^[ -~]+$/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
      const clean = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
      expect(parse(text)).toEqual({ email: 'reader@b.example', name: clean });
    }),
    { numRuns: 2_000 },
  );
});

test('whatever the address, it is refused or read back as one', () => {
  const addresses = fc.oneof(
    fc.emailAddress(),
    fc.string(),
    fc
      .tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
      .map(([a, b]) => `${a}@${b}.example`),
    fc.string({ unit: fc.constantFrom('a', '.', '@', ',', '<', '>', '"', '\r', '\n', ' ', 'é', '%', '1') }),
  );
  fc.assert(
    fc.property(addresses, names, (email, name) => {
      const result = formatMailbox({ email, name });
      if (result.kind === 'refused') return;
      const read = parse(result.value).email;
      expect(read.slice(0, read.lastIndexOf('@'))).toBe(email.slice(0, email.lastIndexOf('@')));
      expect(read.split('@')).toHaveLength(2);
    }),
    { numRuns: 2_000 },
  );
});
