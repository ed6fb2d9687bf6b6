import type { RequestListener } from 'node:http';
import { type ListeningServer, type ServeOptions, serveHttp } from '../http/serve-http.ts';
import { type Counted, createScrape } from './scrape.ts';

/** Serves `/healthz` and `/metrics` of a process on a port of their own. */
export function serveMetrics({
  registry,
  ...options
}: Pick<ServeOptions, 'host' | 'port' | 'untakenMs'> & {
  readonly registry: Counted;
}): Promise<ListeningServer> {
  const scrape = createScrape(registry);
  const handle: RequestListener = ({ url, headers }, response) => {
    // A body is nothing that anybody here reads: it ends with its connection.
    if (headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined)
      response.setHeader('connection', 'close');
    if (url === '/healthz') {
      response.setHeader('content-type', 'application/json').end('{"status":"ok"}');
    } else if (url === '/metrics') {
      scrape().then(
        ({ contentType, bytes }) => response.setHeader('content-type', contentType).end(bytes),
        () => response.writeHead(500).end(),
      );
    } else {
      response.writeHead(404).end();
    }
  };
  return serveHttp(handle, options);
}
