import type { Env } from './stack-options.ts';

type Servers = { readonly databaseUrl: string; readonly redisUrl: string; readonly sesUrl: string };

/** What every process is told of the servers that a run has of its own. */
export const serversEnv = ({ databaseUrl, redisUrl, sesUrl }: Servers): Env => ({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  AWS_ENDPOINT_URL_SESV2: sesUrl,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

/** What an API is told beside it: where it listens, that every sender is verified, and the key that it is asked with. */
export const apiEnv = (port: number, key: string): Env => ({
  HOST: '127.0.0.1',
  PORT: String(port),
  SENDER_VERIFICATION: 'trust',
  BOOTSTRAP_API_KEY: key,
});
