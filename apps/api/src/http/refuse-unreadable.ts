import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode, ErrorEnvelope } from '@postroom/contracts';

type Problem = { readonly status: number; readonly error: ErrorCode; readonly message: string };

/** How long the other side of a connection that was answered and ended may take to end it too, in milliseconds. */
const lingerMs = 1_000;

function problemOf(code = ''): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, error: 'payload_too_large', message: 'The headers are too large.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        error: 'request_timeout',
        message: 'The request took too long to arrive: send it again.',
      };
    default:
      return { status: 400, error: 'validation_failed', message: 'The request could not be read as HTTP.' };
  }
}

function answerAndEnd(
  socket: Duplex,
  { status, ...problem }: Problem,
  headers: ReadonlyMap<string, string>,
): void {
  const requestId = headers.get('x-request-id') ?? randomUUID();
  const envelope: ErrorEnvelope = { ...problem, requestId };
  const body = JSON.stringify(envelope);
  const fields = new Map([
    ...headers,
    ['x-request-id', requestId],
    ['content-type', 'application/json; charset=utf-8'],
    ['x-content-type-options', 'nosniff'],
    ['content-length', String(Buffer.byteLength(body))],
    ['connection', 'close'],
  ]);
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`);
  // Hanging up with bytes unread would be a reset, which can overtake the answer.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

const notHere = ({ method = 'CONNECT' }: IncomingMessage): Problem => ({
  status: 404,
  error: 'not_found',
  message: `There is nothing at ${method}: this is no proxy.`,
});

const cutOff = new WeakSet<IncomingMessage>();

/** Whether a request got its answer because it came too slowly or broken: what it asks for must not be done. */
export const isCutOff = (request: IncomingMessage): boolean => cutOff.has(request);

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

const headersOf = ({ response }: Exchange): ReadonlyMap<string, string> =>
  new Map(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));

/** `last` is the newest request of the connection whose headers were understood. */
function refuse(socket: Duplex, problem: Problem, last: Exchange | undefined): void {
  if (!socket.writable) return;
  if (last === undefined || (last.request.complete && last.response.writableEnded)) {
    answerAndEnd(socket, problem, new Map());
  } else if (last.request.complete) {
    // What is wrong is behind a good request, whose answer comes first.
    last.response.once('finish', () => refuse(socket, problem, undefined));
  } else if (last.response.headersSent) {
    socket.destroy();
  } else {
    cutOff.add(last.request);
    answerAndEnd(socket, problem, headersOf(last));
  }
}

/** Answers what cannot be read as HTTP, or comes too slowly, in the envelope of every other error, and hangs up. */
export function refuseUnreadable(server: Server): void {
  const exchanges = new WeakMap<Duplex, Exchange>();
  server.on('request', (request, response) => {
    exchanges.set(request.socket, { request, response });
  });
  // A server that is no proxy has nothing to connect to; Node would hang up without a word.
  server.on('connect', (request, socket) => {
    answerAndEnd(socket, notHere(request), new Map());
  });
  server.on('clientError', (error: Error & { readonly code?: string }, socket) => {
    refuse(socket, problemOf(error.code), exchanges.get(socket));
  });
}
