import { charsetLabels } from './charset-labels.ts';

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

const decodeWindows1252 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (char) => windows1252.charAt(char.charCodeAt(0) - 0x80));

/**
 * Text in a charset that the WHATWG Encoding Standard knows; null: it knows it not, or the bytes are no text in it. What is said to
 * be ASCII, or to be nothing, is UTF-8 if it is more. The mark of order of UTF-16 is no part of its text.
 */
export function decodeCharset(bytes: Uint8Array, charset: string): string | null {
  const name = isAsciiName(charset) ? 'utf-8' : charset.trim().toLowerCase();
  const decoder = decoderOf(orderedName(name, bytes));
  if (decoder === null) return null;
  if (decoder.encoding === 'windows-1252') return decodeWindows1252(bytes);
  try {
    const text = decoder.decode(bytes);
    return decoder.encoding.startsWith('utf-16') ? text.replace(/^\ufeff/, '') : text;
  } catch {
    return null;
  }
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
