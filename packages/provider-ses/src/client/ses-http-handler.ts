import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates, TLSSocket } from 'node:tls';
import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import type { Admission } from '@postroom/core';
import type { Exchange } from './exchange.ts';

type HttpHandler = Extract<SESv2ClientConfig['requestHandler'], { handle: unknown }>;
type HandledRequest = Parameters<HttpHandler['handle']>[0];
type HandledResponse = Awaited<ReturnType<HttpHandler['handle']>>;

/** What is written: where to, the headers as they were signed, and the body. */
export type WireRequest = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
};

/** An answer that came whole. */
export type WireAnswer = {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Bounds of the connections; `caPem` trusts one more authority than the system's, for a private endpoint. */
export type SesHttpHandlerOptions = {
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  readonly caPem?: string | undefined;
  readonly findExchange: (request: object) => Exchange | undefined;
};

/** An idle connection is closed by us before the other side does it under a request that was just written. */
const idleSocketTimeoutMs = 10_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * An answer that was read later than so after its call began, in milliseconds, lay there while this process stood still: its
 * `Date` has passed, and is kept from those who would set a clock by it.
 */
const promptMs = 60_000;

/** No connection that could carry the request was ready in time; nothing of the request was written. */
class ConnectTimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(timeoutMs: number) {
    super(`No connection within ${timeoutMs} ms.`);
  }
}

/** The call's permit, or its lease, has ended; nothing of the request was written. */
class NotAdmittedError extends Error {
  override readonly name = 'NotAdmittedError';

  constructor() {
    super('The call was not admitted any more.');
  }
}

/**
 * The way to SES, for the SDK's calls and for our own, over keep-alive connections of node:http and node:https.
 *
 * It exists for one reason: nothing of a request is written before its connection, TLS included,
 * stands, and the exchange is marked `written` at that moment. So a failure before the mark surely
 * did not reach the provider, and every failure after it is in doubt; no guess from error codes.
 */
export class SesHttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: SesHttpHandlerOptions;
  readonly #httpAgent: HttpAgent;
  readonly #httpsAgent: HttpsAgent;

  constructor(options: SesHttpHandlerOptions) {
    const pool = { keepAlive: true, maxSockets: options.maxSockets, timeout: idleSocketTimeoutMs };
    this.#options = options;
    this.#httpAgent = new HttpAgent(pool);
    this.#httpsAgent = new HttpsAgent(
      options.caPem === undefined ? pool : { ...pool, ca: [...rootCertificates, options.caPem] },
    );
  }

  /** What the SDK calls: finds the exchange of its request. */
  async handle(request: HandledRequest): Promise<HandledResponse> {
    const exchange = this.#options.findExchange(request);
    if (exchange === undefined) throw new Error('This client is called through its exchanges only.');
    return { response: toResponse(await this.perform(request, exchange)) };
  }

  /** Writes one request and collects its whole answer; rejects when the exchange is ended. */
  async perform(request: WireRequest, exchange: Exchange): Promise<WireAnswer> {
    if (exchange.end !== null) throw exchange.end.reason;
    exchange.phase = 'connecting';
    const beganAt = Date.now();
    const answer = await this.#exchange(request, exchange);
    if (Date.now() - beganAt <= promptMs) return answer;
    const { date: _passed, ...headers } = answer.headers;
    return { ...answer, headers };
  }

  /** Closes every connection, with whatever is still on it. */
  destroy(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  /** The SDK may offer settings here; this handler's are fixed when it is made. */
  updateHttpClientConfig(): void {}

  /** Part of the SDK's handler interface; there is nothing to tell. */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  #exchange(request: WireRequest, exchange: Exchange): Promise<WireAnswer> {
    const { connectTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const outgoing = this.#open(request);
      let connectTimer: NodeJS.Timeout | undefined;
      let isSettled = false;
      const settle = (): boolean => {
        if (isSettled) return false;
        isSettled = true;
        clearTimeout(connectTimer);
        exchange.onEnd = null;
        return true;
      };
      const fail = (error: unknown) => {
        if (!settle()) return;
        outgoing.destroy();
        reject(error);
      };
      exchange.onEnd = fail;
      outgoing.on('error', fail);
      outgoing.once('socket', (socket) => {
        const write = () => {
          if (isSettled) return;
          clearTimeout(connectTimer);
          if (exchange.admission?.isOpen() === false) {
            readmit(exchange.admission).catch(fail);
            return;
          }
          exchange.phase = 'written';
          outgoing.end(request.body);
        };
        const readmit = async (admission: Admission) => {
          exchange.stopDeadline();
          const isOpen = await admission.reopen();
          if (isSettled) return;
          exchange.startDeadline();
          if (isOpen) write();
          else fail(new NotAdmittedError());
        };
        if (isWritable(socket)) return write();
        connectTimer = setTimeout(() => fail(new ConnectTimeoutError(connectTimeoutMs)), connectTimeoutMs);
        socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', write);
      });
      outgoing.once('response', (answer) => {
        collect(answer, fail, (body) => {
          if (settle()) resolve({ statusCode: answer.statusCode ?? 0, headers: answer.headers, body });
        });
      });
    });
  }

  #open(request: WireRequest): ClientRequest {
    const { protocol, hostname, port, method, headers } = request;
    const query = toQueryString(request.query);
    const path = query === '' ? request.path : `${request.path}?${query}`;
    const target = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port ?? null, method, path, headers };
    return protocol === 'http:'
      ? httpRequest({ ...target, agent: this.#httpAgent })
      : httpsRequest({ ...target, agent: this.#httpsAgent });
  }
}

/** Whether what is written to the socket goes out at once, and not into a buffer of a connection to be. */
function isWritable(socket: Socket): boolean {
  // `unknown` is what node:tls answers until the handshake has ended.
  const isHandshaking = socket instanceof TLSSocket && socket.getProtocol() === 'unknown';
  return !socket.connecting && !isHandshaking;
}

function collect(
  answer: IncomingMessage,
  fail: (error: unknown) => void,
  done: (body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  answer.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxAnswerBytes) fail(new Error(`The answer is longer than ${maxAnswerBytes} bytes.`));
    else chunks.push(chunk);
  });
  answer.once('error', fail);
  answer.once('end', () => {
    if (answer.complete) done(Buffer.concat(chunks));
    else fail(new Error('The answer ended early.'));
  });
  answer.once('close', () => fail(new Error('The connection closed before the answer ended.')));
}

function toResponse({ statusCode, headers: given, body }: WireAnswer): HandledResponse['response'] {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  // A copy of its own: the SDK changes the prototype of what it is given.
  return { statusCode, headers, body: new Uint8Array(body) };
}

function toQueryString(query: WireRequest['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => (one === null ? encode(name) : `${encode(name)}=${encode(one)}`)),
  );
  return pairs.sort().join('&');
}

/** As SigV4 encodes, which also escapes what encodeURIComponent leaves alone. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
