import type { IncomingMessage } from 'node:http';

/**
 * Hears the body of a request, one chunk in each turn of the loop; ends when the answer is called, or the body ends. Node
 * would read up to 2 MiB of a connection at once, and so a hundred quick ones would keep all others waiting.
 */
export function readInTurns(request: IncomingMessage, hear: (chunk: Buffer) => void): () => void {
  let turn: NodeJS.Immediate | undefined;
  const take = (chunk: Buffer) => {
    request.pause();
    turn = setImmediate(() => request.resume());
    hear(chunk);
  };
  request.on('data', take);
  return () => {
    clearImmediate(turn);
    request.off('data', take);
  };
}
