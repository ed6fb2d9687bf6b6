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

/**
 * Watches the connections of a server that does not listen yet; answers what closes it, whatever its clients do. Node's own
 * `close` waits for all of them, takes none for idle that has not been answered once, and looks no more at how long a
 * request takes to arrive.
 */
export function closeWithin(server: Server, { headMs, exchangeMs }: ClosingLimits): () => Promise<void> {
  /** Each connection, with how many of its requests have not been answered as a whole. */
  const standing = new Map<Socket, number>();
  let isClosing = false;
  const count = (socket: Socket, by: number) => {
    const inHand = standing.get(socket);
    if (inHand !== undefined) standing.set(socket, inHand + by);
  };
  server.on('connection', (socket) => {
    standing.set(socket, 0);
    socket.once('close', () => standing.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    count(socket, 1);
    response.once('close', () => count(socket, -1));
    // Whoever always has a next request would keep the server open, and be cut off in the middle of an answer.
    if (isClosing) response.shouldKeepAlive = false;
  });
  const endWithoutRequest = () => {
    for (const [socket, inHand] of standing) if (inHand === 0) socket.destroy();
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
      server.closeIdleConnections();
    });
    for (const timer of timers) clearTimeout(timer);
  };
}
