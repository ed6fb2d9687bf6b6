import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { aMessage } from '../../test/builders.ts';
import { toSendEmailInput } from './send-email-input.ts';

function inputOf(overrides: Parameters<typeof aMessage>[0]) {
  const result = toSendEmailInput(aMessage(overrides));
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.input;
}

test('a whole message becomes one request with its tags and headers', () => {
  const input = inputOf({
    replyTo: { email: 'help@sender.example', name: 'Help, please' },
    cc: [{ email: 'c@r.example', name: null }],
    bcc: [{ email: 'b@r.example', name: null }],
    attempt: 3,
    headers: [{ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }],
    configurationSet: 'main',
  });
  expect(input).toEqual({
    FromEmailAddress: 'News <news@sender.example>',
    Destination: {
      ToAddresses: ['reader@recipient.example'],
      CcAddresses: ['c@r.example'],
      BccAddresses: ['b@r.example'],
    },
    ReplyToAddresses: ['"Help, please" <help@sender.example>'],
    ConfigurationSetName: 'main',
    EmailTags: [
      { Name: 'postroom-send-id', Value: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' },
      { Name: 'postroom-attempt', Value: '3' },
    ],
    Content: {
      Simple: {
        Subject: { Data: 'Hello', Charset: 'UTF-8' },
        Body: { Html: { Data: '<p>Hello</p>', Charset: 'UTF-8' }, Text: { Data: 'Hello', Charset: 'UTF-8' } },
        Headers: [
          { Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' },
          { Name: 'X-Postroom-Send-Id', Value: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' },
        ],
      },
    },
  });
});

test('a part that is null is absent', () => {
  expect(inputOf({ html: null }).Content?.Simple?.Body).toEqual({
    Text: { Data: 'Hello', Charset: 'UTF-8' },
  });
});

test('the send id header is ours alone', () => {
  const headers = inputOf({ headers: [{ name: 'x-postroom-send-id', value: 'forged' }] }).Content?.Simple
    ?.Headers;
  expect(headers).toEqual([{ Name: 'X-Postroom-Send-Id', Value: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }]);
});

test('an attachment with a content id is inline, one without is not', () => {
  const content = new Uint8Array([1, 2, 3]);
  const file = { filename: 'a.png', content, contentType: 'image/png' };
  const attachments = [
    { ...file, contentId: null },
    { ...file, contentId: '<logo>' },
  ];
  expect(inputOf({ attachments }).Content?.Simple?.Attachments).toMatchObject([
    { RawContent: content, FileName: 'a.png', ContentType: 'image/png', ContentDisposition: 'ATTACHMENT' },
    { ContentDisposition: 'INLINE', ContentId: 'logo' },
  ]);
});

describe('refused', () => {
  test.each([
    ['a send id that is no tag', { sendId: 'a b' }],
    ['a recipient that cannot be written', { bcc: [{ email: 'jörg@r.example', name: null }] }],
    ['a header name with a colon', { headers: [{ name: 'X:Y', value: 'v' }] }],
    ['a header that is too long', { headers: [{ name: 'X-Y', value: 'v'.repeat(994) }] }],
  ])('%s', (_name, overrides) => {
    expect(toSendEmailInput(aMessage(overrides))).toMatchObject({ kind: 'refused' });
  });
});

test('no text that a message brings puts CR, LF, NUL or non-ASCII into a header', () => {
  const text = fc.string({
    unit: fc.constantFrom('\r', '\n', '\0', '\u0085', '\u2028', 'é', '😀', 'a', ' ', ':'),
  });
  fc.assert(
    fc.property(text, text, text, (subject, name, value) => {
      const input = inputOf({
        subject,
        from: { email: 'a@b.example', name },
        headers: [{ name: 'X-A', value }],
      });
      const written = [
        input.FromEmailAddress,
        ...(input.Content?.Simple?.Headers ?? []).map((one) => one.Value),
      ];
      for (const one of written) expect(one).toMatch(/^[ -~]*$/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
      expect(input.Content?.Simple?.Subject?.Data).not.toMatch(/[\r\n\u0000\u0085\u2028]/);
    }),
  );
});
