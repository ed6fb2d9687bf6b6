/** Text in a charset that the WHATWG Encoding Standard knows; null: it knows it not. What is no text in it becomes U+FFFD. */
export function decodeCharset(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset.trim() || 'us-ascii', { ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
