import { charsetLabels } from './charset-labels.ts';
import { endedByLf, wideEndedByLf } from './line-ends.ts';

/** Names of US-ASCII, which the WHATWG Encoding Standard takes for windows-1252, and no name at all. */
const asciiNames = /^(?:us-ascii|ascii|ansi_x3\.4-1968|iso646-us)?$/i;

/** Whether a name of a charset says no more than that the text is ASCII. */
export const isAsciiName = (charset: string): boolean => asciiNames.test(charset.trim());

type Decoder = InstanceType<typeof TextDecoder>;

/** One of each charset that was asked for, as many as there are labels at most; null: this runtime has none. */
const decoders = new Map<string, Decoder | null>();

function newDecoder(label: string): Decoder | null {
  try {
    return new TextDecoder(label, { ignoreBOM: true, fatal: true });
  } catch {
    return null;
  }
}

function decoderOf(label: string): Decoder | null {
  if (!charsetLabels.has(label)) return null;
  const known = decoders.get(label);
  if (known !== undefined) return known;
  const decoder = newDecoder(label);
  decoders.set(label, decoder);
  return decoder;
}

/** Names that leave the order of bytes to the text: it begins with U+FEFF (RFC 2781 section 4.3). */
const unorderedNames = new Set(['utf-16', 'unicode', 'csunicode', 'ucs-2', 'iso-10646-ucs-2']);

/** A name that says the order, where another does not; without a mark UTF-16 is big-endian, as RFC 2781 section 4.3 says. */
function orderedName(name: string, [first, second]: Uint8Array): string {
  if (!unorderedNames.has(name)) return name;
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return name === 'utf-16' ? 'utf-16be' : name;
}

/** WHATWG Encoding Standard, index windows-1252: what 0x80 to 0x9F are. Node 20 takes them for control characters. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** The two bytes that each byte is in UTF-16. */
const units1252 = Array.from({ length: 256 }, (_, byte) => {
  const unit = byte < 0x80 || byte > 0x9f ? byte : windows1252.charCodeAt(byte - 0x80);
  return { low: unit & 0xff, high: unit >> 8 };
});
const low1252 = Uint8Array.from(units1252, ({ low }) => low);
const high1252 = Uint8Array.from(units1252, ({ high }) => high);

/** By a table: a call for each of millions of bytes would keep everybody else waiting. */
function decodeWindows1252(bytes: Uint8Array): string {
  const units = Buffer.allocUnsafe(2 * bytes.length);
  let isLatin1 = true;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const high = high1252[byte] ?? 0;
    isLatin1 &&= high === 0;
    units[2 * at] = low1252[byte] ?? 0;
    units[2 * at + 1] = high;
  }
  // Half the memory where all characters have room in a byte.
  if (isLatin1) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return units.toString('utf16le');
}

/** Of what is said to be ASCII, or to be nothing, the decoder is that of UTF-8; null: nobody here knows the charset. */
function decoderFor(bytes: Uint8Array, charset: string): Decoder | null {
  const name = isAsciiName(charset) ? 'utf-8' : charset.trim().toLowerCase();
  return decoderOf(orderedName(name, bytes));
}

function decodeBy(decoder: Decoder, bytes: Uint8Array): string | null {
  if (decoder.encoding === 'windows-1252') return decodeWindows1252(bytes);
  try {
    const text = decoder.decode(bytes);
    return decoder.encoding.startsWith('utf-16') ? text.replace(/^\ufeff/, '') : text;
  } catch {
    return null;
  }
}

/**
 * Text in a charset that the WHATWG Encoding Standard knows; null: it knows it not, or the bytes are no text in it. What is said to
 * be ASCII, or to be nothing, is UTF-8 if it is more. The mark of order of UTF-16 is no part of its text.
 */
export function decodeCharset(bytes: Uint8Array, charset: string): string | null {
  const decoder = decoderFor(bytes, charset);
  return decoder && decodeBy(decoder, bytes);
}

const oneByteEncodings =
  /^(?:windows-125\d|iso-8859-.*|koi8-.*|ibm866|macintosh|x-mac-cyrillic|windows-874)$/;

/** The most bytes that one of the units takes of which a string counts its length. */
function mostBytesOf(encoding: string): number {
  if (oneByteEncodings.test(encoding)) return 1;
  // Of ISO-2022-JP two, and three that say of which set they are.
  return encoding === 'utf-8' ? 3 : 5;
}

/** What was decoded, or that it would be longer than it may be; null: it is no text in that charset. */
export type DecodedLines =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'long' }
  | null;

/**
 * A text of at most so many characters, as `decodeCharset` reads it, its lines ended by LF. Lines are ended before they are decoded: CR
 * and LF are the same bytes in every charset but UTF-16, and part of no other character.
 */
export function decodeLines(bytes: Uint8Array, charset: string, maxLength: number): DecodedLines {
  const decoder = decoderFor(bytes, charset);
  if (decoder === null) return null;
  const { encoding } = decoder;
  // Before anything is done with what would be thrown away: of bytes that end lines half may go.
  const maxBytes = maxLength * mostBytesOf(encoding);
  if (bytes.length > 2 * maxBytes) return { kind: 'long' };
  const isWide = encoding.startsWith('utf-16');
  const lines = isWide ? wideEndedByLf(bytes, { isLittleEndian: encoding === 'utf-16le' }) : endedByLf(bytes);
  if (lines.length > maxBytes) return { kind: 'long' };
  const text = decodeBy(decoder, lines);
  if (text === null) return null;
  return text.length > maxLength ? { kind: 'long' } : { kind: 'text', text };
}

/**
 * Text that came in pieces of one charset: each decoded by itself, since each may begin and end in a state of its own (ISO-2022-JP),
 * or, where one is no text, all as one: a character was cut in two. Null: they are no text either way.
 */
export function decodePieces(pieces: readonly Uint8Array[], charset: string): string | null {
  const texts: string[] = [];
  for (const piece of pieces) {
    const text = decodeCharset(piece, charset);
    if (text === null) return decodeCharset(Buffer.concat(pieces), charset);
    texts.push(text);
  }
  return texts.join('');
}
