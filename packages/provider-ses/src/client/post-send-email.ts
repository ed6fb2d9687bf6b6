import { hash, randomUUID } from 'node:crypto';
import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { createPace } from '@postroom/core';
import { Sha256 } from '@smithy/core/checksum';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { SignatureV4 } from '@smithy/signature-v4';
import { toSendEmailBody } from '../send/send-email-body.ts';
import type { SendEmailRequest } from '../send/send-email-input.ts';
import type { Exchange } from './exchange.ts';
import { findClockOffset } from './find-clock-offset.ts';
import { type ReadAnswer, readAnswer } from './read-answer.ts';
import type { SesHttpHandler, WireRequest } from './ses-http-handler.ts';

/** `SendEmail`, once; rejects with what SES refused it with, or with what broke the call. */
export type PostSendEmail = (input: SendEmailRequest, exchange: Exchange) => Promise<ReadAnswer>;

/** Where `SendEmail` goes, and the signer for it. */
type Target = {
  readonly request: Omit<WireRequest, 'headers' | 'body' | 'query' | 'port'> & { readonly port?: number };
  readonly headers: Readonly<Record<string, string>>;
  readonly signer: SignatureV4;
  /** Whether SES's own time is signed by, as its answers tell it. */
  readonly followsClock: boolean;
};

/** SES API v2, `SendEmail`, Request syntax. */
const operationPath = '/v2/email/outbound-emails';

/**
 * `SendEmail` as one `JSON.stringify`, one signature and one POST, without the SDK's serialiser, rules and middleware, which
 * cost more than the call itself. What they know is still the SDK's: the endpoint and its region come from its rules, once
 * (overrides in the environment and the shared files, FIPS, dual stack); credentials from its provider, which remembers them
 * until shortly before they expire and asks once for all who wait; and its clock is the one that is signed by and corrected.
 */
export function createPostSendEmail(
  sdk: SESv2Client,
  handler: Pick<SesHttpHandler, 'perform'>,
): PostSendEmail {
  const { config } = sdk;
  const target = remembered(() => findTarget(sdk));
  return async (input, exchange) => {
    const pace = createPace();
    const text = toSendEmailBody(input);
    // To write a large message, to make bytes of it and to hash them are a turn each.
    await pace();
    const body = bytesIfLong(text);
    const found = await target();
    await pace();
    const request = await sign(found, body, found.followsClock ? config.systemClockOffset : 0);
    const answer = await handler.perform(request, exchange);
    const offset = findClockOffset(answer.headers, Date.now());
    if (found.followsClock && offset !== null) config.systemClockOffset = offset;
    return readAnswer(answer);
  };
}

const longLength = 64 * 1024;

/** Hashing and sending would each make bytes of a text for themselves; a short one goes in one piece with the headers. */
const bytesIfLong = (text: string): string | Buffer => (text.length > longLength ? Buffer.from(text) : text);

/** Finds something once; a failure is forgotten, so that the next one looks again. */
function remembered<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

async function sign(target: Target, body: string | Buffer, clockOffsetMs: number): Promise<WireRequest> {
  const { request, signer } = target;
  const headers = {
    ...target.headers,
    'content-length': String(Buffer.byteLength(body)),
    'amz-sdk-invocation-id': randomUUID(),
    // Taken by the signer as the hash of the body, of which it would make a copy for one of its own.
    'x-amz-content-sha256': hash('sha256', body),
  };
  const signingDate = new Date(Date.now() + clockOffsetMs);
  const signed = await signer.sign({ ...request, headers, query: {} }, { signingDate });
  return { ...request, headers: signed.headers, body };
}

/** Where the SDK would send it, by its own rules. */
async function findTarget({ config }: SESv2Client): Promise<Target> {
  const endpoint = await getEndpointFromInstructions({}, SendEmailCommand, { ...config });
  const { url } = endpoint;
  const scheme = endpoint.properties?.authSchemes?.[0];
  const given = Object.entries(endpoint.headers ?? {}).map(([name, values]) => [name, values.join(', ')]);
  return {
    request: {
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      method: 'POST',
      path: url.pathname === '/' ? operationPath : `${url.pathname}${operationPath}`,
    },
    headers: {
      ...Object.fromEntries(given),
      'content-type': 'application/json',
      host: url.host,
      // As the SDK says of a call that is never repeated.
      'amz-sdk-request': 'attempt=1; max=1',
    },
    signer: new SignatureV4({
      credentials: config.credentials,
      region: scheme?.signingRegion ?? config.region,
      service: scheme?.signingName ?? 'ses',
      sha256: Sha256,
    }),
    followsClock: !(await config.disableClockSkewCorrection()),
  };
}
