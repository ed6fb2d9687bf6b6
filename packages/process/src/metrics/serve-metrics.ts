import { createServer, type Server } from 'node:http';
import type { Registry } from './metrics.ts';

/** Serves `/healthz` and `/metrics` of a process on a port of their own. */
export async function serveMetrics(options: {
  readonly host: string;
  readonly port: number;
  readonly registry: Registry;
}): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      response.setHeader('content-type', 'application/json').end('{"status":"ok"}');
    } else if (request.url === '/metrics') {
      options.registry.metrics().then(
        (text) => response.setHeader('content-type', options.registry.contentType).end(text),
        () => response.writeHead(500).end(),
      );
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}
