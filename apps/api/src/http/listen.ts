import { createServer } from 'node:http';
import type { Express } from 'express';
import { endUntaken, untakenMs } from './end-untaken.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';

/** How long a request may take to arrive, in milliseconds, and how often that is looked at. */
export type ArrivalLimits = {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
};

/** Headers within 10 s, the whole request within 60 s; what is slower is answered 408 and cut off. */
const arrivalLimits: ArrivalLimits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
};

/** What the application hears when its server is about to close: answers that go on for ever have to end. */
export const closing = 'closing';

/** How often connections that have become idle are ended while the server closes, in milliseconds. */
const idleSweepMs = 50;

export type ListeningServer = {
  readonly port: number;
  /** Takes no more connections, ends idle ones, and waits for the requests in hand. */
  readonly close: () => Promise<void>;
};

/** Serves an application; port 0 picks a free one. */
export async function listen(
  app: Express,
  options: {
    readonly host: string;
    readonly port: number;
    readonly arrival?: ArrivalLimits | undefined;
    /** How long an answer may wait to be taken, in milliseconds; 30 s unless told. */
    readonly untakenMs?: number | undefined;
  },
): Promise<ListeningServer> {
  const arrival = options.arrival ?? arrivalLimits;
  // A missing Host is refused by the application, in the envelope.
  const limits = {
    ...arrival,
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
    requireHostHeader: false,
  };
  const server = createServer(limits);
  refuseUnreadable(server);
  const taken = endUntaken(app, options.untakenMs ?? untakenMs);
  server.on('request', oneAtATime(taken.handle));
  // RFC 9110 section 10.1.1 leaves it open whether an unknown expectation is refused: Node would, without a body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    close: async () => {
      app.emit(closing);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // A kept-alive connection becomes idle only when its request has been answered.
      const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
      server.closeIdleConnections();
      await closed;
      clearInterval(sweep);
      taken.stop();
    },
  };
}
