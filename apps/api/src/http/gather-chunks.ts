import type { IncomingMessage } from 'node:http';
import { Collector, nextTurn } from '@postroom/core';

/** A chunk of at least so many bytes is passed on by itself. */
const largeBytes = 1024;

/** Those whose small chunks wait for their turn, one after the other. */
let line: Promise<void> = Promise.resolve();

/**
 * Has the body of a request come in pieces of some size, however small the chunks are that it is cut into: all small ones of
 * one read of its connection are one piece, and the next read comes in a later turn, of one such request at a time. A read
 * of 64 KB may have 10,000 of them: each by itself takes 200 bytes until it is taken, and some microseconds on its way. Has to
 * come before the first chunk does.
 */
export function gatherChunks(request: IncomingMessage): void {
  if (request.headers['transfer-encoding'] === undefined) return;
  const push = request.push.bind(request);
  const small = new Collector();
  let isInLine = false;
  const passOn = () => {
    for (const piece of small.drain()) push(piece);
  };
  const goOn = () => {
    isInLine = false;
    if (!request.destroyed) passOn();
  };
  request.push = (chunk: unknown, ...more) => {
    if (!Buffer.isBuffer(chunk) || chunk.length >= largeBytes) {
      passOn();
      return push(chunk, ...more);
    }
    small.add(chunk);
    if (!isInLine) {
      isInLine = true;
      line = line.then(nextTurn);
      void line.then(goOn);
    }
    // Node stops reading the connection then, until what is passed on is taken.
    return false;
  };
}
