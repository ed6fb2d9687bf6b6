import { createServer } from 'node:http';
import type { Express } from 'express';

/** Slow requests are cut off: headers within 10 s, the whole request within 60 s. */
const limits = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 } as const;

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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
