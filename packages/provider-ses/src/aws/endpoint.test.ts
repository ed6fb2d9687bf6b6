import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { aMessage, aProvider } from '../../test/builders.ts';
import { answerJson, type LocalServer, serveHttp } from '../../test/local-server.ts';
import { credentials, expectTheSame } from '../../test/sdk-request.ts';
import { createSesClient, createSesProvider, openAwsAccount, openEventQueue } from '../index.ts';
import { toEndpointOf } from './endpoint.ts';

const before = { ...process.env };
let server: LocalServer;
let endpoint = '';
beforeEach(async () => {
  process.env = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_')));
  const quota = { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 };
  server = await serveHttp(answerJson(200, { MessageId: 'm', SendQuota: quota, QueueUrls: [] }));
  endpoint = `http://127.0.0.1:${server.port}`;
});
afterEach(async () => {
  process.env = { ...before };
  await server.close();
});

describe.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])('with %s', (name) => {
  beforeEach(() => {
    process.env[name] = 'true';
  });

  test('an endpoint of SES that is named is asked, for mail and for all else', async () => {
    const provider = aProvider(endpoint);
    expect(await provider.quota()).toMatchObject({ maxSendRatePerSecond: 14 });
    expect(await provider.send(aMessage())).toMatchObject({ kind: 'accepted' });
    provider.close();
  });

  test('a queue is asked at its URL, and at the endpoint that is named', async () => {
    const queueUrl = `${endpoint}/000000000000/q`;
    const named = { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/q', endpoint };
    for (const options of [{ queueUrl }, named]) {
      const queue = openEventQueue({ region: 'eu-west-1', credentials, ...options });
      expect(await queue.receive(new AbortController().signal)).toEqual([]);
      queue.close();
    }
    expect(server.requests).toHaveLength(2);
  });

  test('an account is set up at the endpoints that are named', async () => {
    const aws = openAwsAccount({ region: 'eu-west-1', endpoints: { sqs: endpoint }, credentials });
    const call = { action: 'sqs:ListQueues', resource: '*' };
    expect(await aws.sqs(call, (sqs) => sqs.send(new ListQueuesCommand({})))).toMatchObject({
      QueueUrls: [],
    });
    aws.close();
  });
});

const own = 'https://email.eu-west-1.amazonaws.com';

test.each([
  [{}, 'email.eu-west-1.amazonaws.com'],
  [{ AWS_USE_FIPS_ENDPOINT: 'true' }, 'email-fips.eu-west-1.amazonaws.com'],
  [{ AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'email.eu-west-1.api.aws'],
  [{ AWS_ENDPOINT_URL_SESV2: 'http://other.example' }, 'email.eu-west-1.amazonaws.com'],
])('the endpoint of a region itself, asked for with %j, is %s', async (env, hostname) => {
  Object.assign(process.env, env);
  const input = { Content: {} };
  expect(await expectTheSame(toEndpointOf(own, own), input)).toMatchObject({ hostname });
});

test('FIPS, where it is asked for, is kept to by a client that is told the endpoint of its region', async () => {
  process.env.AWS_USE_FIPS_ENDPOINT = 'true';
  const options = { region: 'eu-west-1', maxSockets: 1, requestTimeoutMs: 5_000, connectTimeoutMs: 5_000 };
  const client = createSesClient({ ...options, endpoint: own, credentials });
  const isFips = await client.call({}, ({ config }) => config.useFipsEndpoint());
  expect(isFips).toEqual({ kind: 'answered', output: true });
  client.close();
});

test.each([
  ['FIPS is asked for beside it', { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }],
  ['it is no URL', { AWS_ENDPOINT_URL: 'nonsense' }],
])(
  'an endpoint that the SDK refuses, as %s, is a fault of the settings and of no message',
  async (_why, env) => {
    Object.assign(process.env, env);
    const options = { region: 'eu-west-1', maxSockets: 1, requestTimeoutMs: 5_000, connectTimeoutMs: 5_000 };
    const provider = createSesProvider(createSesClient({ ...options, credentials }));
    expect(await provider.send(aMessage())).toMatchObject({ kind: 'credentials_refused' });
    provider.close();
  },
);
