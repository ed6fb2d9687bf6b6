import { type ParametrizedValue, readParametrized } from './content-type.ts';
import { fieldOf, type MimeField, type MimeHead, MimeProblem, readHead } from './mime-field.ts';

/** A message or a part of one, by the places that it has in the bytes of the whole. */
export type MimePart = MimeHead & {
  readonly type: ParametrizedValue;
  readonly bodyEnd: number;
  /** Those of a multipart; a message that is a file is looked into by nobody. */
  readonly parts: readonly MimePart[];
};

const maxDepth = 20;
const maxParts = 500;
/** Lines of all multiparts together that begin like a boundary and are none: each of them costs a look. */
const maxNearBoundaries = 10_000;
/**
 * What is looked through for boundaries, in bytes of the whole message: each multipart looks through all that is in it, and a file
 * of 24 MB that is wrapped in twenty would take a second and more.
 */
const maxSearches = 5;
/** So much may be looked through in any case, in bytes. */
const leastSearched = 16 * 1024 * 1024;
/** All headers of one message together, in bytes: each byte of a header costs more than many of a body. */
const maxHeadsBytes = 1024 * 1024;

/** RFC 2046 section 5.1.1. */
const boundaryPattern = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;

type Reading = {
  readonly bytes: Buffer;
  parts: number;
  nearBoundaries: number;
  headsBytes: number;
  searchedBytes: number;
};
type Range = { readonly start: number; readonly end: number };

/** Reads a message whose lines end in CRLF into the tree of its parts, without copying any; throws `MimeProblem`. */
export const readMime = (bytes: Buffer): MimePart =>
  readPart(
    { bytes, parts: 0, nearBoundaries: 0, headsBytes: 0, searchedBytes: 0 },
    { start: 0, end: bytes.length },
    { depth: 1, defaultType: 'text/plain' },
  );

function readPart(
  reading: Reading,
  range: Range,
  { depth, defaultType }: { readonly depth: number; readonly defaultType: string },
): MimePart {
  reading.parts += 1;
  if (reading.parts > maxParts) throw new MimeProblem(`it has more than ${maxParts} parts`);
  if (depth > maxDepth) throw new MimeProblem(`its parts are nested deeper than ${maxDepth}`);
  const head = readHead(reading.bytes, range);
  reading.headsBytes += head.end - range.start;
  if (reading.headsBytes > maxHeadsBytes) {
    throw new MimeProblem('its headers are larger than 1 MiB together');
  }
  refuseRepeated(head.fields);
  const type = readParametrized(fieldOf(head.fields, 'content-type')?.value ?? defaultType);
  const own = { ...head, type, bodyEnd: range.end };
  if (!type.value.startsWith('multipart/')) return { ...own, parts: [] };
  const boundary = type.parameters.get('boundary') ?? '';
  if (!boundaryPattern.test(boundary)) throw new MimeProblem('a multipart has no valid boundary');
  const within = {
    depth: depth + 1,
    defaultType: type.value === 'multipart/digest' ? 'message/rfc822' : 'text/plain',
  };
  const ranges = rangesOf(reading, { start: head.bodyStart, end: range.end }, boundary);
  return { ...own, parts: ranges.map((one) => readPart(reading, one, within)) };
}

/** Which of two a reader goes by is anybody's guess. */
function refuseRepeated(fields: readonly MimeField[]): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    const key = name.toLowerCase();
    if (!key.startsWith('content-') && key !== 'mime-version') continue;
    if (seen.has(key)) throw new MimeProblem(`${name} is there twice`);
    seen.add(key);
  }
}

/** Where the parts between the boundaries are: each without the line end before the next boundary. */
function rangesOf(reading: Reading, { start, end }: Range, boundary: string): Range[] {
  const { bytes } = reading;
  reading.searchedBytes += end - start;
  if (reading.searchedBytes > Math.max(leastSearched, maxSearches * bytes.length)) {
    throw new MimeProblem('its multiparts hold the same large parts more than five times over');
  }
  const ranges: Range[] = [];
  const length = boundary.length + 2;
  let partStart: number | null = null;
  for (let at = lineWith(bytes, boundary, { start, end }); at >= 0; ) {
    const delimiter = delimiterAt(bytes, at, { end, length });
    if (delimiter === null) {
      reading.nearBoundaries += 1;
      if (reading.nearBoundaries > maxNearBoundaries) {
        throw new MimeProblem(`more than ${maxNearBoundaries} of its lines begin like a boundary`);
      }
      at = lineWith(bytes, boundary, { start: at + 1, end });
      continue;
    }
    if (partStart !== null) ranges.push({ start: partStart, end: Math.max(partStart, at - 2) });
    if (ranges.length > maxParts) throw new MimeProblem(`it has more than ${maxParts} parts`);
    partStart = delimiter.isLast ? null : delimiter.end;
    if (delimiter.isLast) return ranges;
    at = lineWith(bytes, boundary, { start: delimiter.end, end });
  }
  if (partStart === null) throw new MimeProblem('a multipart has no parts');
  return [...ranges, { start: partStart, end }];
}

/**
 * Where the next line that begins with the boundary begins; -1: none does. `start` begins a line. The LF before it is looked for
 * with it, and nothing beyond the range: else a message of dashes, or of many parts, would be read over and over.
 */
function lineWith(bytes: Buffer, boundary: string, { start, end }: Range): number {
  const found = bytes.subarray(start - 1, end).indexOf(`\n--${boundary}`, 0, 'latin1');
  return found < 0 ? -1 : start + found;
}

function delimiterAt(
  bytes: Buffer,
  at: number,
  { end, length }: { readonly end: number; readonly length: number },
): { readonly isLast: boolean; readonly end: number } | null {
  let after = at + length;
  const isLast = bytes[after] === 45 && bytes[after + 1] === 45;
  if (isLast) after += 2;
  while (after < end && (bytes[after] === 32 || bytes[after] === 9)) after += 1;
  if (after >= end) return { isLast: true, end };
  return bytes[after] === 13 && bytes[after + 1] === 10 ? { isLast, end: after + 2 } : null;
}
