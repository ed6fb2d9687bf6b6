/** Names of US-ASCII, which the WHATWG Encoding Standard takes for windows-1252, and no name at all. */
const asciiNames = /^(?:us-ascii|ascii|ansi_x3\.4-1968|iso646-us)?$/i;

/** Whether a name of a charset says no more than that the text is ASCII. */
export const isAsciiName = (charset: string): boolean => asciiNames.test(charset.trim());

/**
 * Text in a charset that the WHATWG Encoding Standard knows; null: it knows it not, or the bytes are no text in it. What is said to
 * be ASCII, or to be nothing, is UTF-8 if it is more.
 */
export function decodeCharset(bytes: Uint8Array, charset: string): string | null {
  const name = isAsciiName(charset) ? 'utf-8' : charset.trim();
  try {
    return new TextDecoder(name, { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
