const cr = 13;
const lf = 10;

/** A copy of text, in which lines end in CRLF or LF, whose lines end in LF. One plain loop, since it may be millions of lines. */
export function endedByLf(bytes: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === cr && bytes[at + 1] === lf) continue;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** The same of UTF-16 in the order of bytes that is said. */
export function wideEndedByLf(
  bytes: Uint8Array,
  { isLittleEndian }: { readonly isLittleEndian: boolean },
): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  const low = isLittleEndian ? 0 : 1;
  const high = 1 - low;
  let length = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    const isCr = bytes[at + low] === cr && bytes[at + high] === 0;
    if (isCr && bytes[at + 2 + low] === lf && bytes[at + 2 + high] === 0) continue;
    out[length++] = bytes[at] ?? 0;
    // The half of a character at the end stays one.
    if (at + 1 < bytes.length) out[length++] = bytes[at + 1] ?? 0;
  }
  return out.subarray(0, length);
}

/** Text, in which lines end in CRLF or LF, whose lines end in CRLF: itself, or one piece of memory that is as large as it has to be. */
export function endedByCrlf(bytes: Buffer): Buffer {
  let more = 0;
  for (let at = 0, last = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === lf && last !== cr) more += 1;
    last = byte;
  }
  if (more === 0) return bytes;
  const out = Buffer.allocUnsafe(bytes.length + more);
  for (let at = 0, to = 0, last = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === lf && last !== cr) out[to++] = cr;
    out[to++] = byte;
    last = byte;
  }
  return out;
}
