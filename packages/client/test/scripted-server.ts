import { randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Received = {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body, parsed if it is JSON; undefined without one. */
  readonly body: unknown;
};

/** Answers one request, or leaves it, or breaks the connection. */
export type Handler = (request: Received, response: ServerResponse) => void | Promise<void>;

export type ScriptedServer = {
  readonly url: string;
  /** Every request so far, in the order of their arrival. */
  readonly received: readonly Received[];
  /** What answers from now on; each of `first` is used once, before it. */
  script(then: Handler, first?: readonly Handler[]): void;
  /** Resolves once so many requests have arrived since the script began. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
};

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Answers with Postroom's error envelope. */
export const refusal = (status: number, error: string, headers: Readonly<Record<string, string>> = {}) =>
  json(status, { error, message: `It is ${error}.`, requestId: 'request-1' }, headers);

/** Takes the whole request and breaks the connection without an answer. */
export const hangUp: Handler = (_request, response) => {
  response.destroy();
};

/** Takes the whole request and never answers. */
export const silence: Handler = () => undefined;

async function read(request: IncomingMessage): Promise<Received> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  const { method = '', url = '', headers } = request;
  const isJson = headers['content-type'] === 'application/json';
  const body: unknown = isJson ? JSON.parse(text) : text || undefined;
  return { method, url, headers, text, body };
}

/** A real HTTP server that does what the test tells it. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let first: Handler[] = [];
  let otherwise: Handler = refusal(500, 'internal_error');
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const seen = await read(request);
    received.push(seen);
    for (const look of waiting) look();
    await (first.shift() ?? otherwise)(seen, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    script: (then, before = []) => {
      received.length = 0;
      first = [...before];
      otherwise = then;
    },
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Where nobody listens. It is below the ports that systems give out by themselves (from 32768 on Linux): one of those that was
 * closed a moment ago may be another test's by now.
 */
export async function urlOfNobody(): Promise<string> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}`;
  }
}
