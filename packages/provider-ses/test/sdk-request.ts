import { SESv2Client, type SESv2ClientConfig, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { expect } from '@jest/globals';
import type { Exchange } from '../src/client/exchange.ts';
import { createPostSendEmail } from '../src/client/post-send-email.ts';
import type { WireAnswer, WireRequest } from '../src/client/ses-http-handler.ts';
import type { SendEmailRequest } from '../src/send/send-email-input.ts';

const anExchange: Exchange = {
  phase: 'preparing',
  end: null,
  onEnd: null,
  admission: null,
  stopDeadline: () => {},
  startDeadline: () => {},
};

/** Keys that open nothing. */
export const credentials = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret/+' };
const accepted: WireAnswer = { statusCode: 200, headers: {}, body: Buffer.from('{"MessageId":"m"}') };

/** Our way to SES beside a client of the SDK, and the requests that it wrote. */
export function postsOf(config: SESv2ClientConfig, answer: () => WireAnswer = () => accepted) {
  const written: WireRequest[] = [];
  const perform = (request: WireRequest) => {
    written.push(request);
    return Promise.resolve(answer());
  };
  const sdk = new SESv2Client({ region: 'eu-west-1', credentials, ...config });
  const post = createPostSendEmail(sdk, { perform });
  return { sdk, written, post: (input: SendEmailRequest = { Content: {} }) => post(input, anExchange) };
}

const unanswered = new Error('Only to see the request.');

/** A middleware, of whichever step, that gives the request this id. */
const identify =
  (id: string) =>
  <Step extends object, Result>(next: (step: Step) => Result) =>
  (step: Step): Result => {
    const request: WireRequest = Reflect.get(Object(step), 'request');
    Object.assign(request.headers, { 'amz-sdk-invocation-id': id });
    return next(step);
  };

/** The request that the SDK makes of the same input, under the same id. */
async function requestOfSdk(config: SESv2ClientConfig, input: SendEmailRequest, id: string) {
  const seen: WireRequest[] = [];
  const sdk = new SESv2Client({
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    ...config,
    requestHandler: {
      handle: (request: WireRequest) => {
        seen.push(request);
        return Promise.reject(unanswered);
      },
    },
  });
  // As our client does: it would describe the caller.
  sdk.middlewareStack.remove('getUserAgentMiddleware');
  const afterRetries = { relation: 'after', toMiddleware: 'retryMiddleware' } as const;
  sdk.middlewareStack.addRelativeTo(identify(id), afterRetries);
  await sdk.send(new SendEmailCommand(input)).catch((error: unknown) => {
    if (error !== unanswered) throw error;
  });
  return onlyOne(seen);
}

function onlyOne<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined || all.length > 1) throw new Error(`There are ${all.length}.`);
  return one;
}

function bytesOf(body: WireRequest['body'] = ''): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** What goes over the wire, bytes as bytes; the SDK may leave a port undefined, and a query empty. */
const onTheWire = ({ protocol, hostname, port, method, path, query, headers, body }: WireRequest) => ({
  to: `${method} ${protocol}//${hostname} ${port} ${path} ${JSON.stringify(query ?? {})}`,
  headers,
  body: bytesOf(body).toString('latin1'),
});

/** Both requests of one message at one moment: everything of them is equal, the signature with it. */
export async function expectTheSame(
  config: SESv2ClientConfig,
  input: SendEmailRequest,
): Promise<WireRequest> {
  const { written, post } = postsOf(config);
  await post(input);
  const ours = onlyOne(written);
  const theirs = await requestOfSdk(config, input, ours.headers['amz-sdk-invocation-id'] ?? '');
  expect(onTheWire(ours)).toEqual(onTheWire(theirs));
  expect(ours.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*Signature=[0-9a-f]{64}$/);
  return ours;
}
