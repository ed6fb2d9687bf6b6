import { decodeCharset } from './decode-charset.ts';

/** RFC 2047 section 2; the language that RFC 2231 section 5 lets follow the charset is passed over. */
const wordPattern = /=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=/g;

/** The text of an unstructured value or a name: its encoded words decoded, the spaces between them taken away. */
export function decodeWords(value: string): string {
  const joined = value.replace(/(\?=)[ \t]+(?==\?[^?\s]+\?[BbQq]\?)/g, '$1');
  let text = '';
  let at = 0;
  let open: { charset: string; bytes: Buffer[] } | null = null;
  const close = () => {
    if (open !== null) text += decodeCharset(Buffer.concat(open.bytes), open.charset) ?? '\ufffd';
    open = null;
  };
  for (const match of joined.matchAll(wordPattern)) {
    const [word, charset = '', encoding = '', encoded = ''] = match;
    if (match.index > at || open?.charset !== charset.toLowerCase()) close();
    text += joined.slice(at, match.index);
    // A character may be cut in two by the end of a word, whatever the standard says.
    open ??= { charset: charset.toLowerCase(), bytes: [] };
    open.bytes.push(encoding.toLowerCase() === 'b' ? Buffer.from(encoded, 'base64') : bytesOfQ(encoded));
    at = match.index + word.length;
  }
  close();
  return text + joined.slice(at);
}

const bytesOfQ = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
