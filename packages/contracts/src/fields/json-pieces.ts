import { canonicalJson } from './json-value.ts';

/** A text that is longer, in characters, is written in pieces of this length. */
const pieceLength = 64 * 1024;

const isLong = (value: unknown): value is string => typeof value === 'string' && value.length > pieceLength;

/** Whether a piece that ends before this place would part the two halves of a character. */
function partsCharacter(text: string, end: number): boolean {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff;
}

function* textPieces(text: string): Generator<string, void> {
  yield '"';
  for (let at = 0; at < text.length; ) {
    const end = at + pieceLength;
    const to = end < text.length && partsCharacter(text, end) ? end - 1 : end;
    yield JSON.stringify(text.slice(at, to)).slice(1, -1);
    at = to;
  }
  yield '"';
}

/**
 * The text of `canonicalJson`, in pieces: a value with long texts among its members is never written as a whole, which
 * would be one more copy of megabytes.
 */
export function* canonicalJsonPieces(value: object): Generator<string, void> {
  if (!Object.values(value).some(isLong)) {
    yield canonicalJson(value);
    return;
  }
  const isList = Array.isArray(value);
  const members: [string, unknown][] = isList
    ? value.map((element: unknown) => ['', element])
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .sort(([one], [other]) => (one < other ? -1 : 1));
  let lead = isList ? '[' : '{';
  for (const [name, member] of members) {
    yield isList ? lead : `${lead}${JSON.stringify(name)}:`;
    if (isLong(member)) yield* textPieces(member);
    else yield canonicalJson(member);
    lead = ',';
  }
  yield isList ? ']' : '}';
}
