import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { gatherChunks } from './gather-chunks.ts';

/** How a server sees a body whose chunks have these sizes, in bytes, once it begins to read it. */
async function bodyOf(sizes: readonly number[], before: () => Promise<void>) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  server.on('request', gatherChunks);
  const pieces: string[] = [];
  const heard = new Promise<void>((resolve, reject) => {
    server.on('request', (request, response) => {
      request.once('error', reject);
      request.once('end', () => response.end('whole', () => resolve()));
      void before().then(() => request.on('data', (piece: Buffer) => void pieces.push(piece.toString())));
    });
  });
  const socket = connect(port, '127.0.0.1');
  const text = sizes.map((size, at) => String(at % 10).repeat(size));
  const chunks = text.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
  await heard;
  socket.destroy();
  server.close();
  return { pieces: pieces.length, isEqual: pieces.join('') === text.join('') };
}

const soon = async () => undefined;
/** Something else is waited for, such as whose the key is, while the body comes. */
const late = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test.each<[string, readonly number[], number]>([
  ['of a byte each', Array.from({ length: 30_000 }, () => 1), 100],
  ['small and large in turn', Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? 3 : 5_000)), 300],
  ['of one byte in all', [1], 1],
])('a body in chunks %s is whole, in few pieces', async (_what, sizes, most) => {
  for (const before of [soon, late]) {
    const { pieces, isEqual } = await bodyOf(sizes, before);
    expect(isEqual).toBe(true);
    expect(pieces).toBeLessThanOrEqual(most);
  }
});
