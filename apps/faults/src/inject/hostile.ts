import { gzipSync } from 'node:zlib';
import { batchHeadOf, openSockets, pipelineOf } from '@postroom/testkit';
import { breakFor, type Disturbance } from './disturbance.ts';

const mebibyte = 1024 * 1024;

/** Writes something into connections whose answers nobody reads, and leaves them open while it is broken. */
const unread =
  (name: string, count: number, wordsOf: () => string | Uint8Array): Disturbance =>
  (context, forMs) =>
    context.during(name, async () => {
      const sockets = await openSockets(context.stack.apiUrl, count);
      const words = wordsOf();
      for (const socket of sockets) socket.pause().write(words);
      await breakFor(context, forMs, () => {
        for (const socket of sockets) socket.destroy();
      });
    });

const pipeline = (path: string) =>
  unread(`thousands of pipelined requests for ${path}`, 5, () => pipelineOf(path));

const unfinished = (key: string) =>
  unread('bodies that are never finished', 40, () => {
    const head = batchHeadOf({ key, lengthBytes: 25 * mebibyte });
    return Buffer.concat([Buffer.from(head), Buffer.alloc(2 * mebibyte, ' ')]);
  });

const itemHead = '{"items":[{"idempotencyKey":"a","templateId":"01a20167-d4ed-777d-a382-ef901be53203"';

const packed = (key: string) =>
  unread('millions of zeros in a few kilobytes', 6, () => {
    const zeros = gzipSync(`${itemHead},"data":{"a":[${'0,'.repeat(12_000_000)}0]}}]}`);
    const headers = ['content-encoding: gzip'];
    const head = batchHeadOf({ key, lengthBytes: zeros.length, headers });
    return Buffer.concat([Buffer.from(head), zeros]);
  });

/** What one caller can do to an API. Who has that key spends what there is for its bodies. */
export const attacksOf = (key: string): readonly Disturbance[] => [
  pipeline('/docs'),
  pipeline('/metrics'),
  unfinished(key),
  packed(key),
];
