import { decodeCharset, decodeQuoted, decodeWords, parametersOf } from './mime-words.ts';
import type { ReceivedAttachment, ReceivedContent, ReceivedHeader } from './received-message.ts';

/** A MIME message or a part of one: `head` as it was sent, its fields unfolded, one character per byte. */
export type MimePart = {
  readonly head: string;
  readonly fields: readonly ReceivedHeader[];
  readonly body: string;
  readonly parts: readonly MimePart[];
};

/** The fields that a request of SES's simple form has places of their own for, or that SES writes. */
const ownFields = /^(?:from|to|cc|reply-to|subject|mime-version|content-type|content-transfer-encoding)$/i;
const maxDepth = 10;

/** Takes a MIME message apart, as far as its delimiters go. */
export function parseMime(message: string, depth = 0): MimePart {
  // A part may have no header; its body follows an empty line all the same.
  const split = /^(?:([\s\S]*?)\r?\n)??\r?\n([\s\S]*)$/.exec(message);
  const [head, body] = split === null ? [message, ''] : [split[1] ?? '', split[2] ?? ''];
  const fields: ReceivedHeader[] = [];
  for (const line of head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  const part = { head, fields, body, parts: [] };
  const boundary = parametersOf(fieldOf(part, 'content-type')).get('boundary');
  if (!typeOf(part).startsWith('multipart/') || boundary === undefined || depth > maxDepth) return part;
  return { ...part, parts: piecesOf(body, boundary).map((piece) => parseMime(piece, depth + 1)) };
}

/** The value of a part's first field of that name (in lower case), encoded as it was sent, or ''. */
export function fieldOf(part: Pick<MimePart, 'fields'>, name: string): string {
  return part.fields.find((field) => field.name.toLowerCase() === name)?.value ?? '';
}

/**
 * What a message says, told as if it had come in SES's simple form: the first text and html part, attachments, and
 * the fields that are neither addresses nor MIME; everything decoded, lines of text ending in LF.
 */
export function contentOf(message: MimePart): ReceivedContent {
  const attachments: ReceivedAttachment[] = [];
  const found: { html: string | null; text: string | null } = { html: null, text: null };
  // The line end that closes a message is not part of what it says.
  const whole = { ...message, body: message.body.replace(/\r?\n$/, '') };
  for (const leaf of leavesOf(whole)) {
    const isFile = isAttached(leaf);
    if (!isFile && typeOf(leaf) === 'text/html' && found.html === null) found.html = textOf(leaf);
    else if (!isFile && typeOf(leaf) === 'text/plain' && found.text === null) found.text = textOf(leaf);
    else attachments.push(attachmentOf(leaf));
  }
  const headers = message.fields
    .filter(({ name }) => !ownFields.test(name))
    .map(({ name, value }) => ({ name, value: decodeWords(value) }));
  return { subject: decodeWords(fieldOf(message, 'subject')), ...found, headers, attachments };
}

/** What stands between the delimiter lines of a boundary (RFC 2046 section 5.1.1). */
function piecesOf(body: string, boundary: string): string[] {
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const delimiters = [
    ...body.matchAll(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g')),
  ];
  const pieces: string[] = [];
  for (const [index, delimiter] of delimiters.entries()) {
    if (delimiter[1] === '--') break;
    const piece = body.slice(delimiter.index + delimiter[0].length, delimiters[index + 1]?.index);
    pieces.push(piece.replace(/^\r?\n/, ''));
  }
  return pieces;
}

function leavesOf(part: MimePart): MimePart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leavesOf);
}

function isAttached(leaf: MimePart): boolean {
  const disposition = fieldOf(leaf, 'content-disposition');
  return /^attachment/i.test(disposition) || parametersOf(disposition).has('filename');
}

function attachmentOf(leaf: MimePart): ReceivedAttachment {
  const disposition = fieldOf(leaf, 'content-disposition');
  const bytes = bytesOf(leaf);
  const name = parametersOf(fieldOf(leaf, 'content-type')).get('name') ?? '';
  return {
    filename: parametersOf(disposition).get('filename') ?? decodeWords(name),
    contentType: fileTypeOf(leaf),
    contentId: fieldOf(leaf, 'content-id').replace(/^<|>$/g, '') || null,
    isInline: /^inline/i.test(disposition),
    sizeBytes: bytes.length,
    contentBase64: bytes.toString('base64'),
  };
}

/** A file's type with its parameters but for `name`, which says the file name once more. */
function fileTypeOf(leaf: MimePart): string {
  const parameters = [...parametersOf(fieldOf(leaf, 'content-type'))].filter(([name]) => name !== 'name');
  return [typeOf(leaf), ...parameters.map(([name, value]) => `${name}=${value}`)].join('; ');
}

function typeOf(part: Pick<MimePart, 'fields'>): string {
  return (fieldOf(part, 'content-type').split(';')[0] ?? '').trim().toLowerCase() || 'text/plain';
}

function bytesOf({ fields, body }: MimePart): Buffer {
  const encoding = fieldOf({ fields }, 'content-transfer-encoding').toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1');
  return decodeQuoted(body.replace(/=\r?\n/g, ''));
}

function textOf(leaf: MimePart): string {
  const charset = parametersOf(fieldOf(leaf, 'content-type')).get('charset') ?? 'utf-8';
  return decodeCharset(bytesOf(leaf), charset).replace(/\r\n/g, '\n');
}
