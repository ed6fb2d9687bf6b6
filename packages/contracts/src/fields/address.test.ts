import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addressKey,
  domainOf,
  formatAddress,
  parseAddress,
  parseAddressList,
  parseEmail,
} from './address.ts';

const emailOf = (input: string) => {
  const parsed = parseEmail(input);
  return parsed.kind === 'ok' ? parsed.value : null;
};
const addressOf = (input: string) => {
  const parsed = parseAddress(input);
  return parsed.kind === 'ok' ? parsed.value : null;
};
const listOf = (input: string) => {
  const parsed = parseAddressList(input);
  return parsed.kind === 'ok' ? parsed.value : null;
};
/** A domain of exactly so many characters, in labels of at most 63. */
const domainOfLength = (length: number) => {
  const labels = Array.from({ length: Math.ceil((length - 3) / 64) }, () => 'd'.repeat(63)).join('.');
  return `${labels.slice(0, length - 3).replace(/\.$/, 'd')}.co`;
};

describe('a bare address is taken, its domain in lower case and punycode:', () => {
  test.each([
    ['a@b.co', 'a@b.co'],
    ['  a@b.co ', 'a@b.co'],
    ['Jane.Doe+tag@Example.COM', 'Jane.Doe+tag@example.com'],
    ['a!b@c.de', 'a!b@c.de'],
    ["!#$%&'*+/=?^_`{|}~-@b.co", "!#$%&'*+/=?^_`{|}~-@b.co"],
    ['1@2.co', '1@2.co'],
    ['a@x-y.co', 'a@x-y.co'],
    ['a@bücher.example', 'a@xn--bcher-kva.example'],
    ['a@BÜCHER.EXAMPLE', 'a@xn--bcher-kva.example'],
    ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
    ['a@例え.テスト', 'a@xn--r8jz45g.xn--zckzah'],
    [`${'l'.repeat(64)}@b.co`, `${'l'.repeat(64)}@b.co`],
    [`a@${'d'.repeat(63)}.co`, `a@${'d'.repeat(63)}.co`],
    [`a@${domainOfLength(252)}`, `a@${domainOfLength(252)}`],
  ])('%s', (input, email) => {
    expect(emailOf(input)).toBe(email);
  });
});

describe('no address is made of', () => {
  test.each([
    ['nothing', ''],
    ['white space', '  '],
    ['no @', 'nobody'],
    ['no local part', '@b.co'],
    ['no domain', 'a@'],
    ['two @', 'a@b@c.co'],
    ['a local part of 65', `${'l'.repeat(65)}@b.co`],
    ['a label of 64', `a@${'d'.repeat(64)}.co`],
    ['255 characters', `a@${domainOfLength(253)}`],
    ['a domain of 254', `a@${domainOfLength(254)}`],
    ['one label', 'a@localhost'],
    ['an IP address', 'a@127.0.0.1'],
    ['an IP address in hex', 'a@0x7f.1'],
    ['a domain literal', 'a@[127.0.0.1]'],
    ['a trailing dot', 'a@b.co.'],
    ['an empty label', 'a@b..co'],
    ['a label that begins with a dash', 'a@-b.co'],
    ['a label that ends with a dash', 'a@b-.co'],
    ['an underscore in the domain', 'a@b_c.co'],
    ['a percent escape in the domain', 'a@b%2eco.de'],
    ['a path', 'a@b.co/x'],
    ['a port', 'a@b.co:25'],
    ['broken punycode', 'a@xn--\u0080.co'],
    ['punycode in ASCII that stands for nothing', 'a@xn--a.co'],
    ['such punycode beside that which is sound', 'a@xn--bcher-kva.xn--zzzzzzzz.co'],
    ['two dots in the local part', 'a..b@c.co'],
    ['a leading dot', '.a@b.co'],
    ['a dot before the @', 'a.@b.co'],
    ['a space in the local part', 'a b@c.co'],
    ['a name without brackets', 'Acme a@b.co'],
    ['a quoted local part', '"a b"@c.co'],
    ['a comma', 'a@b.co,c@d.co'],
    ['a semicolon', 'a@b.co;c@d.co'],
    ['angle brackets', '<a@b.co>'],
    ['a non-ASCII local part', 'é@b.co'],
    ['a full-width @', 'a＠b.co'],
    ['CR LF', 'a@b.co\r\nBcc: c@d.co'],
    ['a trailing LF', 'a@b.co\n'],
    ['U+0000', 'a\u0000@b.co'],
    ['a tab', '\ta@b.co'],
    ['U+0085', 'a@b.co\u0085'],
  ])('%s', (_what, input) => {
    expect(emailOf(input)).toBeNull();
  });
});

describe('an address with a name:', () => {
  test.each([
    ['a@b.co', 'a@b.co', null],
    ['<a@b.co>', 'a@b.co', null],
    ['Acme <a@b.co>', 'a@b.co', 'Acme'],
    ['  Acme   <  a@b.co  > ', 'a@b.co', 'Acme'],
    ['Acme<a@b.co>', 'a@b.co', 'Acme'],
    ['Jürgen Groß 🎉 <a@b.co>', 'a@b.co', 'Jürgen Groß 🎉'],
    ["O'Neil (Sales) & Co. <a@b.co>", 'a@b.co', "O'Neil (Sales) & Co."],
    ['"Acme, Inc." <a@b.co>', 'a@b.co', 'Acme, Inc.'],
    ['"Say \\"hi\\" \\\\ bye" <a@b.co>', 'a@b.co', 'Say "hi" \\ bye'],
    ['"" <a@b.co>', 'a@b.co', null],
    ['"a@evil.com" <b@good.com>', 'b@good.com', 'a@evil.com'],
    ['"x <a@evil.com>" <b@good.com>', 'b@good.com', 'x <a@evil.com>'],
    ['"a@evil.com," <b@good.com>', 'b@good.com', 'a@evil.com,'],
  ])('%s', (input, email, name) => {
    expect(addressOf(input)).toEqual({ email, name });
  });
});

describe('an address with a name is refused for', () => {
  test.each([
    ['an unquoted comma', 'Acme, Inc. <a@b.co>'],
    ['an unquoted @ in the name', 'a@evil.com <b@good.com>'],
    ['unquoted punctuation', 'Acme; Sales: x <a@b.co>'],
    ['a backslash outside quotes', 'Acme\\ <a@b.co>'],
    ['two addresses in brackets', 'A <a@b.co> <c@d.co>'],
    ['nested brackets', 'A <<a@b.co>>'],
    ['a bracket that is not opened', 'a@b.co>'],
    ['a bracket that is not closed', 'Acme <a@b.co'],
    ['something behind the brackets', 'Acme <a@b.co> x'],
    ['empty brackets', 'Acme <>'],
    ['a name in the brackets', 'Acme <Acme a@b.co>'],
    ['a quote that is not closed', '"Acme <a@b.co>'],
    ['a quote that ends early', '"Acme" Inc <a@b.co>'],
    ['an escaped closing quote', '"Acme\\" <a@b.co>'],
    ['a group', 'Team: a@b.co;'],
    ['a route', '<@x.co:a@b.co>'],
    ['CR LF in the name', 'Acme\r\nBcc: c@d.co <a@b.co>'],
    ['CR LF in a quoted name', '"Acme\r\nBcc: c@d.co" <a@b.co>'],
    ['U+0000 in the name', 'A\u0000 <a@b.co>'],
    ['more than 320 characters', `"${'n'.repeat(321 - 9)}" <a@b.co>`],
  ])('%s', (_what, input) => {
    expect(addressOf(input)).toBeNull();
  });
});

describe('a list', () => {
  const emailsOf = (input: string) => listOf(input)?.map(({ email }) => email) ?? null;

  test.each([
    ['a@b.co', ['a@b.co']],
    ['a@b.co,c@d.co , e@f.co', ['a@b.co', 'c@d.co', 'e@f.co']],
    ['"Doe, Jane" <a@b.co>, c@d.co', ['a@b.co', 'c@d.co']],
    ['"a\\", b" <a@b.co>,"c,d" <c@d.co>', ['a@b.co', 'c@d.co']],
    ['"x@evil.com, y@evil.com" <a@b.co>', ['a@b.co']],
  ])('is cut at commas outside quotes: %s', (input, emails) => {
    expect(emailsOf(input)).toEqual(emails);
  });

  test.each([
    '',
    ',',
    'a@b.co,',
    ',a@b.co',
    'a@b.co,,c@d.co',
    'a@b.co, nobody',
    'Doe, Jane <a@b.co>',
    '"a@b.co, c@d.co',
    '<a@b.co, c@d.co>',
    'a@b.co; c@d.co',
  ])('with a bad address is refused as a whole: %s', (input) => {
    expect(emailsOf(input)).toBeNull();
  });

  test('tells which address is bad, and never the address itself', () => {
    const parsed = parseAddressList('a@b.co, secret nobody@');
    expect(parsed).toEqual({ kind: 'bad', reason: expect.stringMatching(/^address 2 /) });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  test('of more than 200 is refused before it is parsed', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'a@b.co').join(',');
    expect(emailsOf(many(200))).toHaveLength(200);
    expect(emailsOf(many(201))).toBeNull();
  });
});

describe('for whatever comes in', () => {
  const piece = fc.constantFrom(
    'a@b.co',
    'c@d.co',
    '<',
    '>',
    '"',
    '\\',
    ',',
    ' ',
    '@',
    '.',
    'x',
    ';',
    ':',
    '\n',
    'é',
  );
  const noise = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.array(piece, { maxLength: 9 }).map((parts) => parts.join('')),
  );

  test('an address holds no control character, bracket, comma or space, and one @', () => {
    fc.assert(
      fc.property(noise, (input) => {
        const address = addressOf(input);
        if (address === null) return;
        expect(address.email).toMatch(/^[^\s<>,;:"\\@\p{Cc}]+@[a-z0-9.-]+$/u);
        expect(address.email.length).toBeLessThanOrEqual(254);
        expect(address.name ?? 'x').not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a name never becomes an address: only what stands last, or in the brackets, is one', () => {
    fc.assert(
      fc.property(noise, (name) => {
        const address = addressOf(`${name} <real@good.example>`);
        if (address !== null) expect(address.email).toBe('real@good.example');
      }),
      { numRuns: 3_000 },
    );
  });

  test('a quoted name comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        fc.pre(!/\p{Cc}/u.test(name) && name.trim() === name && name !== '');
        const quoted = `"${name.replace(/["\\]/g, '\\$&')}" <a@b.co>`;
        expect(addressOf(quoted)).toEqual({ email: 'a@b.co', name });
      }),
    );
  });

  test('an address that is written with its name is read as both, alone and in a list', () => {
    fc.assert(
      fc.property(noise, fc.emailAddress(), (name, given) => {
        const address = addressOf(name.trim() === '' ? given : formatAddress({ email: given, name }));
        fc.pre(address !== null);
        expect(addressOf(formatAddress(address))).toEqual(address);
        const list = listOf(`${formatAddress(address)}, ${formatAddress(address)}`);
        expect(list).toEqual([address, address]);
      }),
    );
  });

  test('parsing what was parsed changes nothing', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (input) => {
        const email = emailOf(input);
        if (email !== null) expect(emailOf(email)).toBe(email);
      }),
    );
  });
});

test('addresses are compared in lower case, and know their domain', () => {
  expect(addressKey('Jane@b.co')).toBe('jane@b.co');
  expect(domainOf('jane@b.co')).toBe('b.co');
});
