import { once } from 'node:events';
import { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

/** Listens on 127.0.0.1 and a free port unless told, and answers the port; rejects when it cannot. */
export async function listen(server: Server, { port = 0, host = '127.0.0.1' } = {}): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port.');
  return address.port;
}

/** Listens no more, and resolves once no connection is left: those of HTTP are ended. May be called again. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  if (server instanceof HttpServer) server.closeAllConnections();
  await closed;
}

/** Whether that URL answers with a 2xx in time. */
export async function answersWell(url: string, withinMs: number): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) }).catch(() => null);
  await response?.body?.cancel().catch(() => {});
  return response?.ok === true;
}
