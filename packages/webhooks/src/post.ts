import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Collector, type PostOutcome } from '@postroom/core';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { createDnsLookup, systemLookup } from './lookup.ts';
import { addressIn, isPublicAddress } from './public-address.ts';

/** So much of an answer is read, in bytes; then the connection is cut. */
const maxAnswerBytes = 64 * 1024;

export type PosterOptions = {
  /** For a request in all: finding the host, connecting, writing, and reading what of the answer is wanted. */
  readonly timeoutMs: number;
  readonly privateAddresses: 'refuse' | 'allow';
  /** From names to addresses; unless told through the DNS, or the system's way where names may lead anywhere. */
  readonly lookup?: LookupFunction;
};

export type PostRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What went wrong with a connection, by the codes of Node and OpenSSL, in a word that says no more than a receiver may know. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'reset'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^HPE_/, 'bad_answer'],
  [/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/, 'tls'],
];

function wordOf(error: Error): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timeout';
  const code = 'code' in error ? String(error.code) : '';
  return words.find(([pattern]) => pattern.test(code))?.[1] ?? 'unreachable';
}

class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

/** The agent that refuses private addresses says so in words alone; a test holds it to them. */
const isRefusal = (error: Error): boolean =>
  error instanceof PrivateAddressError || /is not allowed\. Because/.test(error.message);

/** Refuses what is no public address for us, also where the agent takes it for one. */
const publicOnly =
  (lookup: LookupFunction): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      if (addresses.every(isPublicAddress)) callback(null, found, family);
      else callback(new PrivateAddressError('no public address'), '', 0);
    });

/** Reads as much of an answer as is wanted, for as long as there is time, and cuts it. Never rejects. */
function read(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const body = new Collector();
    const end = () => {
      response.destroy();
      // What is no UTF-8 becomes three bytes each.
      const text = Buffer.concat(body.drain()).subarray(0, maxAnswerBytes).toString().toWellFormed();
      const kept = Buffer.from(text).subarray(0, maxAnswerBytes);
      resolve(new TextDecoder().decode(kept, { stream: true }));
    };
    response.on('data', (chunk: Buffer) => {
      body.add(chunk);
      if (body.bytes >= maxAnswerBytes) end();
    });
    // What was answered counts, whatever becomes of the rest.
    for (const over of ['end', 'error', 'close']) response.on(over, end);
  });
}

function outcomeOf(request: ClientRequest): Promise<PostOutcome> {
  return new Promise((resolve) => {
    let isAnswered = false;
    request.on('response', (response) => {
      isAnswered = true;
      void read(response).then((answer) =>
        resolve({
          kind: 'answered',
          statusCode: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          answer,
        }),
      );
    });
    // Node tells of no response then, and of no error: whoever asks for another protocol gets none.
    request.on('upgrade', ({ statusCode = 101 }, socket) => {
      socket.destroy();
      resolve({ kind: 'answered', statusCode, retryAfter: undefined, answer: '' });
    });
    request.on('close', () => {
      if (!isAnswered) resolve({ kind: 'unanswered', error: 'reset' });
    });
    request.on('error', (error) => {
      if (isAnswered) return;
      resolve(isRefusal(error) ? { kind: 'blocked' } : { kind: 'unanswered', error: wordOf(error) });
    });
  });
}

/**
 * Opens what sends webhooks: one POST each, which follows no redirect, takes no longer than it may and reads no more than
 * 64 KiB. Unless they are allowed, private addresses are refused whenever a connection is made, whatever was found before.
 */
export function createPoster({
  timeoutMs,
  privateAddresses,
  lookup = privateAddresses === 'refuse' ? createDnsLookup() : systemLookup,
}: PosterOptions): (request: PostRequest) => Promise<PostOutcome> {
  const refuses = privateAddresses === 'refuse';
  const agents = refuses
    ? { http: new RequestFilteringHttpAgent(), https: new RequestFilteringHttpsAgent() }
    : { http: new HttpAgent(), https: new HttpsAgent() };
  return async ({ url, headers, body }) => {
    const target = new URL(url);
    const address = addressIn(target);
    if (refuses && address !== null && !isPublicAddress(address)) return { kind: 'blocked' };
    const isSecure = target.protocol === 'https:';
    const request = (isSecure ? requestHttps : requestHttp)(target, {
      method: 'POST',
      agent: isSecure ? agents.https : agents.http,
      lookup: refuses ? publicOnly(lookup) : lookup,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Postroom-Webhooks/1.0',
        ...headers,
      },
    });
    request.end(body);
    return outcomeOf(request);
  };
}
