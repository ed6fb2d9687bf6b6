import { isIP } from 'node:net';
import * as z from 'zod';
import { apiVariables, sharedVariables, wholeNumber } from './variables.ts';

/** Addresses of proxies whose word on where a connection comes from is taken. */
const proxyAddresses = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
  )
  .refine(
    (addresses) => addresses.every((address) => isIP(address) !== 0),
    'expected IP addresses separated by commas',
  );

const megabyte = 1024 * 1024;

/** What the SMTP process reads from the environment. */
export const smtpVariables = {
  DATABASE_URL: sharedVariables.DATABASE_URL,
  DATABASE_POOLER: sharedVariables.DATABASE_POOLER,
  REDIS_URL: sharedVariables.REDIS_URL,
  QUEUE_PREFIX: sharedVariables.QUEUE_PREFIX,
  AWS_ENDPOINT_URL_SESV2: sharedVariables.AWS_ENDPOINT_URL_SESV2,
  PUBLIC_URL: sharedVariables.PUBLIC_URL,
  LOG_LEVEL: sharedVariables.LOG_LEVEL,
  DATABASE_CONNECTIONS: wholeNumber(1, 200).default(6),
  ENQUEUE_BUDGET_MS: apiVariables.ENQUEUE_BUDGET_MS,
  RATE_LIMIT_REQUESTS: apiVariables.RATE_LIMIT_REQUESTS,
  RATE_LIMIT_WINDOW_SECONDS: apiVariables.RATE_LIMIT_WINDOW_SECONDS,
  SENDER_VERIFICATION: apiVariables.SENDER_VERIFICATION,
  SMTP_HOST: z.string().default('0.0.0.0'),
  /** Where clients begin in the clear, and go on with STARTTLS; 0: nowhere. */
  SMTP_PORT: wholeNumber(0, 65_535).default(2525),
  /** Where the connection is TLS from its first byte, if there is a certificate; 0: nowhere. */
  SMTPS_PORT: wholeNumber(0, 65_535).default(4465),
  /** PEM files, looked at again while the process runs; absent: there is no TLS. */
  SMTP_TLS_CERT_FILE: z.string().min(1).optional(),
  SMTP_TLS_KEY_FILE: z.string().min(1).optional(),
  SMTP_MAX_BYTES: wholeNumber(1024, 28 * megabyte).default(25 * megabyte),
  SMTP_MAX_RECIPIENTS: wholeNumber(1, 50).default(50),
  /** From where a key is taken that could be read on its way. */
  SMTP_AUTH_WITHOUT_TLS: z
    .enum(['loopback', 'never', 'always'], 'expected loopback, never or always')
    .default('loopback'),
  /** Proxies that begin each connection with a line of the PROXY protocol. */
  SMTP_PROXY_PROTOCOL_FROM: proxyAddresses,
  SMTP_MAX_CONNECTIONS: wholeNumber(1, 10_000).default(1_000),
  SMTP_MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 10_000).default(100),
  /** Port of the process's own /healthz and /metrics; 0: none. */
  SMTP_METRICS_PORT: wholeNumber(0, 65_535).default(0),
};
