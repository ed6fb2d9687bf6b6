import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** What a server that closes waits for, in milliseconds. */
export type ClosingLimits = {
  /** Connections that have brought no whole head of a request: those that are silent, and those that are half way. */
  readonly headMs: number;
  /** Requests in hand: bodies that still arrive, and answers. */
  readonly exchangeMs: number;
};

/** How often connections that have become idle are ended while the server closes, in milliseconds. */
const sweepMs = 50;

/** What is known of one connection. */
type Standing = {
  /** Requests without an answer that was given, and taken, as a whole. */
  inHand: number;
  /** Bytes that it had brought when its last answer had been taken; null: it had none, or had not brought the whole request. */
  bytesAtRest: number | null;
};

/**
 * Watches the connections of a server that does not listen yet; answers what closes it, whatever its clients do. Node's own
 * `close` waits for all of them, takes none for idle that has not been answered once, takes for idle one that still takes its
 * answer, and looks no more at how long a request takes to arrive.
 */
export function closeWithin(server: Server, { headMs, exchangeMs }: ClosingLimits): () => Promise<void> {
  const standing = new Map<Socket, Standing>();
  let isClosing = false;
  server.on('connection', (socket) => {
    standing.set(socket, { inHand: 0, bytesAtRest: null });
    socket.once('close', () => standing.delete(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    const connection = standing.get(socket);
    if (connection !== undefined) {
      connection.inHand += 1;
      response.once('close', () => {
        connection.inHand -= 1;
        connection.bytesAtRest = request.complete ? socket.bytesRead : null;
      });
    }
    // Whoever always has a next request would keep the server open, and be cut off in the middle of an answer.
    if (isClosing) response.shouldKeepAlive = false;
  });
  const endWithoutRequest = () => {
    for (const [socket, { inHand }] of standing) if (inHand === 0) socket.destroy();
  };
  // Node's own `close` calls it too.
  server.closeIdleConnections = () => {
    for (const [socket, { inHand, bytesAtRest }] of standing)
      if (inHand === 0 && socket.bytesRead === bytesAtRest) socket.destroy();
  };
  return async () => {
    isClosing = true;
    let sweep = () => server.closeIdleConnections();
    const timers = [
      // A kept-alive connection becomes idle only when its request has been answered.
      setInterval(() => sweep(), sweepMs),
      setTimeout(() => {
        sweep = endWithoutRequest;
        sweep();
      }, headMs),
      setTimeout(() => server.closeAllConnections(), exchangeMs),
    ];
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const timer of timers) clearTimeout(timer);
  };
}
