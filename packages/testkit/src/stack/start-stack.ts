import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePort,
  snsTestCertificatePem,
  snsTestPrivateKeyPem,
  startFakeSes,
  startRedis,
  temporaryFolder,
} from '@postroom/servers';
import { createTestDatabase } from '../database.ts';
import { type FakeSqs, startFakeSqs } from '../sqs/fake-sqs.ts';
import { apiEnv, serversEnv } from './process-env.ts';
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

/** How each API is started: on a port of its own, told where SES's events are signed. */
async function apisOf(ports: readonly number[], shared: Env, { dir, options }: Placed) {
  const certificateFile = join(dir, 'sns.pem');
  await writeFile(certificateFile, snsTestCertificatePem);
  const signed = { SNS_TOPIC_ARNS: topicArn, SNS_CERTIFICATE_FILE: certificateFile };
  return ports.map((port) => ({
    url: urlOf(port),
    env: { ...shared, ...apiEnv(port, key), ...signed, ...options.apiEnv },
  }));
}

type Placed = { readonly dir: string; readonly options: StackOptions };

const urlOf = (port: number | undefined) => `http://127.0.0.1:${port}`;

/** Starts Redis, the fake SES, the APIs and the workers; PostgreSQL is given. The caller stops it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = await temporaryFolder('stack');
  const redis = await startRedis({ dir: join(dir, 'redis') });
  const ports = await Promise.all(Array.from({ length: options.apis ?? 1 }, () => freePort()));
  const { isQueued = false, ...events } = options.events ?? {};
  const eventQueue = isQueued ? await startFakeSqs({ visibilityTimeoutMs }) : null;
  const eventsUrl = eventQueue?.subscriptionUrl ?? `${urlOf(ports[0])}/providers/ses/notifications`;
  const startSes = sesStarter(eventsUrl);
  const ses = await startSes({ ...options, events });
  const through = options.through ?? (async (_server, direct) => direct);
  const servers = serversEnv({
    databaseUrl: await through('postgres', options.databaseUrl),
    redisUrl: await through('redis', redis.url),
    sesUrl: await through('ses', ses.url),
  });
  const shared = { ...servers, PUBLIC_URL: urlOf(ports[0]) };
  const apis = await apisOf(ports, shared, { dir, options });
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

/** Starts a stack on a test database of its own, which goes when the stack stops. */
export async function startTestStack(options: Omit<StackOptions, 'databaseUrl'> = {}): Promise<Stack> {
  const database = await createTestDatabase();
  return startStack({ ...options, databaseUrl: database.url, dropDatabase: database.drop });
}
