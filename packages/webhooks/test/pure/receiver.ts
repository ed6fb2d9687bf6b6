import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/** A receiver on a port of its own, and how often it was connected to. */
export type Receiver = { readonly port: number; connections(): number; close(): Promise<void> };

async function started(server: Server): Promise<Receiver> {
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    port: address.port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Starts one that answers over HTTP. */
export const startReceiver = (answer: RequestListener): Promise<Receiver> => started(createServer(answer));

/** Starts one with a certificate that nobody has signed. */
export const startSecureReceiver = (
  answer: RequestListener,
  identity: { readonly key: string; readonly cert: string },
): Promise<Receiver> => started(createSecureServer(identity, answer));
