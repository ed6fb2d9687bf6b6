import { maxBodyLength } from '../fields/fields.ts';
import { textProblem } from '../fields/json-value.ts';
import { withoutComments } from './comments.ts';
import { decodeBase64 } from './decode-base64.ts';
import { type DecodedLines, decodeLines, isAsciiName } from './decode-charset.ts';
import { fieldOf } from './mime-field.ts';
import type { MimePart } from './mime-part.ts';

function encodingOf({ fields }: MimePart): string {
  const [name = ''] = withoutComments(fieldOf(fields, 'content-transfer-encoding')?.value ?? '').split(
    ';',
    1,
  );
  return name.trim().toLowerCase();
}

/**
 * The bytes of a part as they were before they were encoded for the way (RFC 2045 section 6); null: nobody here knows how they
 * are encoded, or not all of them are there.
 */
export function decodeBody(bytes: Buffer, part: MimePart): Buffer | null {
  const body = bytes.subarray(part.bodyStart, part.bodyEnd);
  switch (encodingOf(part)) {
    case 'base64':
      return decodeBase64(body);
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return body;
    default:
      return null;
  }
}

/** RFC 2045 section 6.7; what is not encoded as it should be stays as it is. A last line may end in a soft break as well. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (byte !== 61) {
      out[length++] = byte;
      continue;
    }
    let next = at + 1;
    while (body[next] === 32 || body[next] === 9) next += 1;
    if (next >= body.length || (body[next] === 13 && body[next + 1] === 10)) {
      at = next + 1;
      continue;
    }
    const value = hexValue(body[at + 1]) * 16 + hexValue(body[at + 2]);
    if (Number.isNaN(value)) out[length++] = byte;
    else {
      out[length++] = value;
      at += 2;
    }
  }
  return out.subarray(0, length);
}

function hexValue(byte = 0): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : Number.NaN;
}

/** Where a document says its own charset (HTML Living Standard, "prescan a byte stream"): within so many bytes. */
const maxPrescan = 1024;
const metaPattern = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i;

/** The charset that an html document says it has; null: it says none. One that says UTF-16 is none, or that could not be read. */
function metaCharsetOf(html: Buffer): string | null {
  const name = metaPattern.exec(html.toString('latin1', 0, maxPrescan))?.[1] ?? null;
  return name !== null && /^utf-?16/i.test(name) ? 'utf-8' : name;
}

function decodeText(body: Buffer, { value, parameters }: MimePart['type']): DecodedLines {
  const charset = parameters.get('charset') ?? '';
  const meta = isAsciiName(charset) && value === 'text/html' ? metaCharsetOf(body) : null;
  return (
    (meta === null ? null : decodeLines(body, meta, maxBodyLength)) ??
    decodeLines(body, charset, maxBodyLength)
  );
}

/**
 * The text of a part, its lines ended by LF; null: it is no text in its charset, its charset or encoding is none that is known, or it is
 * none that a send keeps beside the message that it came in.
 */
export function textOf(bytes: Buffer, part: MimePart): string | null {
  const body = decodeBody(bytes, part);
  const read = body && decodeText(body, part.type);
  return read?.kind === 'text' && textProblem(read.text) === null ? read.text : null;
}
