/** One field of a header, and where it stands in its message: all its lines, with their ends. */
export type MimeField = {
  readonly name: string;
  /** Unfolded (RFC 5322 section 2.2.3), still encoded. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
};

/** Why a message cannot be read, in words for whoever sent it. */
export class MimeProblem extends Error {}

/** RFC 5322 section 2.1.1, without the line end. */
const maxLineLength = 998;
/** All fields of one header together, in bytes, and how many there may be. */
const maxHeadBytes = 128 * 1024;
const maxFields = 500;

const fieldPattern = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s;

/** The fields of a header, and where what follows it begins. */
export type MimeHead = {
  readonly fields: readonly MimeField[];
  /** Where further fields can be put: before the empty line. */
  readonly end: number;
  readonly bodyStart: number;
};

type Range = { readonly start: number; readonly end: number };

/** Reads the header at the beginning of a range whose lines end in CRLF; throws `MimeProblem`. */
export function readHead(bytes: Buffer, { start, end }: Range): MimeHead {
  const fields: MimeField[] = [];
  let at = start;
  while (at < end) {
    const lineEnd = endOfLine(bytes, at, end);
    if (lineEnd - at <= 2 && bytes[at] === 13) return { fields, end: at, bodyStart: lineEnd };
    if (fields.length === maxFields) throw new MimeProblem(`a header has more than ${maxFields} fields`);
    const fieldEnd = endOfField(bytes, { start, end }, lineEnd);
    fields.push(readField(bytes, { start: at, end: fieldEnd }));
    at = fieldEnd;
  }
  return { fields, end, bodyStart: end };
}

/** Where the field ends whose first line does at `at`; refuses a header that is too large before anything of the field is read. */
function endOfField(bytes: Buffer, { start, end }: Range, at: number): number {
  let fieldEnd = at;
  while (fieldEnd - start <= maxHeadBytes) {
    if (fieldEnd >= end || !isSpace(bytes[fieldEnd])) return fieldEnd;
    fieldEnd = endOfLine(bytes, fieldEnd, end);
  }
  throw new MimeProblem('a header is larger than 128 KiB');
}

const isSpace = (byte: number | undefined) => byte === 32 || byte === 9;

function endOfLine(bytes: Buffer, at: number, end: number): number {
  const found = bytes.indexOf(10, at);
  return found < 0 || found >= end ? end : found + 1;
}

function readField(bytes: Buffer, { start, end }: Range): MimeField {
  const lines = bytes.toString('latin1', start, end).replace(/\r\n$/, '');
  if (/[^\t\r\n -~]/.test(lines)) {
    throw new MimeProblem('a header holds other than printable ASCII: SMTPUTF8 is not taken, use RFC 2047');
  }
  const [, name, value] = fieldPattern.exec(lines.replace(/\r\n(?=[ \t])/g, '')) ?? [];
  if (name === undefined || value === undefined || /\r\n[ \t]+(?=\r\n|$)/.test(lines)) {
    throw new MimeProblem('a line of a header is no field');
  }
  if (lines.split('\r\n').some(({ length }) => length > maxLineLength)) {
    throw new MimeProblem(`a line of a header has more than ${maxLineLength} characters`);
  }
  return { name, value: value.trim(), start, end };
}

/** The first field of that name; null: there is none. `name` is in lower case. */
export const fieldOf = (fields: readonly MimeField[], name: string): MimeField | null =>
  fields.find((field) => field.name.toLowerCase() === name) ?? null;
