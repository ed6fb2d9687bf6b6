/** Text with one character per byte, as the UTF-8 or other text that it is. */
export function decodeCharset(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // An unknown charset: better odd letters in a test inbox than no message.
    return bytes.toString('latin1');
  }
}

/** Quoted-printable (RFC 2045 section 6.7) without soft line breaks, or the Q of RFC 2047. */
export function decodeQuoted(text: string): Buffer {
  return decodeHex(text, /=([0-9A-Fa-f]{2})/g);
}

/** The encoded words of a header (RFC 2047) decoded, the rest as it stands. */
export function decodeWords(value: string): string {
  return value
    .replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, encoding: string, text: string) => {
      const isBase64 = encoding.toLowerCase() === 'b';
      const bytes = isBase64 ? Buffer.from(text, 'base64') : decodeQuoted(text.replace(/_/g, ' '));
      return decodeCharset(bytes, charset);
    });
}

/** The parameters of a MIME header by their names in lower case, those of RFC 2231 put together and decoded. */
export function parametersOf(value: string): ReadonlyMap<string, string> {
  const plain = new Map<string, string>();
  const extended = new Map<string, string[]>();
  const each = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g;
  for (const [, name = '', quoted, token = ''] of value.matchAll(each)) {
    const text = quoted?.replace(/\\(.)/g, '$1') ?? token;
    const [, base = '', section, isEncoded] = /^([^*]+)(?:\*(\d+))?(\*)?$/.exec(name.toLowerCase()) ?? [];
    if (section === undefined && isEncoded === undefined) plain.set(base, text);
    else {
      const sections = extended.get(base) ?? [];
      // Percent signs stand for bytes only in the sections that say so.
      sections[Number(section ?? 0)] = isEncoded === undefined ? text.replaceAll('%', '%25') : text;
      extended.set(base, sections);
    }
  }
  for (const [name, sections] of extended) plain.set(name, decodeExtended(sections.join('')));
  return plain;
}

/** RFC 2231 section 4: `charset'language'text`, or only text. */
function decodeExtended(value: string): string {
  const [, charset = 'utf-8', text = value] = /^([^']*)'[^']*'([\s\S]*)$/.exec(value) ?? [];
  return decodeCharset(decodeHex(text, /%([0-9A-Fa-f]{2})/g), charset || 'utf-8');
}

function decodeHex(text: string, pattern: RegExp): Buffer {
  const bytes = text.replace(pattern, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
