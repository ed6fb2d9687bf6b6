/** RFC 2047 section 2: an encoded word has at most 75 characters, so base64 of at most 45 octets in it. */
const MAX_OCTETS_PER_WORD = 45;

const LINE_BREAKS_AND_CONTROLS = /[\p{Cc}\u2028\u2029]+/gu;

/** Text fit for one header line: a space for each run of CR, LF, NUL and other controls, trimmed. */
export function flattenHeaderText(text: string): string {
  return text.replace(LINE_BREAKS_AND_CONTROLS, ' ').trim();
}

/** Whether the text needs no encoding in a header: the characters from space to tilde (RFC 5322 section 2.2). */
export function isPrintableAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** RFC 2047: the text as base64 encoded words of whole UTF-8 characters, with spaces between them. */
export function encodeWords(text: string): string {
  const words: string[] = [];
  let word = '';
  let octets = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (octets + size > MAX_OCTETS_PER_WORD) {
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
