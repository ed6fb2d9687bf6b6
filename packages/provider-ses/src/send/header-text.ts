import { asOneLine } from '@postroom/contracts';

/** RFC 2047 section 2: an encoded word has at most 75 characters, so base64 of at most 45 octets in it. */
const maxOctetsPerWord = 45;

/** RFC 5322 section 2.1.1: lines should have at most 78 characters, with an encoded word (RFC 2047) at most 76. */
const preferredLineLength = 76;
/** Of what cannot be folded, with room for a name before it: a line has at most 998 characters. */
const longestWord = 900;
/** A space that a header is folded at. Where spaces stand together it is not: a line of only spaces looks like its end. */
const fold = /(?<=[^ ]) (?=[^ ])/;

/** Whether the text needs no encoding in a header: the characters from space to tilde (RFC 5322 section 2.2). */
export function isPrintableAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** Whether folding leaves a line of the text that is too long. */
export const isTooLongToFold = (text: string): boolean =>
  text.split(fold).some((word) => word.length >= longestWord);

/** RFC 2047: the text as base64 encoded words of whole UTF-8 characters, with spaces between them. */
export function encodeWords(text: string): string {
  const words: string[] = [];
  let word = '';
  let octets = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (octets + size > maxOctetsPerWord) {
      words.push(word);
      word = '';
      octets = 0;
    }
    word += character;
    octets += size;
  }
  if (word !== '') words.push(word);
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join(' ');
}

/** Unstructured text as a header value that is read back as this text, in encoded words if it has to be. */
export function encodeHeaderText(text: string): string {
  const flat = asOneLine(text);
  // What looks like an encoded word would be decoded by the reader into a text that nobody gave.
  const isPlain = isPrintableAscii(flat) && !flat.includes('=?') && !isTooLongToFold(flat);
  return isPlain ? flat : encodeWords(flat);
}

/**
 * One header field without its line end, folded at spaces (RFC 5322 section 2.2.3) so that unfolding gives the
 * value back.
 */
export function foldHeader(name: string, value: string): string {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(fold)) {
    if (line.length + 1 + word.length > preferredLineLength) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\r\n');
}
