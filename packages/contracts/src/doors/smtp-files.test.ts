import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSmtpMessage } from './smtp-message.ts';

/** The files of a message of these parts that names a template, or why it is not taken. */
function readParts(parts: readonly (readonly string[])[], content = 'x') {
  const head = [
    'From: a@b.example',
    'X-Postroom-Template: 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    'Content-Type: multipart/mixed; boundary=b',
  ];
  const written = parts.flatMap((fields) => ['--b', ...fields, '', content]);
  const bytes = Buffer.from([...head, '', ...written, '--b--'].join('\r\n'));
  const message = readSmtpMessage(bytes, { from: '', recipients: ['jane@b.example'] });
  if (message.kind === 'bad') return { reason: message.reason };
  return message.send.kind === 'item' ? message.send.item.attachments : null;
}

/** The only one. */
function readPart(fields: readonly string[]) {
  const files = readParts([fields]);
  return Array.isArray(files) ? files[0] : files;
}

const refused = { reason: expect.any(String) };

describe('a part of a message that names a template', () => {
  test.each([
    ['inline', 'logo'],
    ['INLINE; filename=a.png', 'logo'],
    ['attachment; filename=a.png', null],
    ['x-other', null],
    [null, 'logo'],
  ])('that is said to be %j is shown in its place by its id: %j', (disposition, contentId) => {
    const said = disposition === null ? [] : [`Content-Disposition: ${disposition}`];
    expect(readPart(['Content-Type: image/png', 'Content-ID: <logo>', ...said])).toMatchObject({ contentId });
  });

  test('is shown beside its html within what is related, whatever it is said to be', () => {
    const image = ['Content-Type: image/png', 'Content-ID: <logo>', 'Content-Disposition: attachment'];
    const related = ['Content-Type: multipart/related; boundary=r', '', '--r', ...image, '', 'x', '--r--'];
    expect(readPart(related)).toMatchObject({ contentId: 'logo' });
  });

  const long = 'a'.repeat(80);
  test.each([
    [`filename*0*=us-ascii''${long};\r\n filename*1*=a.csv`, `${long}a.csv`],
    ["filename*=iso-8859-1''Rechnung%20M%FCller.pdf", 'Rechnung Müller.pdf'],
    ["filename*0*=utf-8'de'Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=%41.csv", 'Grüße%41.csv'],
    ["filename*2=c.csv; filename*0*=''%C3%A4; filename*1=b", 'äbc.csv'],
    ['filename*0="a b"; filename*1="; c.csv"', 'a b; c.csv'],
    ['filename*1*=%20b.csv; filename*0=a', 'refused'],
    ["filename*=unknown-8bit''M%FCller.pdf; filename=M.pdf", 'M.pdf'],
    ["filename*=utf-8''M%FCller.pdf; filename=M.pdf", 'M.pdf'],
    ["filename*0*=utf-8''a; filename*2=c; filename=M.pdf", 'M.pdf'],
    ["filename*=unknown-8bit''M%FCller.pdf", 'refused'],
    ["filename*=utf-8''M%FCller.pdf", 'refused'],
    ["filename*=us-ascii''M%FCller.pdf", 'refused'],
    ["filename*=utf-8''M%GG.pdf", 'refused'],
    ['filename*=Mueller.pdf', 'refused'],
    ['filename*1=b.csv', 'refused'],
    ['filename*0=a; filename*2=c', 'refused'],
    ['filename*0=a; filename*0*=b', 'refused'],
    ['filename*99999=a', 'refused'],
    ['filename="=?utf-8?q?M=C3=BCller?= =?utf-8?q?_1.pdf?="', 'Müller 1.pdf'],
    ['filename="=?unknown-8bit?q?M=FCller?=.pdf"', 'refused'],
    ['filename=My old file (1).pdf ; size=1', 'My old file (1).pdf'],
    ['size=1', 'part-1'],
    ['filename=""', 'part-1'],
    ['filename=" "', 'part-1'],
    ["filename*=utf-8''", 'part-1'],
    ['filename="=?utf-8?q??="', 'part-1'],
    ["filename*=utf-8''; filename=M.pdf", 'M.pdf'],
    ["filename=M.pdf; filename*=UTF-8''foo bar%20(1).pdf", 'foo bar (1).pdf'],
    ['filename*0=foo bar; filename*1= (1).pdf ; size=1', 'foo bar(1).pdf'],
    ["filename*0*=iso-2022-jp''%1B$B%46%7C%1B(B; filename*1*=%1B$B%4B%5C%1B(B", '日本'],
    ["filename*0*=iso-2022-jp''%1B$B%46%7C; filename*1*=%4B%5C%1B(B", '日本'],
    [`filename="${'a'.repeat(80)}\r\n ${Array(60).fill('a'.repeat(80)).join('\r\n ')}"`, 'refused'],
  ])('has the name that it was given: %s', (parameters, filename) => {
    const told = filename === 'refused' ? refused : expect.objectContaining({ filename });
    expect(
      readPart(['Content-Type: application/pdf', `Content-Disposition: attachment; ${parameters}`]),
    ).toEqual(told);
    const names = parameters.replaceAll('filename', 'name');
    expect(readPart([`Content-Type: application/pdf; ${names}`])).toEqual(told);
  });

  test.each([
    ['filename=""', 'name=N.pdf', 'N.pdf'],
    ['filename=""', "name*=utf-7''a", 'refused'],
    ["filename*=utf-7''a", 'name=""', 'refused'],
    ["filename*=utf-7''a", 'name=N.pdf', 'N.pdf'],
    ['filename=M.pdf', "name*=utf-7''a", 'M.pdf'],
  ])(
    'has one of two names, and none that cannot be read counts for none: %s, %s',
    (own, ofType, filename) => {
      const fields = [`Content-Type: application/pdf; ${ofType}`, `Content-Disposition: attachment; ${own}`];
      expect(readPart(fields)).toEqual(
        filename === 'refused' ? refused : expect.objectContaining({ filename }),
      );
    },
  );
});

describe('the bytes of a file', () => {
  /** Those of the only file of a message that names a template, or why it is not taken. */
  function readContent(encoding: string, content: string) {
    const fields = ['Content-Type: image/png', `Content-Transfer-Encoding: ${encoding}`];
    const files = readParts([fields], content);
    return Array.isArray(files) ? Buffer.from(files[0]?.content ?? []).toString('latin1') : files;
  }

  test.each([
    ['base64', 'aGVsbG8=\r\nd29ybGQ=', 'helloworld'],
    ['BASE64 (of mine)', ' aGVs\r\n\tbG8h \r\n', 'hello!'],
    ['base64', '', ''],
    ['', 'aGVsbG8=', 'aGVsbG8='],
    ['8bit', 'aGVsbG8=', 'aGVsbG8='],
    ['base64', '!!!!', refused],
    ['base64', 'aGVs*bG8hISEh', refused],
    ['base64', 'aGVsbG8', refused],
    ['base64', 'aGVsbG8==', refused],
    ['base64', 'aG=sbG8=', refused],
    ['base64', 'a===', refused],
    ['x-uuencode', '%:&5L;&\\\r\n', refused],
    ['7bit base64', 'aGVsbG8=', refused],
  ])('are all there, or it is refused: %j %j', (encoding, content, bytes) => {
    expect(readContent(encoding, content)).toEqual(bytes);
  });

  test('arrive whole, in any pieces, or not at all where one character is lost or another', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 });
    const damage = fc.record({ at: fc.nat(), char: fc.constantFrom('*', '-', '_', '\xe9', '') });
    fc.assert(
      fc.property(pieces, fc.option(damage), (bytes, harm) => {
        const content = bytes.map((piece) => Buffer.from(piece).toString('base64')).join('\r\n');
        const at = (harm?.at ?? 0) % content.length;
        const sent = harm === null ? content : `${content.slice(0, at)}${harm.char}${content.slice(at + 1)}`;
        const read = readContent('base64', sent);
        const whole = Buffer.concat(bytes).toString('latin1');
        if (harm === null) expect(read).toBe(whole);
        else expect([whole, refused]).toContainEqual(read);
      }),
    );
  });
});

describe('what a message may cost', () => {
  /** How many decoders are made by it, or tried in vain, and how often one is asked. */
  function count(run: () => void) {
    const Real = globalThis.TextDecoder;
    const { decode } = Real.prototype;
    const counts = { made: 0, asked: 0 };
    globalThis.TextDecoder = class extends Real {
      constructor(...given: ConstructorParameters<typeof Real>) {
        counts.made += 1;
        super(...given);
      }
    };
    Real.prototype.decode = function (...given) {
      counts.asked += 1;
      return decode.apply(this, given);
    };
    try {
      run();
    } finally {
      globalThis.TextDecoder = Real;
      Real.prototype.decode = decode;
    }
    return counts;
  }

  const linesOf = (word: (at: number) => string, lines: number) =>
    Array.from({ length: lines * 20 }, (_, at) => `${at % 20 === 0 ? '\r\n ' : ''}${word(at)}`).join('');
  const file = (word: (at: number) => string, lines = 120) => [
    'Content-Type: image/png',
    `Content-Disposition: attachment; filename="${linesOf(word, lines)}"`,
  ];
  const hebrew = () => '=?iso-8859-8?q?=E0?=';

  test('nothing is decoded of files that are too many', () => {
    const read = () =>
      expect(readParts(Array.from({ length: 51 }, () => file(hebrew, 1)))).toEqual({
        reason: 'the attachments must hold at most 50 attachments',
      });
    expect(count(read)).toEqual({ made: 0, asked: 0 });
    expect(readParts(Array.from({ length: 50 }, () => ['Content-Type: image/png']))).toHaveLength(50);
  });

  test('nor of a name that is too long', () => {
    const read = () =>
      expect(readParts([file(hebrew)])).toMatchObject({ reason: expect.stringMatching(/4096/) });
    expect(count(read)).toEqual({ made: 0, asked: 0 });
  });

  test('and no decoder is made twice, or for a charset that there is none of', () => {
    const words = ['X-Postroom-Tags', 'Subject', 'To'].map(
      (name) => `${name}: ${linesOf((at) => `=?x${at}?q?=E0?=${hebrew()}`, 10)} <a@b.example>`,
    );
    const read = () => readPart([...file((at) => `=?y${at}?q?=E0?=${hebrew()}`, 1)]);
    const message = ['From: a@b.example', ...words, '', 'x'].join('\r\n');
    const whole = () => readSmtpMessage(Buffer.from(message), { from: '', recipients: ['jane@b.example'] });
    const { made, asked } = count(() => {
      read();
      whole();
      whole();
    });
    // None at all, where another test had one made before.
    expect(made).toBeLessThanOrEqual(1);
    expect(asked).toBeGreaterThan(2 * 3 * 200);
  });
});
