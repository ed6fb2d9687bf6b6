import { describe, expect, test } from '@jest/globals';
import { longestTurn } from '@postroom/testkit';
import fc from 'fast-check';
import { maskAddresses, maskPrivate } from './mask.ts';

describe('what is private is masked', () => {
  test.each([
    ['no such user jane@private.example.', 'no such user <address>'],
    ['<jane@private.example>: bounced', '<<address>>: bounced'],
    ['"jane doe"@private.example is odd', '<address> is odd'],
    ['jörg@überall.example, joe@b.example', '<address>, <address>'],
    ['https://x.example/?to=jane%40private.example', 'https:<address>'],
    ["o'hara@private.example", '<address>'],
    ["Missing final '@domain'", "Missing final '@domain'"],
    ['Credential=AKIAIOSFODNN7EXAMPLE is bad', 'Credential=<key> is bad'],
    ['ASIAIOSFODNN7EXAMPLE', '<key>'],
    ['key sk_live_abc-DEF_123', 'key <key>'],
    [`Signature ${'0f'.repeat(32)} differs`, 'Signature <secret> differs'],
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '<secret>'],
    ['a\r\nBcc: b\u0000c\u2028d', 'a Bcc: b c d'],
  ])('%j becomes %j', (text, masked) => {
    expect(maskPrivate(text)).toBe(masked);
  });
});

test('SES keeps its own words', () => {
  const words =
    'Email address is not verified. The following identities failed the check in region US-EAST-1: a.example';
  expect(maskPrivate(words)).toBe(words);
});

test('an address is masked wherever it stands in a text of any length, and the result is bounded', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 3_000, unit: 'binary' }),
      fc.emailAddress(),
      fc.string({ maxLength: 3_000 }),
      (before, address, after) => {
        const masked = maskPrivate(`${before} ${address} ${after}`);
        expect(masked).not.toContain(address);
        expect(masked.length).toBeLessThanOrEqual(500);
        expect(masked).not.toMatch(/[\r\n\0]/);
      },
    ),
  );
});

test('a long text without spaces does not get half of an address through', () => {
  expect(maskPrivate(`${'x@y.example,'.repeat(166)}jane@private.example`)).not.toContain('jane');
});

test('what is masked is all that is an address by one pattern, from wherever it may begin', () => {
  const plainly = (text: string) =>
    text.replace(/(?:"[^"]*"|[^\s<>"(),:;[\]]+)(?:@|%40)[^\s<>"'(),;]+/gi, (found) =>
      /^'@domain/.test(found) ? found : '<address>',
    );
  const unit = fc.constantFrom(
    ..."ab@'%40",
    '%40',
    '"',
    ' ',
    ',',
    ':',
    '[',
    ']',
    '<',
    '(',
    '.',
    "'@domain'",
    'é',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      expect(maskAddresses(`x ${text} x`)).toBe(plainly(`x ${text} x`.replace(/ +/g, ' ')));
    }),
    { numRuns: 20_000 },
  );
});

test('what is cut off ends where a word does, as long as there is one', () => {
  expect(maskAddresses(`${'a'.repeat(1_990)} ${'b'.repeat(100)}`)).toBe('a'.repeat(1_990));
  expect(maskAddresses('a'.repeat(2_100))).toBe('');
});

test.each([
  'a'.repeat(2_000),
  `${'%'.repeat(1_990)} ${'a'.repeat(100)}`,
  "'a".repeat(1_000),
  '"a '.repeat(666),
])('as many words as ten messages of the queue bring hold the loop for no 200 ms: %#', async (text) => {
  const { leastMs, mostMs } = await longestTurn(() => {
    for (let at = 0; at < 500; at += 1) maskPrivate(text);
  });
  expect(leastMs).toBeLessThan(mostMs);
});
