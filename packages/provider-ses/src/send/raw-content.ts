import { asOneLine, endedByCrlf, isMessageType, isSevenBit, mediaTypeProblem } from '@postroom/contracts';
import type { OutgoingAttachment, OutgoingMessage } from '@postroom/core';
import MailComposer, {
  type MailComposerAlternative,
  type MailComposerAttachment,
} from 'nodemailer/lib/mail-composer';
import { encodeHeaderText, foldHeader } from './header-text.ts';
import { RefusedMessage } from './refused-message.ts';
import { textContent } from './text-content.ts';
import type { WrittenMessage } from './written-message.ts';

/** Printable ASCII without the brackets around it (RFC 2045 section 7); it has no encoded form. */
const contentIdPattern = /^[!-;=?-~]{1,250}$/;
const maxFilenameLength = 255;
/** RFC 5322 section 2.1.1, without the line end; SES refuses longer ones. */
const headerLinesPattern = /^[ -~]{1,998}(?:\r\n[ -~]{1,998})*$/;
const mimeHeaderPattern = /^(?:mime-version|content-[a-z-]+):/i;

/**
 * The message in MIME form for SES API v2's `Content.Raw`; throws `RefusedMessage` when it has none.
 *
 * nodemailer builds the tree of parts. The fields above it are written here, because nodemailer parses addresses,
 * changes the case of names and encodes values anew. Message-ID and Date are left out: SES sets its own
 * and overrides what it is given (SES developer guide, "header fields"). Bcc is only in the envelope.
 */
export async function toRawContent(message: OutgoingMessage, written: WrittenMessage): Promise<Uint8Array> {
  const composer = new MailComposer({
    alternatives: [...toBody('text/plain', message.text), ...toBody('text/html', message.html)],
    attachments: message.attachments.map(toPart),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const [first, ...others] = await piecesOf(composer);
  const end = first.indexOf('\r\n\r\n');
  const mimeHeaders = first
    .toString('latin1', 0, end)
    .split(/\r\n(?![ \t])/)
    .filter((header) => mimeHeaderPattern.test(header));
  const head = [...writeFields(message.subject, written), ...mimeHeaders].join('\r\n');
  if (!headerLinesPattern.test(head))
    throw new RefusedMessage('A header has a line of more than 998 characters.');
  return Buffer.concat([Buffer.from(head, 'latin1'), first.subarray(end), ...others]);
}

/** What the composer writes, of which the first piece has the whole header: to be put together once, since it may be large. */
async function piecesOf(composer: MailComposer): Promise<readonly [Buffer, ...Buffer[]]> {
  const pieces: Buffer[] = [];
  for await (const piece of composer.compile().createReadStream()) {
    if (!Buffer.isBuffer(piece)) throw new Error('the composer writes other than bytes');
    pieces.push(piece);
  }
  const [first, ...others] = pieces;
  if (first === undefined) throw new Error('the composer has written nothing');
  return [first, ...others];
}

function writeFields(subject: string, { from, to, cc, replyTo, headers }: WrittenMessage): string[] {
  const fields = [
    { name: 'From', value: from },
    { name: 'To', value: to.join(', ') },
    { name: 'Cc', value: cc.join(', ') },
    // SES's ReplyToAddresses belongs to a message that SES puts together.
    { name: 'Reply-To', value: replyTo ?? '' },
  ];
  return [
    ...fields.filter(({ value }) => value !== ''),
    { name: 'Subject', value: encodeHeaderText(subject) },
    ...headers,
  ].map(({ name, value }) => foldHeader(name, value));
}

function toBody(type: 'text/plain' | 'text/html', content: string | null): MailComposerAlternative[] {
  if (content === null) return [];
  return [{ contentType: `${type}; charset=utf-8`, ...textContent(content) }];
}

function toPart({ filename, content, contentType, contentId }: OutgoingAttachment): MailComposerAttachment {
  const name = asOneLine(filename);
  if (name.length > maxFilenameLength) {
    throw new RefusedMessage(
      `The file name of an attachment is longer than ${maxFilenameLength} characters.`,
    );
  }
  if (mediaTypeProblem(contentType) !== null) {
    throw new RefusedMessage('The content type of an attachment is not valid.');
  }
  return {
    // Without this, nodemailer makes a name up.
    filename: name === '' ? false : name,
    contentType,
    ...(isMessageType(contentType) ? asMessage(content) : asBase64(content)),
    contentDisposition: contentId === null ? 'attachment' : 'inline',
    ...(contentId === null ? {} : { cid: toContentId(contentId) }),
  };
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

const asBase64 = (content: Uint8Array) =>
  ({ content: bufferOf(content), contentTransferEncoding: 'base64' }) as const;

/** A message in a message is never encoded (RFC 2046 section 5.2.1); its lines end as those of mail do. */
function asMessage(content: Uint8Array) {
  if (!isSevenBit(content)) throw new RefusedMessage('An attached message is not 7-bit text.');
  return { content: endedByCrlf(bufferOf(content)), contentTransferEncoding: '7bit' } as const;
}

function toContentId(text: string): string {
  const contentId = text.replace(/^<|>$/g, '');
  if (!contentIdPattern.test(contentId))
    throw new RefusedMessage('The content id of an attachment is not valid.');
  return contentId;
}
