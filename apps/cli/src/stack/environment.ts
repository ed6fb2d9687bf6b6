import { given } from './given.ts';
import type { Home } from './home.ts';
import { localTopicArn } from './local-topic.ts';
import type { SesServer } from './servers.ts';

/** What a stack stands on and how it is reached. */
export type Foundation = {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly ses: SesServer;
  readonly host: string;
  readonly port: number;
  readonly apiUrl: string;
  readonly key: string;
};

/** The environment of the workers: ours, with the servers that were found or started. */
export function workerEnvironment(
  env: NodeJS.ProcessEnv,
  { databaseUrl, redisUrl, ses, apiUrl }: Foundation,
): NodeJS.ProcessEnv {
  const servers = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    AWS_ENDPOINT_URL_SESV2: ses.url,
    PUBLIC_URL: given(env, 'PUBLIC_URL') ?? apiUrl,
    // Else each log begins with eight lines about Node 22.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  if (!ses.isEmbedded) return { ...env, ...servers };
  return { ...withLocalAws(env), ...servers };
}

/** What the local SES is asked with: it looks at no signature. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** An environment in which AWS is the local SES; the real account's keys are none of its business. */
export const withLocalAws = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...withoutAws(env),
  AWS_REGION: given(env, 'AWS_REGION') ?? 'us-east-1',
  AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
});

/** The environment of the API. */
export function apiEnvironment(
  env: NodeJS.ProcessEnv,
  { foundation, home }: { readonly foundation: Foundation; readonly home: Home },
): NodeJS.ProcessEnv {
  const { ses, host, port, key } = foundation;
  const shared = {
    ...workerEnvironment(env, foundation),
    HOST: host,
    PORT: String(port),
    BOOTSTRAP_API_KEY: key,
  };
  if (!ses.isEmbedded) return { ...shared, SENDER_VERIFICATION: trustOf(foundation) };
  return {
    ...shared,
    SENDER_VERIFICATION: given(env, 'SENDER_VERIFICATION') ?? trustOf(foundation),
    SNS_TOPIC_ARNS: localTopicArn,
    SNS_CERTIFICATE_FILE: home.certificateFile,
  };
}

/** The environment of the SMTP process, which trusts the senders that the API does; its health is asked at a port of its own. */
export function smtpEnvironment(
  env: NodeJS.ProcessEnv,
  {
    foundation,
    port,
    healthPort,
  }: { readonly foundation: Foundation; readonly port: number; readonly healthPort: number },
): NodeJS.ProcessEnv {
  const { ses, host } = foundation;
  return {
    ...workerEnvironment(env, foundation),
    SMTP_HOST: host,
    SMTP_PORT: String(port),
    SMTP_METRICS_PORT: String(healthPort),
    SENDER_VERIFICATION: (ses.isEmbedded ? given(env, 'SENDER_VERIFICATION') : null) ?? trustOf(foundation),
  };
}

/** Senders are trusted only where mail cannot leave the machine. */
const trustOf = ({ ses }: Foundation) => (ses.isEmbedded ? 'trust' : 'ses');

function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}
