import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';

/** Slow requests are cut off: headers within 10 s, the whole request within 60 s. */
const limits = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 } as const;

/** How often connections that have become idle are ended while the server closes, in milliseconds. */
const idleSweepMs = 50;

/** Answers what Node's HTTP parser could not read, in the envelope of every other error. */
function refuseUnreadable(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable) return;
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const requestId = randomUUID();
  const message = isTooLarge ? 'The headers are too large.' : 'The request could not be read as HTTP.';
  const body = JSON.stringify({
    error: isTooLarge ? 'payload_too_large' : 'validation_failed',
    message,
    requestId,
  });
  const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-request-id: ${requestId}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

export type ListeningServer = {
  readonly port: number;
  /** Takes no more connections, ends idle ones, and waits for the requests in hand. */
  readonly close: () => Promise<void>;
};

/** Serves an application; port 0 picks a free one. */
export async function listen(
  app: Express,
  options: { readonly host: string; readonly port: number },
): Promise<ListeningServer> {
  const server = createServer({ ...limits, maxHeaderSize: 16 * 1024 }, app);
  server.on('clientError', refuseUnreadable);
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
    },
  };
}
