import { createServer, type RequestListener, type Server } from 'node:http';
import { endUntaken, untakenMs } from './end-untaken.ts';
import { oneAtATime } from './one-at-a-time.ts';

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

/** How often connections that have become idle are ended while the server closes, in milliseconds. */
const idleSweepMs = 50;

export type ListeningServer = {
  readonly port: number;
  /** Takes no more connections, ends idle ones, and waits for the requests in hand. */
  readonly close: () => Promise<void>;
};

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly arrival?: ArrivalLimits | undefined;
  /** How long an answer may wait to be taken, in milliseconds; 30 s unless told. */
  readonly untakenMs?: number | undefined;
  /** Adds listeners of its own, which hear of each request before it is handled. */
  readonly prepare?: (server: Server) => void;
};

/**
 * The one way to serve HTTP, with what one connection may cost: requests of it one after the other, which arrive in time, and
 * answers that are taken. Port 0 picks a free one.
 */
export async function serveHttp(handle: RequestListener, options: ServeOptions): Promise<ListeningServer> {
  const server = createServer({
    ...(options.arrival ?? arrivalLimits),
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
    // A missing Host is refused by the application, if by anybody.
    requireHostHeader: false,
  });
  options.prepare?.(server);
  const taken = endUntaken(handle, options.untakenMs ?? untakenMs);
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
