import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { testOnlyCertificatePem, testOnlyKeyPem } from './test-only-certificate.ts';

/** One request as it arrived. */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly socket: Socket;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};
export type LocalServer = {
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  readonly close: () => Promise<void>;
};
type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** An HTTP server on a free port of 127.0.0.1 that keeps what it was asked. */
export async function serveHttp(answer: Answer, scheme: 'http' | 'https' = 'http'): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => {});
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', socket, headers } = incoming;
      const seen = { method, path, socket, headers, body: Buffer.concat(chunks).toString() };
      requests.push(seen);
      answer(response, seen);
    });
  };
  const server =
    scheme === 'http'
      ? createHttpServer(onRequest)
      : createHttpsServer({ cert: testOnlyCertificatePem, key: testOnlyKeyPem }, onRequest);
  return { ...(await open(server)), requests };
}

/** A TCP server: what a socket says and when is up to the test. */
export async function serveTcp(onSocket: (socket: Socket) => void): Promise<LocalServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  return { ...(await open(server)), requests: [] };
}

/** Answers as SES does: JSON, the exception's name in its header. */
export function answerJson(status: number, body: unknown, errorType?: string): Answer {
  return (response) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }),
    });
    response.end(JSON.stringify(body));
  };
}

async function open(server: Server): Promise<Omit<LocalServer, 'requests'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const { port } = address;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
