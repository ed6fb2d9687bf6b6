import { once } from 'node:events';
import type { SMTPServerOptions } from 'smtp-server';
import type { Crowd } from '../session/crowd.ts';
import type { Certificate } from './certificate.ts';
import { CountedServer } from './counted-server.ts';

/** One port and whoever comes in by it. */
export type Listener = {
  readonly port: number;
  /** Says goodbye to the connections that these ids name, with a code and words. */
  end(ids: ReadonlySet<string>, code: number, words: string): void;
  renew(certificate: Certificate): void;
  /** Lets nobody in any more; resolves once the last is gone, or after `withinMs`. */
  close(withinMs: number): Promise<void>;
};

export type ListenOptions = SMTPServerOptions & {
  readonly host: string;
  readonly port: number;
  readonly crowd: Crowd;
};

/** Opens a port; rejects when it cannot be had. */
export async function openListener({ host, port, crowd, ...options }: ListenOptions): Promise<Listener> {
  const server = new CountedServer({ ...options, disableReverseLookup: true, logger: false }, crowd);
  // Those of connections, which end by them: a client that left is nobody's trouble.
  server.on('error', () => undefined);
  const listening = server.listen(port, host);
  await Promise.race([
    once(listening, 'listening'),
    once(listening, 'error').then(([error]: readonly unknown[]) => Promise.reject(error)),
  ]);
  const address = listening.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    end: (ids, code, words) => {
      for (const connection of [...server.connections]) {
        if (!ids.has(connection.id)) continue;
        connection.send(code, words);
        connection.close();
      }
    },
    renew: (certificate) => server.updateSecureContext({ ...certificate }),
    close: (withinMs) => {
      server.options.closeTimeout = withinMs;
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
