import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Collector } from './collector.ts';

const KiB = 1024;

/** Cuts bytes into pieces of these sizes, over and over, each a Buffer by itself, as they come from a connection. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 0) {
    const piece = bytes.subarray(at, at + (sizes[pieces.length % sizes.length] ?? 1));
    const own = Buffer.allocUnsafeSlow(piece.length);
    piece.copy(own);
    pieces.push(own);
  }
  return pieces;
}

/** How much memory stands behind Buffers, in bytes. */
const behind = (parts: readonly Buffer[]) =>
  [...new Set(parts.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);

test.each<[string, readonly number[]]>([
  ['of a byte each', [1]],
  ['of an odd size', [1_000]],
  ['of a block each', [4 * KiB]],
  ['that are large', [64 * KiB]],
  ['that are small and large in turn', [1, 64 * KiB]],
  ['that are small and middling in turn', [1, 4 * KiB, 3, 5 * KiB]],
])(
  'pieces %s are one whole, and hold what is counted: twice their bytes and a block at most',
  async (_what, sizes) => {
    const bytes = randomBytes(150 * KiB + 7);
    const pieces = cut(bytes, sizes);
    const collect = () => {
      let held = 0;
      const collector = new Collector((more) => {
        held += more;
      });
      for (const piece of pieces) collector.add(piece);
      return { collector, held };
    };
    const { collector, held } = collect();
    expect(collector.bytes).toBe(bytes.length);
    expect(held).toBeLessThanOrEqual(2 * bytes.length + 4 * KiB);
    expect((await collector.join()).equals(bytes)).toBe(true);
    const parts = collect().collector.drain();
    // What a part takes beside its bytes is next to nothing.
    expect(parts.length).toBeLessThanOrEqual(bytes.length / 1_000);
    expect(behind(parts)).toBe(held);
  },
);

test('a small piece of a large Buffer does not keep all of it', () => {
  const collector = new Collector();
  for (let at = 0; at < 8; at += 1) collector.add(Buffer.alloc(KiB * KiB, at).subarray(0, 8 * KiB));
  expect(behind(collector.drain())).toBeLessThanOrEqual(2 * 64 * KiB);
});

test('memory is asked for before it is held, and what was taken out is not there any more', async () => {
  let free = 8 * KiB;
  const collector = new Collector((more) => {
    if (more > free) throw new Error('no room');
    free -= more;
  });
  const byte = Buffer.from('x');
  for (let at = 0; at < 8 * KiB; at += 1) collector.add(byte);
  expect(() => collector.add(byte)).toThrow('no room');
  expect((await collector.join()).toString()).toBe('x'.repeat(8 * KiB));
  expect(collector.bytes).toBe(0);
  expect((await collector.join()).length).toBe(0);
});
