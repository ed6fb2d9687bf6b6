import { badBody } from '../json/parse-json.ts';

const unreadable = () =>
  badBody(
    'The body is not UTF-8, nor UTF-16 with a byte order mark. Lines before may be taken: they are unchanged by being sent again.',
    'is not valid UTF-8',
  );

/** The charset that the first two bytes tell of: UTF-16 has to begin with its mark. */
const charsetOf = ([first, second]: Buffer): string => {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
};

/** The same text in UTF-8, as it comes. Rejects for bytes that are no text: they would be stored as U+FFFD. */
export async function* utf8Chunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let begun: Buffer = Buffer.alloc(0);
  const decode = (chunk: Buffer, stream: boolean): Buffer => {
    decoder ??= new TextDecoder(charsetOf(chunk), { fatal: true });
    try {
      return Buffer.from(decoder.decode(chunk, { stream }));
    } catch {
      throw unreadable();
    }
  };
  for await (const chunk of chunks) {
    begun = decoder === null ? Buffer.concat([begun, chunk]) : chunk;
    // Two bytes tell of the charset: what comes behind them may come one at a time.
    if (decoder !== null || begun.length > 1) yield decode(begun, true);
  }
  yield decode(decoder === null ? begun : Buffer.alloc(0), false);
}
