import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ErrorEnvelope, errorEnvelopeSchema } from '@postroom/contracts';

export type RawRequest = {
  readonly path?: string;
  readonly method?: string;
  /** Exactly these, and what HTTP itself needs. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  /** Ends the request; a request that is not ended is given up once its answer is there. */
  readonly isEnded?: boolean;
};

export type RawAnswer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
};

/** Sends a request as it is written, with no header that a client library would add. */
export function sendRaw(origin: string, { path, method, headers, body, isEnded = true }: RawRequest) {
  return new Promise<RawAnswer>((resolve, reject) => {
    const url = new URL(path ?? '/api/v1/emails/batch', origin);
    const sent = request(url, { method: method ?? 'POST', headers, agent: false }, (response) => {
      text(response).then((answer) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer });
        sent.destroy();
      }, reject);
    });
    sent.on('error', reject);
    if (body !== undefined) sent.write(body);
    if (isEnded) sent.end();
    else sent.flushHeaders();
  });
}

/** The error envelope of an answer, and nothing else, under the id that its header repeats. */
export function envelopeOf({ headers, text: answer }: RawAnswer): ErrorEnvelope {
  const envelope = errorEnvelopeSchema.strict().parse(JSON.parse(answer));
  if (headers['x-request-id'] !== envelope.requestId) throw new Error('x-request-id is not requestId');
  if (envelope.message === '') throw new Error('the message is empty');
  return envelope;
}
