import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskPrivate } from './mask.ts';

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
