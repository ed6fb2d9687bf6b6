import { describe, expect, test } from '@jest/globals';
import type { OutgoingAttachment } from '@postroom/core';
import PostalMime from 'postal-mime';
import { toSendEmailInput } from '../src/send/send-email-input.ts';
import { aMessage } from './builders.ts';

const logo: OutgoingAttachment = {
  filename: 'logo.png',
  content: Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256),
  contentType: 'image/png',
  contentId: 'logo',
};
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

async function contentOf(attachments: readonly OutgoingAttachment[]) {
  const made = await toSendEmailInput(aMessage({ attachments }));
  if (made.kind === 'refused') throw new Error(made.reason);
  return made.input.Content;
}

/** The reader ends all lines of text by LF. */
const withLf = (text: string) => text.replaceAll('\r\n', '\n');

/** The files of a raw message as a reader sees them that shares no code with the writer. */
async function readBack(attachments: readonly OutgoingAttachment[]) {
  const raw = (await contentOf(attachments))?.Raw?.Data;
  if (raw === undefined) throw new Error('the message is not raw');
  const read = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  return {
    text: Buffer.from(raw)
      .toString('latin1')
      .replace(/\r\n[ \t]+/g, ' '),
    files: read.attachments.map(({ filename, mimeType, content, contentId, disposition, method }) => ({
      filename,
      mimeType,
      content: withLf(
        typeof content === 'string' ? content : Buffer.from(new Uint8Array(content)).toString('latin1'),
      ),
      contentId,
      disposition,
      method,
    })),
  };
}

const files: readonly (readonly [string, OutgoingAttachment])[] = [
  [
    'an invite',
    {
      filename: 'invite.ics',
      content: bytes('BEGIN:VCALENDAR\r\nSUMMARY:Grüße\r\nEND:VCALENDAR\r\n'),
      contentType: 'text/calendar; charset=utf-8; method=REQUEST',
      contentId: null,
    },
  ],
  [
    'a table with a charset',
    {
      filename: 'list.csv',
      content: bytes('a;b\n1;ü\n'),
      contentType: 'text/csv; charset=utf-8; header=present',
      contentId: null,
    },
  ],
  [
    'a value in quotes',
    {
      filename: 'feed.xml',
      content: bytes('<a/>'),
      contentType: 'application/xml; profile="a b; c"',
      contentId: null,
    },
  ],
  [
    'a name outside of ASCII',
    {
      filename: 'Prüfung 報告.pdf',
      content: bytes('%PDF'),
      contentType: 'application/pdf',
      contentId: null,
    },
  ],
];

describe.each(files)('%s', (_what, file) => {
  const base = file.contentType.split(';')[0];

  test('is given to SES as it is, when SES puts the message together', async () => {
    expect((await contentOf([file]))?.Simple?.Attachments).toMatchObject([
      { FileName: file.filename, ContentType: file.contentType, RawContent: file.content },
    ]);
  });

  test('is read back with its type, name and bytes, when we do', async () => {
    const { text, files: read } = await readBack([file, logo]);
    expect(read).toContainEqual(
      expect.objectContaining({
        filename: file.filename,
        mimeType: base,
        content: withLf(Buffer.from(file.content).toString('latin1')),
        disposition: 'attachment',
      }),
    );
    expect(text).toContain(`\r\n\r\n${Buffer.from(file.content).toString('base64')}\r\n`);
    expect(text).toContain(`Content-Type: ${file.contentType}; name=`);
    expect(read).toContainEqual(
      expect.objectContaining({ filename: 'logo.png', mimeType: 'image/png', contentId: '<logo>' }),
    );
  });
});

test('an invite says its method to whoever reads it', async () => {
  const [, invite] = files[0] ?? [];
  const { files: read } = await readBack([invite ?? logo, logo]);
  expect(read.find(({ mimeType }) => mimeType === 'text/calendar')?.method).toBe('REQUEST');
});

describe('a message as a file', () => {
  const letter = { filename: 'a.eml', contentType: 'message/rfc822', contentId: null };
  const content = 'From: a@b.example\r\nSubject: Inside\r\n\r\nHello\r\n';

  test.each([
    ['CRLF', content],
    ['LF', content.replaceAll('\r\n', '\n')],
  ])('goes out as it is, its lines ended by CRLF where they had %s', async (_what, text) => {
    const { text: raw, files: read } = await readBack([{ ...letter, content: bytes(text) }]);
    expect(raw).toMatch(
      /Content-Type: message\/rfc822; name=a\.eml\r\n(?:.+\r\n)*Content-Transfer-Encoding: 7bit/,
    );
    expect(raw).not.toMatch(/base64/);
    expect(read).toMatchObject([{ filename: 'a.eml', mimeType: 'message/rfc822' }]);
    expect(read[0]?.content.trimEnd()).toBe(withLf(content).trimEnd());
    expect(raw).toContain(`\r\n\r\n${content}`);
  });

  test('that mail cannot carry as it is is refused', async () => {
    const made = await toSendEmailInput(
      aMessage({ attachments: [{ ...letter, content: bytes('Subject: ü\r\n\r\n') }] }),
    );
    expect(made).toMatchObject({ kind: 'refused', reason: expect.stringContaining('7-bit') });
  });
});

test.each([
  ['an empty file', { ...logo, contentId: null, content: new Uint8Array() }],
  ['a file without an ending', { ...logo, contentId: null, filename: 'README' }],
])('%s is put into the message by us, and read back', async (_what, file) => {
  const { files: read } = await readBack([file]);
  expect(read).toMatchObject([
    {
      filename: file.filename,
      mimeType: 'image/png',
      content: withLf(Buffer.from(file.content).toString('latin1')),
    },
  ]);
});
