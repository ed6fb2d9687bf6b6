import { describe, expect, test } from '@jest/globals';
import { asOneLine, subjectSchema } from '@postroom/contracts';
import fc from 'fast-check';
import { aMessage } from '../../test/builders.ts';
import { toSendEmailInput } from './send-email-input.ts';

async function inputOf(overrides: Parameters<typeof aMessage>[0]) {
  const result = await toSendEmailInput(aMessage(overrides));
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.input;
}

test('a whole message becomes one request with its tags and headers', async () => {
  const input = await inputOf({
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
    ConfigurationOverrides: {
      Tracking: { OpenTrackingEnabled: 'DISABLED', ClickTrackingEnabled: 'DISABLED' },
    },
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

test('a subject that is taken is mailed as a row keeps it', async () => {
  const odd = fc.constantFrom(
    'a',
    ' ',
    '\t',
    '\u0007',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u00a0',
    'é',
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: odd })), async (given) => {
      const taken = subjectSchema.safeParse(given);
      if (!taken.success) return;
      const { Content } = await inputOf({ subject: taken.data });
      expect(Content?.Simple?.Subject?.Data).toBe(asOneLine(taken.data));
      expect(asOneLine(asOneLine(taken.data))).toBe(asOneLine(taken.data));
    }),
  );
});

test('a part that is null is absent', async () => {
  const { Content } = await inputOf({ html: null });
  expect(Content?.Simple?.Body).toEqual({
    Text: { Data: 'Hello', Charset: 'UTF-8' },
  });
});

test('the send id header is ours alone', async () => {
  const { Content } = await inputOf({ headers: [{ name: 'x-postroom-send-id', value: 'forged' }] });
  expect(Content?.Simple?.Headers).toEqual([
    { Name: 'X-Postroom-Send-Id', Value: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' },
  ]);
});

test('an attachment that the html does not show goes beside the text', async () => {
  const content = new Uint8Array([1, 2, 3]);
  const { Content } = await inputOf({
    attachments: [{ filename: 'a.png', content, contentType: 'image/png', contentId: null }],
  });
  expect(Content?.Simple?.Attachments).toEqual([
    {
      RawContent: content,
      FileName: 'a.png',
      ContentType: 'image/png',
      ContentTransferEncoding: 'BASE64',
      ContentDisposition: 'ATTACHMENT',
    },
  ]);
});

describe('the form', () => {
  const headers = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `X-${i}`, value: 'v' }));
  const image = { filename: 'a.png', content: new Uint8Array([1]), contentType: 'image/png' };

  test.each([
    ['14 headers and ours', { headers: headers(14) }, 'Simple'],
    ['15 headers and ours', { headers: headers(15) }, 'Raw'],
    ['an attachment', { attachments: [{ ...image, contentId: null }] }, 'Simple'],
    ['an inline image', { attachments: [{ ...image, contentId: 'logo' }] }, 'Raw'],
  ])('%s', async (_name, overrides, form) => {
    const { Content } = await inputOf(overrides);
    expect(Object.keys(Content ?? {})).toEqual([form]);
  });
});

describe('refused', () => {
  test.each([
    ['neither html nor text', { html: null, text: null }],
    ['a send id that is no tag', { sendId: 'a b' }],
    ['a recipient that cannot be written', { bcc: [{ email: 'jörg@r.example', name: null }] }],
    ['a header name with a colon', { headers: [{ name: 'X:Y', value: 'v' }] }],
    ['a header that is too long', { headers: [{ name: 'X-Y', value: 'v'.repeat(994) }] }],
    [
      'a header that is written from another field',
      { headers: [{ name: 'REPLY-to', value: 'a@b.example' }] },
    ],
    ['a recipient as a header', { headers: [{ name: 'Bcc', value: 'a@b.example' }] }],
    ['an order to SES as a header', { headers: [{ name: 'X-SES-Configuration-Set', value: 'other' }] }],
  ])('%s', async (_name, overrides) => {
    expect(await toSendEmailInput(aMessage(overrides))).toMatchObject({ kind: 'refused' });
  });
});

test('no text that a message brings puts CR, LF, NUL or non-ASCII into a header', async () => {
  const text = fc.string({
    unit: fc.constantFrom('\r', '\n', '\0', '\u0085', '\u2028', 'é', '😀', 'a', ' ', ':'),
  });
  await fc.assert(
    fc.asyncProperty(text, text, text, async (subject, name, value) => {
      const input = await inputOf({
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
