import type { IncomingMessage } from 'node:http';
import { nextTurn } from '@postroom/core';

/** So much of a body is read as it comes, in bytes: one read of a connection. */
const unpacedBytes = 64 * 1024;

/**
 * Hears the body of a request, chunk by chunk, and waits for a turn of the loop between two of a large one; ends when the
 * answer is called, or the body ends. Node would read up to 2 MiB of a connection at once, and a hundred quick ones in each
 * turn.
 */
export function readInTurns(request: IncomingMessage, hear: (chunk: Buffer) => void): () => void {
  let isHeard = true;
  let bytes = 0;
  const goOn = () => {
    if (isHeard) request.resume();
  };
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= unpacedBytes) {
      request.pause();
      void nextTurn().then(goOn);
    }
    hear(chunk);
  };
  request.on('data', take);
  return () => {
    isHeard = false;
    request.off('data', take);
  };
}
