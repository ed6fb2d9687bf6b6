import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { freePort } from '@postroom/servers';

/** One request that a receiver of webhooks got. */
type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
  /** The send that it is about, or an empty text. */
  readonly emailId: string;
};

/** A receiver of webhooks on this machine. */
export type Receiver = {
  readonly url: string;
  /** What it answered with success, in the order of time. */
  readonly got: readonly Received[];
  /** What it was asked, whatever it answered. */
  asked(): number;
  /** Answers so from now on; undefined: never. Without it everything is answered 204. */
  answer(status: number | undefined | null): void;
  close(): Promise<void>;
};

function read(headers: IncomingHttpHeaders, body: string): Received {
  const parsed: { readonly type: string; readonly data: { readonly email_id?: string } } = JSON.parse(body);
  return { headers, body, type: parsed.type, emailId: parsed.data.email_id ?? '' };
}

/** Starts one that takes what comes, unless told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  let asked = 0;
  let status: number | undefined | null = null;
  const take = (received: Received, response: ServerResponse) => {
    asked += 1;
    if (status === undefined) return;
    const answered = status ?? 204;
    if (answered < 300) got.push(received);
    response.writeHead(answered).end();
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => take(read(request.headers, body), response));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}/hook`,
    got,
    asked: () => asked,
    answer: (next) => {
      status = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
