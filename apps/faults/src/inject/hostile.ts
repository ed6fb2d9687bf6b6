import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Context } from '../nouns/context.ts';
import type { Disturbance } from './disturbance.ts';

const mebibyte = 1024 * 1024;

async function openSockets({ stack }: Context, count: number): Promise<readonly Socket[]> {
  const { hostname, port } = new URL(stack.apiUrl);
  const open = async () => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return Promise.all(Array.from({ length: count }, open));
}

/** Writes something into connections whose answers nobody reads, and leaves them open while it is broken. */
const unread =
  (count: number, wordsOf: (context: Context) => string | Uint8Array): Disturbance =>
  async (context, forMs) => {
    const sockets = await openSockets(context, count);
    try {
      for (const socket of sockets) socket.pause().write(wordsOf(context));
      await context.pause(forMs);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  };

const pipeline = (path: string) => unread(5, () => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(2_000));

/** The second workspace is who does this: the first one's mail is what has to go on. */
const keyOf = ({ workspaces }: Context): string => workspaces[1]?.key ?? '';

const headOf = (context: Context, lengthBytes: number, more = ''): string =>
  [
    'POST /api/v1/emails/batch HTTP/1.1',
    'Host: a',
    `x-api-key: ${keyOf(context)}`,
    'content-type: application/json',
    `content-length: ${lengthBytes}`,
    `${more}\r\n`,
  ].join('\r\n');

const unfinished = unread(40, (context) =>
  Buffer.concat([Buffer.from(headOf(context, 25 * mebibyte)), Buffer.alloc(2 * mebibyte, ' ')]),
);

const itemHead = '{"items":[{"idempotencyKey":"a","templateId":"01a20167-d4ed-777d-a382-ef901be53203"';

const packedZeros = gzipSync(`${itemHead},"data":{"a":[${'0,'.repeat(12_000_000)}0]}}]}`);

const packed = unread(6, (context) =>
  Buffer.concat([
    Buffer.from(headOf(context, packedZeros.length, 'content-encoding: gzip\r\n')),
    packedZeros,
  ]),
);

/** What one caller can do to an API, by name. */
export const attacks: readonly (readonly [string, Disturbance])[] = [
  ['thousands of pipelined requests for /docs', pipeline('/docs')],
  ['thousands of pipelined requests for /metrics', pipeline('/metrics')],
  ['bodies that are never finished', unfinished],
  ['millions of zeros in a few kilobytes', packed],
];
