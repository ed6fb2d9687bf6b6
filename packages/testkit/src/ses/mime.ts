import type { ReceivedAttachment, ReceivedContent, ReceivedHeader } from './received-message.ts';

type Part = { readonly headers: readonly ReceivedHeader[]; readonly body: string };

/**
 * Reads a MIME message, given with one character per byte, as far as an inbox needs it: headers,
 * the first text and html part, attachments; RFC 2047 words, base64 and quoted-printable decoded.
 */
export function parseMime(message: string): ReceivedContent {
  const top = split(message);
  const attachments: ReceivedAttachment[] = [];
  const found: { html: string | null; text: string | null } = { html: null, text: null };
  visit(top, 0, (part) => {
    const type = typeOf(part);
    const bytes = decodeBody(part);
    const disposition = headerOf(part, 'content-disposition');
    const isBody = !/^attachment/i.test(disposition) && parameter(disposition, 'filename') === null;
    if (isBody && type === 'text/html' && found.html === null) found.html = toText(part, bytes);
    else if (isBody && type === 'text/plain' && found.text === null) found.text = toText(part, bytes);
    else {
      attachments.push({
        filename:
          parameter(disposition, 'filename') ?? parameter(headerOf(part, 'content-type'), 'name') ?? '',
        contentType: type,
        contentId: headerOf(part, 'content-id').replace(/^<|>$/g, '') || null,
        isInline: /^inline/i.test(disposition),
        sizeBytes: bytes.length,
        contentBase64: bytes.toString('base64'),
      });
    }
  });
  const headers = top.headers.map(({ name, value }) => ({ name, value: decodeWords(value) }));
  return { subject: decodeWords(headerOf(top, 'subject')), ...found, headers, attachments };
}

function split(message: string): Part {
  const [, head = message, body = ''] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(message) ?? [];
  const headers: ReceivedHeader[] = [];
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  return { headers, body };
}

function visit(part: Part, depth: number, onLeaf: (part: Part) => void): void {
  const boundary = parameter(headerOf(part, 'content-type'), 'boundary');
  if (!typeOf(part).startsWith('multipart/') || boundary === null || depth > 10) {
    onLeaf(part);
    return;
  }
  for (const piece of `\n${part.body}`.split(`\n--${boundary}`).slice(1)) {
    if (piece.startsWith('--')) return;
    visit(split(piece.replace(/^[^\n]*\n/, '').replace(/\r$/, '')), depth + 1, onLeaf);
  }
}

function headerOf(part: Part, name: string): string {
  return part.headers.find((header) => header.name.toLowerCase() === name)?.value ?? '';
}

function typeOf(part: Part): string {
  return (headerOf(part, 'content-type').split(';')[0] ?? '').trim().toLowerCase() || 'text/plain';
}

function parameter(value: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(value);
  return found?.[1] ?? found?.[2] ?? null;
}

function decodeBody(part: Part): Buffer {
  const encoding = headerOf(part, 'content-transfer-encoding').toLowerCase();
  if (encoding === 'base64') return Buffer.from(part.body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(part.body, 'latin1');
  return unquote(part.body.replace(/=\r?\n/g, ''));
}

function unquote(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

function toText(part: Part, bytes: Buffer): string {
  return decodeCharset(bytes, parameter(headerOf(part, 'content-type'), 'charset') ?? 'utf-8');
}

function decodeCharset(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // An unknown charset: better odd letters in a test inbox than no message.
    return bytes.toString('latin1');
  }
}

function decodeWords(value: string): string {
  return value
    .replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, encoding: string, text: string) => {
      const isBase64 = encoding.toLowerCase() === 'b';
      return decodeCharset(
        isBase64 ? Buffer.from(text, 'base64') : unquote(text.replace(/_/g, ' ')),
        charset,
      );
    });
}
