import { decodePieces } from './decode-charset.ts';

/** RFC 2047 section 2; the language that RFC 2231 section 5 lets follow the charset is passed over. */
const wordPattern = /=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=/g;

/** Words of one charset that stand beside each other: a character may be cut in two between them, whatever the standard says. */
type Run = { readonly charset: string; readonly words: string[]; readonly bytes: Buffer[] };

const textOfRun = ({ charset, words, bytes }: Run): string => decodePieces(bytes, charset) ?? words.join(' ');

/**
 * The text of an unstructured value or a name: its encoded words decoded, the spaces between them taken away. Words that cannot be
 * decoded stay as they are written.
 */
export function decodeWords(value: string): string {
  const joined = value.replace(/(\?=)[ \t]+(?==\?[^?\s]+\?[BbQq]\?)/g, '$1');
  const pieces: (string | Run)[] = [];
  let at = 0;
  for (const match of joined.matchAll(wordPattern)) {
    const [word, name = '', encoding = '', encoded = ''] = match;
    if (match.index > at) pieces.push(joined.slice(at, match.index));
    at = match.index + word.length;
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(encoded, 'base64') : bytesOfQ(encoded);
    const charset = name.toLowerCase();
    const last = pieces.at(-1);
    if (typeof last !== 'object' || last.charset !== charset) {
      pieces.push({ charset, words: [word], bytes: [bytes] });
      continue;
    }
    last.words.push(word);
    last.bytes.push(bytes);
  }
  pieces.push(joined.slice(at));
  return pieces.map((piece) => (typeof piece === 'string' ? piece : textOfRun(piece))).join('');
}

const bytesOfQ = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
