import type { RequestListener } from 'node:http';
import { type ListeningServer, type ServeOptions, serveHttp } from '../http/serve-http.ts';
import type { CloseStack } from '../run/close-stack.ts';
import { type Counted, createScrape } from './scrape.ts';

/** Nobody waits long for a process that stops only because somebody asks what it counts. */
const closing = { headMs: 250, exchangeMs: 1_000 };

type MetricsOptions = Pick<ServeOptions, 'host' | 'port' | 'untakenMs'> & { readonly registry: Counted };

/** Serves `/healthz` and `/metrics` of a process on a port of their own. */
export function serveMetrics({ registry, ...options }: MetricsOptions): Promise<ListeningServer> {
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
  return serveHttp(handle, { ...options, closing });
}

/**
 * Answers what serves metrics, unless the port is 0. They are closed after all that is opened from now on: a process tells that
 * it is well, and what it counts, for as long as it drains, and nobody who asks holds up what drains.
 */
export function prepareMetrics(closeStack: CloseStack, options: MetricsOptions): () => Promise<void> {
  let server: ListeningServer | null = null;
  closeStack.defer('http', () => server?.close());
  return async () => {
    if (options.port > 0) server = await serveMetrics(options);
  };
}
