import { createServer, type RequestListener, type Server } from 'node:http';
import { type ClosingLimits, closeWithin } from './close-within.ts';
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

/** Requests in hand may go on for 8 s: of the 10 s that the API has to stop, some is left for what else has to be closed. */
const closingLimits: ClosingLimits = { headMs: 500, exchangeMs: 8_000 };

export type ListeningServer = {
  readonly port: number;
  /** Takes no more connections, ends those without a request, and waits for the requests in hand, within bounds. */
  readonly close: () => Promise<void>;
};

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly arrival?: ArrivalLimits | undefined;
  /** How long an answer may wait to be taken, in milliseconds; 30 s unless told. */
  readonly untakenMs?: number | undefined;
  readonly closing?: ClosingLimits | undefined;
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
  const close = closeWithin(server, options.closing ?? closingLimits);
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
      await close();
      taken.stop();
    },
  };
}
