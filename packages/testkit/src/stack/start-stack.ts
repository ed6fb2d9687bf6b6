import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  snsTestCertificatePem,
  snsTestPrivateKeyPem,
  startFakeSes,
  startRedis,
} from '@postroom/servers';
import { type FakeSqs, startFakeSqs } from '../sqs/fake-sqs.ts';
import { Stack } from './stack.ts';
import type { Env, FreshOptions, StackOptions } from './stack-options.ts';

const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-events';
const key = `sk_live_${'k'.repeat(32)}`;

/** Events that a worker took and did not delete come again so soon, in milliseconds. */
const visibilityTimeoutMs = 3_000;

const queueEnvOf = ({ url, queueUrl }: FakeSqs): Env => ({
  SES_EVENTS_QUEUE_URL: queueUrl,
  AWS_ENDPOINT_URL_SQS: url,
  SNS_TOPIC_ARNS: topicArn,
});

/** Starts a fake SES that accepts whatever a test machine can send, and tells that URL of it. */
const sesStarter = (eventsUrl: string) => (fresh: FreshOptions, port?: number) =>
  startFakeSes({
    ...(port === undefined ? {} : { port }),
    account: { maxSendRate: 2_000, ...fresh.account },
    events: { url: eventsUrl, topicArn, privateKeyPem: snsTestPrivateKeyPem, ...fresh.events },
  });

/** Starts Redis, the fake SES, the APIs and the workers; PostgreSQL is given. The caller stops it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'postroom-stack-'));
  const redis = await startRedis({ dir: join(dir, 'redis') });
  const ports = await Promise.all(Array.from({ length: options.apis ?? 1 }, () => freePort()));
  const apiUrls = ports.map((port) => `http://127.0.0.1:${port}`);
  const certificateFile = join(dir, 'sns.pem');
  await writeFile(certificateFile, snsTestCertificatePem);
  const { isQueued = false, ...events } = options.events ?? {};
  const eventQueue = isQueued ? await startFakeSqs({ visibilityTimeoutMs }) : null;
  const startSes = sesStarter(eventQueue?.subscriptionUrl ?? `${apiUrls[0]}/providers/ses/notifications`);
  const ses = await startSes({ ...options, events });
  const through = options.through ?? (async (_server, direct) => direct);
  const shared: Env = {
    DATABASE_URL: await through('postgres', options.databaseUrl),
    REDIS_URL: await through('redis', redis.url),
    AWS_ENDPOINT_URL_SESV2: await through('ses', ses.url),
    PUBLIC_URL: apiUrls[0] ?? '',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const apis = ports.map((port, at) => ({
    url: apiUrls[at] ?? '',
    env: {
      ...shared,
      HOST: '127.0.0.1',
      PORT: String(port),
      SENDER_VERIFICATION: 'trust',
      BOOTSTRAP_API_KEY: key,
      SNS_TOPIC_ARNS: topicArn,
      SNS_CERTIFICATE_FILE: certificateFile,
      ...options.apiEnv,
    },
  }));
  const queueEnv = eventQueue === null ? {} : queueEnvOf(eventQueue);
  const workerEnv = { ...shared, ...queueEnv, ...options.workerEnv };
  const stack = new Stack({ dir, redis, ses, startSes, eventQueue, key, apis, workerEnv, options });
  try {
    await Promise.all(apis.map((_, at) => stack.startApi(at)));
    await Promise.all(Array.from({ length: options.workers ?? 1 }, () => stack.startWorker()));
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}
