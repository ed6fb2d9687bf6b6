import { SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import { toEndpointOf } from '../aws/endpoint.ts';
import { sesEndpointOf } from '../aws/partition.ts';
import type { SendEmailRequest } from '../send/send-email-input.ts';
import { type CallLimits, type CallResult, runExchange } from './exchange.ts';
import { createExchangeLink } from './exchange-link.ts';
import { createPostSendEmail } from './post-send-email.ts';
import type { ReadAnswer } from './read-answer.ts';
import { SesHttpHandler } from './ses-http-handler.ts';

/** Settings of the one client of a process; times in milliseconds. */
export type SesClientOptions = {
  readonly region: string;
  /** Another SES endpoint, `http:` or `https:`; absent: the region's own. */
  readonly endpoint?: string | undefined;
  /** Calls that may be on the wire at once; more wait for a connection inside their own time-out. */
  readonly maxSockets: number;
  /** The longest that one call takes, from finding credentials to the last byte of the answer. */
  readonly requestTimeoutMs: number;
  /** The longest that one new connection takes to stand, TLS included. */
  readonly connectTimeoutMs: number;
  /** Absent: the usual AWS chain (environment, shared files, SSO, container, instance). */
  readonly credentials?: SESv2ClientConfig['credentials'] | undefined;
  /** The profile of the shared files that has the credentials, which may be a role; absent: as above. */
  readonly profile?: string | undefined;
  /** Trusts this authority besides the system's, for an `https:` endpoint with a private one. */
  readonly caPem?: string | undefined;
};

/** An SES v2 client whose every call has a deadline and ends in a value. */
export type SesClient = {
  /** Makes one call, once: a failure is never repeated here. `input` must be the command's own. */
  readonly call: <Input extends object, Output>(
    input: Input,
    run: (sdk: SESv2Client, input: Input) => Promise<Output>,
    limits?: Omit<CallLimits, 'timeoutMs'>,
  ) => Promise<CallResult<Output>>;
  /** Asks SES to send one email, once, in the same way. */
  readonly postSendEmail: (
    input: SendEmailRequest,
    limits?: Omit<CallLimits, 'timeoutMs'>,
  ) => Promise<CallResult<ReadAnswer>>;
  /** Closes the connections; calls still on the wire end in doubt. */
  readonly close: () => void;
};

/** Middlewares that only describe the caller: the user agent, a guard for AWS Lambda, and a logger that is off. */
const needlessMiddlewares = [
  'getUserAgentMiddleware',
  'recursionDetectionMiddleware',
  'loggerMiddleware',
] as const;

/**
 * Makes the SES v2 client of this process. It calls SES at most once per call: with the SDK's own
 * retries, one call became three accepted messages after a reset.
 */
export function createSesClient(options: SesClientOptions): SesClient {
  const { region, endpoint, credentials, profile, requestTimeoutMs } = options;
  const link = createExchangeLink();
  const requestHandler = new SesHttpHandler({
    maxSockets: options.maxSockets,
    connectTimeoutMs: options.connectTimeoutMs,
    caPem: options.caPem,
    findExchange: link.find,
  });
  const sdk = new SESv2Client({
    region,
    maxAttempts: 1,
    // `adaptive`, which the environment could ask for, would hold calls back on its own account.
    retryMode: 'standard',
    defaultsMode: 'standard',
    // Resolving the middlewares anew for each call costs a fifth of its CPU time.
    cacheMiddleware: true,
    requestHandler,
    ...toEndpointOf(sesEndpointOf(region), endpoint),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
  });
  link.install(sdk);
  for (const name of needlessMiddlewares) sdk.middlewareStack.remove(name);
  const postSendEmail = createPostSendEmail(sdk, requestHandler);

  return {
    call: (input, run, limits = {}) =>
      runExchange({ ...limits, timeoutMs: requestTimeoutMs }, (exchange) => {
        link.bind(input, exchange);
        return run(sdk, input);
      }),
    postSendEmail: (input, limits = {}) =>
      runExchange({ ...limits, timeoutMs: requestTimeoutMs }, (exchange) => postSendEmail(input, exchange)),
    close: () => sdk.destroy(),
  };
}
