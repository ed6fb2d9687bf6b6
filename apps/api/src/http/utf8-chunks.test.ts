import { expect, test } from '@jest/globals';
import { utf8Chunks } from './utf8-chunks.ts';

async function* cutAt(bytes: Buffer, places: readonly number[]): AsyncGenerator<Buffer> {
  const starts = [0, ...places];
  for (const [at, start] of starts.entries()) yield bytes.subarray(start, starts[at + 1]);
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const out: Buffer[] = [];
  for await (const chunk of utf8Chunks(chunks)) out.push(chunk);
  return Buffer.concat(out).toString();
}

const text = 'a@x.co,é\n😀';
const littleEndian = Buffer.from(`\ufeff${text}`, 'utf16le');

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
  ['UTF-16LE', littleEndian],
  ['UTF-16BE', Buffer.from(littleEndian).swap16()],
])('a text in %s is the same wherever it is cut', async (_charset, bytes) => {
  const places = [...bytes.keys()];
  for (const place of places) {
    expect(await textOf(cutAt(bytes, [place]))).toBe(text);
    expect(await textOf(cutAt(bytes, [place, place + 1]))).toBe(text);
  }
  expect(await textOf(cutAt(bytes, places))).toBe(text);
});
