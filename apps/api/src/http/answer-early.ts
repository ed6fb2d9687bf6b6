import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { readInTurns } from './read-in-turns.ts';

/** How much of an answered request is still read, in bytes: more than the largest body that is one mistake over. */
const maxDrainedBytes = 32 * 1024 * 1024;

/** How long it is still read, in milliseconds. */
const maxDrainMs = 10_000;

/** Whether a body is announced of which some is yet to come. */
export function isStillSending({ complete, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && !complete;
}

/**
 * Sends a whole answer in JSON while its request still arrives.
 *
 * Ending the response here would close a connection that is not kept alive, with bytes unread, and the reset that
 * follows can overtake the answer; leaving the rest unread would leave a client hanging that writes all before it
 * reads. So the rest is read and thrown away first, within bounds, and beyond them the connection is cut.
 */
export function answerEarly(request: IncomingMessage, response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.write(text);
  const { socket } = request;
  const cut = () => socket.destroy();
  const timer = setTimeout(cut, maxDrainMs);
  let bytesLeft = maxDrainedBytes;
  // Whoever read it piece by piece may still wait for one, and would keep the rest from flowing.
  request.removeAllListeners('readable');
  readInTurns(request, (chunk) => {
    bytesLeft -= chunk.length;
    if (bytesLeft < 0) cut();
  });
  finished(request, () => {
    clearTimeout(timer);
    response.end();
  });
  request.resume();
}

/** How much of a body that nobody asked for is thrown away before the answer, in bytes, and for how long in ms. */
const discarded = { bytes: 1024 * 1024, ms: 2_000 };

/**
 * Reads the rest of a body and throws it away, so that the answer is not overtaken by a reset. What is longer, or comes
 * more slowly, is left unread: the connection ends with the answer then.
 */
export async function discardBody(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isStillSending(request)) return;
  let bytesLeft = discarded.bytes;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, discarded.ms);
    finished(request, () => {
      clearTimeout(timer);
      resolve();
    });
    readInTurns(request, (chunk) => {
      bytesLeft -= chunk.length;
      if (bytesLeft < 0) resolve();
    });
    request.resume();
  });
  if (!request.complete) response.setHeader('connection', 'close');
}
