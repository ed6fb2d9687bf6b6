import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { aMessage } from '../../test/builders.ts';
import { toSendEmailInput } from './send-email-input.ts';

/** More than a simple message may have, so that it is put together here. */
const headers = Array.from({ length: 30 }, (_, at) => ({ name: `X-${at}`, value: 'v' }));

async function rawOf(html: string): Promise<Buffer> {
  const result = await toSendEmailInput(aMessage({ headers, html, text: null }));
  if (result.kind === 'refused') throw new Error(result.reason);
  return Buffer.from(result.input.Content?.Raw?.Data ?? []);
}

/** What the composer makes of a text that it is given whole. */
const wholeOf = (html: string): Promise<Buffer> =>
  new MailComposer({
    alternatives: [{ contentType: 'text/html; charset=utf-8', content: html.replace(/\r\n|\r|\n/g, '\r\n') }],
  })
    .compile()
    .build();

const bodyOf = (raw: Buffer) => raw.subarray(raw.indexOf('\r\n\r\n')).toString('latin1');
const encodingOf = (raw: Buffer) => /^Content-Transfer-Encoding: (\S+)\r$/m.exec(raw.toString('latin1'))?.[1];

const units = [
  'a',
  'word ',
  '<p class="x">',
  '=',
  ' ',
  '  ',
  '\t',
  '.',
  '\r',
  '\n',
  '\r\n',
  'é',
  '漢',
  '😀',
  '\ud83d',
  '\u0001',
];

/** Texts of some hundreds of KiB: pieces of a few units, over and over, around the places where they are cut. */
const texts = fc
  .tuple(
    fc.array(fc.array(fc.constantFrom(...units), { minLength: 1, maxLength: 30 }), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.integer({ min: 100_000, max: 300_000 }),
  )
  .map(([pieces, length]) => {
    const parts = pieces.map((piece) => piece.join(''));
    return parts.map((part) => part.repeat(Math.ceil(length / parts.length / part.length))).join('');
  });

describe('a large text', () => {
  test('goes out as the composer encodes it whole, to the byte, whatever it holds', async () => {
    const encodings = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(texts, async (html) => {
        const raw = await rawOf(html);
        const whole = await wholeOf(html);
        expect(encodingOf(raw)).toBe(encodingOf(whole));
        // Not by the matcher: it would print hundreds of KiB.
        expect(bodyOf(raw) === bodyOf(whole)).toBe(true);
        encodings.add(encodingOf(raw));
      }),
      {
        numRuns: 60,
        examples: [
          ['ab漢'.repeat(100_000)],
          ['漢'.repeat(200_000)],
          ['x'.repeat(128 * 1024 - 1).concat('\r\nabc')],
        ],
      },
    );
    expect([...encodings]).toEqual(expect.arrayContaining(['quoted-printable', 'base64']));
  });

  test('of spaces wherever it is cut is read as it was written', async () => {
    const html = `${'abc=漢 '.repeat(8_190)}${' '.repeat(700_000)}${'x'.repeat(65_535)} `.repeat(2);
    const raw = await rawOf(html);
    expect(encodingOf(raw)).toBe('quoted-printable');
    expect((await PostalMime.parse(raw)).html?.trimEnd() === html.trimEnd()).toBe(true);
  });
});
