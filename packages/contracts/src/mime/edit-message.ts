import { endedByCrlf } from './line-ends.ts';
import { isFile } from './message-body.ts';
import { fieldOf, type MimeField } from './mime-field.ts';
import type { MimePart } from './mime-part.ts';

/** What is put in place of the bytes from `start` to `end`, which may be none. */
export type Edit = { readonly start: number; readonly end: number; readonly bytes: Buffer };

/** The bytes with some of them replaced; the edits do not touch each other, and stand at places of the original. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const edit of edits.toSorted((one, other) => one.start - other.start)) {
    pieces.push(bytes.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]);
}

/** Takes a field away, or puts another in its place. */
export const fieldEdit = ({ start, end }: MimeField, field = ''): Edit => ({
  start,
  end,
  bytes: Buffer.from(field, 'latin1'),
});

/** Puts fields behind those of a header. */
export const insertion = ({ end }: Pick<MimePart, 'end'>, fields: string): Edit => ({
  start: end,
  end,
  bytes: Buffer.from(fields, 'latin1'),
});

/** RFC 2045 section 6.8. */
const maxEncodedLine = 76;

/** Base64 in lines of bytes: as texts they would be hundreds of thousands. */
function encoded(text: string): Buffer {
  const base64 = Buffer.from(endedByCrlf(Buffer.from(text)).toString('base64'), 'latin1');
  const ends = Math.max(0, Math.ceil(base64.length / maxEncodedLine) - 1);
  const lines = Buffer.alloc(base64.length + 2 * ends, '\r\n');
  for (let line = 0; line <= ends; line += 1) {
    const start = line * maxEncodedLine;
    base64.copy(lines, start + 2 * line, start, start + maxEncodedLine);
  }
  return lines;
}

/** A parameter as it is read back: quoted, since any text may be. */
const parameterOf = ([name, value]: readonly [string, string]) =>
  `;\r\n ${name}="${value.replace(/["\\]/g, '\\$&')}"`;

/** Another text in a part that is one: the rest of its header stays, but for how the text is written. */
export function textEdits(part: MimePart, text: string): readonly Edit[] {
  if (isFile(part)) throw new Error('a file is no text of a message');
  const { value, parameters } = part.type;
  // What it says of spaces and lines would be said of another text.
  const kept = [...parameters].filter(([name]) => !['charset', 'format', 'delsp'].includes(name));
  const written = [
    [
      'content-type',
      `Content-Type: ${value}${[...kept, ['charset', 'utf-8'] as const].map(parameterOf).join('')}\r\n`,
    ],
    ['content-transfer-encoding', 'Content-Transfer-Encoding: base64\r\n'],
  ] as const;
  const edits: Edit[] = [];
  let missing = '';
  for (const [name, field] of written) {
    const old = fieldOf(part.fields, name);
    if (old === null) missing += field;
    else edits.push(fieldEdit(old, field));
  }
  const body = { start: part.bodyStart, end: part.bodyEnd, bytes: encoded(text) };
  return missing === '' ? [...edits, body] : [...edits, insertion(part, missing), body];
}
