import { gzipSync } from 'node:zlib';
import { batchHeadOf, openSockets, pipelineOf } from '@postroom/testkit';
import type { Disturbance } from './disturbance.ts';

const mebibyte = 1024 * 1024;

/** Writes something into connections whose answers nobody reads, and leaves them open while it is broken. */
const unread =
  (count: number, wordsOf: () => string | Uint8Array): Disturbance =>
  async (context, forMs) => {
    const sockets = await openSockets(context.stack.apiUrl, count);
    const words = wordsOf();
    try {
      for (const socket of sockets) socket.pause().write(words);
      await context.pause(forMs);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  };

const pipeline = (path: string) => unread(5, () => pipelineOf(path));

const unfinished = (key: string) =>
  unread(40, () => {
    const head = batchHeadOf({ key, lengthBytes: 25 * mebibyte });
    return Buffer.concat([Buffer.from(head), Buffer.alloc(2 * mebibyte, ' ')]);
  });

const itemHead = '{"items":[{"idempotencyKey":"a","templateId":"01a20167-d4ed-777d-a382-ef901be53203"';

const packed = (key: string) =>
  unread(6, () => {
    const zeros = gzipSync(`${itemHead},"data":{"a":[${'0,'.repeat(12_000_000)}0]}}]}`);
    const headers = ['content-encoding: gzip'];
    const head = batchHeadOf({ key, lengthBytes: zeros.length, headers });
    return Buffer.concat([Buffer.from(head), zeros]);
  });

/** What one caller can do to an API, by name. Who has that key spends what there is for its bodies. */
export const attacksOf = (key: string): readonly (readonly [string, Disturbance])[] => [
  ['thousands of pipelined requests for /docs', pipeline('/docs')],
  ['thousands of pipelined requests for /metrics', pipeline('/metrics')],
  ['bodies that are never finished', unfinished(key)],
  ['millions of zeros in a few kilobytes', packed(key)],
];
