import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createTls, globalAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { type Database, openDatabase, SesAccountStore, WorkspaceStore } from '@postroom/db';
import { createHolds, createWorkerRoll, openSendQueue, prefixOfAccount } from '@postroom/redis';
import { type FakeSes, freePort, parseIamPolicy, startFakeSes } from '@postroom/servers';
import {
  createTestDatabase,
  redisPrefix,
  serverCertificate,
  serverKey,
  type TestDatabase,
  testRedisUrl,
} from '@postroom/testkit';
import type { Finding } from '../src/doctor/finding.ts';
import { withRunning } from '../src/doctor/running/with-running.ts';
import { tellFindings } from '../src/doctor/tell-findings.ts';
import { writeSent } from './a-sent-send.ts';
import { heardTerminal } from './heard-terminal.ts';
import { callAws } from './pure/aws-stand-in.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const prefix = redisPrefix();
const queue = openSendQueue({ url: testRedisUrl(), prefix, onError: () => undefined });
const names = { queue: 'events', deadLetters: 'events-dead' };
const deadLettersArn = `arn:aws:sqs:us-east-1:123456789012:${names.deadLetters}`;

let ses: FakeSes;
let lent: TestDatabase;
let database: Database;
let workspaceId: string;
let site: { readonly url: string; readonly server: Server };
let sendId: string;

/** A site that answers as the API does, by TLS unless told. */
async function startSite(listener: RequestListener, isTls = true) {
  const server = isTls
    ? createTls({ cert: serverCertificate, key: serverKey }, listener)
    : createPlain(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `${isTls ? 'https' : 'http'}://localhost:${port}`, server };
}

/** Ends it with the connections that its clients keep. */
function stopSite({ server }: { readonly server: Server }): void {
  server.close();
  server.closeAllConnections();
}

/** Behind a proxy that lets links through and nothing else: one that nobody was sent is answered by the API. */
const asApi: RequestListener = ({ url = '' }, response) => {
  response.statusCode = 404;
  if (url.startsWith('/u/')) response.setHeader('x-request-id', 'one');
  response.end('{}');
};

const sqs = (
  operation: string,
  fields: Readonly<Record<string, string | Readonly<Record<string, string>>>>,
) => callAws(ses.url, { service: 'sqs', operation, fields });
const queueUrl = (name: string) => `${ses.url}/123456789012/${name}`;

async function makeQueues(): Promise<void> {
  await sqs('create-queue', { QueueName: names.deadLetters });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLettersArn, maxReceiveCount: 50 });
  await sqs('create-queue', { QueueName: names.queue, Attributes: { RedrivePolicy } });
}

/** A worker says so again and again, as one that runs does. */
let isWorkerAlive = true;
const roll = createWorkerRoll({ redis: queue.redis, prefix });
const sayAlive = () =>
  roll.enter({
    name: 'worker-1',
    version: '0.1.0',
    concurrency: 1,
    startedAt: new Date().toISOString(),
    sent: 0,
  });
const saying = setInterval(() => void (isWorkerAlive && sayAlive().catch(() => undefined)), 500);

beforeAll(async () => {
  // This machine trusts the authority of the test's certificate, as it does those of the world.
  globalAgent.options.ca = serverCertificate;
  [ses, lent, site] = await Promise.all([startFakeSes({}), createTestDatabase(), startSite(asApi)]);
  database = openDatabase({ url: lent.url, maxConnections: 2 });
  workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
});

afterAll(async () => {
  delete globalAgent.options.ca;
  stopSite(site);
  globalAgent.destroy();
  clearInterval(saying);
  await queue.redis.del(`${prefix}:holds`);
  await queue.close();
  await database.close();
  await Promise.all([ses.stop(), lent.drop()]);
});

/** An installation in which all is well. */
beforeEach(async () => {
  ses.reset();
  ses.account.set({ sentBefore: 10, max24HourSend: 1_000 });
  await makeQueues();
  await sayAlive();
  isWorkerAlive = true;
  await queue.redis.del(`${prefix}:holds`);
  const { prisma } = database;
  await prisma.emailEvent.deleteMany();
  await prisma.emailSend.deleteMany();
  await prisma.senderProfile.deleteMany();
  const at = new Date(Date.now() - 3_600_000);
  [sendId = ''] = await writeSent(database, { workspaceId, at });
  const event = {
    id: newId(),
    workspaceId,
    sendId,
    type: 'delivery' as const,
    sourceId: 'one',
    occurredAt: at,
  };
  await prisma.emailEvent.create({ data: event });
  const sender = { workspaceId, name: 'Acme', fromEmail: 'a@acme.test', fromKey: 'a@acme.test' };
  await prisma.senderProfile.create({ data: { ...sender, id: newId(), verifiedAt: at } });
});

const environment = () => ({
  DATABASE_URL: lent.url,
  REDIS_URL: testRedisUrl(),
  QUEUE_PREFIX: prefix,
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: ses.url,
  AWS_ENDPOINT_URL_SESV2: ses.url,
  SES_EVENTS_QUEUE_URL: queueUrl(names.queue),
  SNS_TOPIC_ARNS: 'arn:aws:sns:us-east-1:123456789012:events',
  PUBLIC_URL: site.url,
});

/** What a shell finds: a command as it is typed here, or a program that most machines have. */
const typeable = /^(?:npm run postroom -- |(?:aws|curl|redis-cli|sudo) |export \w+=)/;

/** What is not fine of an installation with other settings, by the name of the look. */
async function found(changes: Readonly<Record<string, string>> = {}): Promise<Record<string, Finding>> {
  const env = { ...environment(), ...changes };
  return withRunning({ env, credentials }, async (checks) => {
    const findings: Record<string, Finding> = {};
    for (const [name, look] of checks) {
      const finding = await look();
      if (finding.kind !== 'fine') findings[name] = finding;
      if ('command' in finding) expect(finding.command).toMatch(typeable);
    }
    return findings;
  });
}

const missing = (what: string, command: string) => ({
  kind: 'missing',
  what: expect.stringContaining(what),
  command: expect.stringContaining(command),
});

const missingByHand = (what: string, todo: string) => ({
  kind: 'missing',
  what: expect.stringContaining(what),
  todo: expect.stringContaining(todo),
});

test('an installation in which all is well has nothing to mend, and says so as text and as JSON', async () => {
  expect(await found()).toEqual({});
  const told = async (isJson: boolean) => {
    const { terminal, lines } = heardTerminal();
    const telling = { terminal, isJson, otherwise: 'x' };
    const code = await withRunning({ env: environment(), credentials }, (checks) =>
      tellFindings(checks, telling),
    );
    return { code, lines };
  };
  const asText = await told(false);
  expect(asText.code).toBe(0);
  expect(asText.lines.at(-1)).toBe('  Everything is there.');
  const asJson = await told(true);
  expect(asJson.lines).toHaveLength(1);
  const { problems, checks } = JSON.parse(asJson.lines[0] ?? '');
  expect({ problems, names: checks.map(({ name }: { name: string }) => name) }).toEqual({
    problems: 0,
    names: [
      ...['Settings', 'PostgreSQL', 'Redis', 'Workers', 'Clock', 'SES account', 'Holds', 'Events'],
      ...['Dead letters', 'Senders', 'PUBLIC_URL'],
    ],
  });
});

test('settings that cannot be used are named, and nothing else is looked at', async () => {
  expect(await found({ WORKER_CONCURRENCY: 'many' })).toEqual({
    Settings: missingByHand('WORKER_CONCURRENCY: expected a whole number', 'set what is named'),
    'All else': { kind: 'unknown', note: expect.any(String) },
  });
});

test('a worker that is not there, and mail that waits too long', async () => {
  await database.prisma.emailSend.update({ where: { id: sendId }, data: { status: 'Queued' } });
  expect(await found()).toMatchObject({ Workers: missing('has waited for 36', 'postroom -- status') });
  isWorkerAlive = false;
  await roll.leave('worker-1');
  expect(await found()).toMatchObject({ Workers: missingByHand('No worker is alive', 'start a worker') });
});

test('a clock that is off, or an SES that does not answer', async () => {
  const offBy = async (ms: number) => {
    const clock = await startSite((_request, response) => {
      response.setHeader('date', new Date(Date.now() + ms).toUTCString());
      response.end();
    }, false);
    const { Clock } = await found({ AWS_ENDPOINT_URL_SESV2: clock.url });
    stopSite(clock);
    return Clock;
  };
  expect(await offBy(90_000)).toEqual(missing('s off AWS', 'timedatectl'));
  expect(await offBy(-90_000)).toEqual(missing('s off AWS', 'timedatectl'));
  expect(await offBy(-30_000)).toBeUndefined();
  const nobody = `http://127.0.0.1:${await freePort()}`;
  expect(await found({ AWS_ENDPOINT_URL_SESV2: nobody })).toMatchObject({
    Clock: missing('does not answer', 'curl'),
    'SES account': missing('could not be asked', 'aws sts'),
  });
});

test('an account without quota, in the sandbox, or switched off', async () => {
  ses.account.set({ sentBefore: 800 });
  expect(await found()).toEqual({ 'SES account': missingByHand('800 of 1000 recipients', 'more quota') });
  ses.account.set({ sentBefore: 0, isProduction: false });
  expect(await found()).toEqual({ 'SES account': missingByHand('sandbox', 'production access') });
  ses.account.set({ isSendingEnabled: false });
  expect(await found()).toEqual({ 'SES account': missingByHand('switched off', 'https://') });
  ses.account.set({ isSendingEnabled: true, isProduction: true });
});

test('a hold is told with its reason, and with the account that it is of, which is looked at as well', async () => {
  const holds = createHolds({ redis: queue.redis, key: `${prefix}:holds` });
  await holds.place({ scope: { kind: 'account' }, reason: 'quota_spent', forMs: 60_000, maxMs: 60_000 });
  expect(await found()).toEqual({ Holds: missing('account (quota_spent)', '#holds') });
  await queue.redis.del(`${prefix}:holds`);
  const eu = { name: 'eu', region: 'eu-west-1', profile: null, endpoint: ses.url };
  const { id = '' } = (await new SesAccountStore(database.prisma).create(eu)) ?? {};
  const key = `${prefixOfAccount(prefix, id)}:holds`;
  await queue.redis.sadd(`${prefix}:accounts`, id);
  const ofEu = createHolds({ redis: queue.redis, key });
  await ofEu.place({ scope: { kind: 'account' }, reason: 'quota_spent', forMs: 60_000, maxMs: 60_000 });
  expect(await found()).toEqual({ Holds: missing('account of eu (quota_spent)', '#holds') });
  await queue.redis.del(key, `${prefix}:accounts`);
  ses.account.set({ isSendingEnabled: false });
  expect(await found()).toEqual({
    'SES account': missingByHand('switched off', 'region=us-east-1'),
    'SES account eu': missingByHand('switched off', 'region=eu-west-1'),
  });
});

test('events that do not come, are given up, pile up, or have no dead letters', async () => {
  await database.prisma.emailEvent.deleteMany();
  expect(await found()).toEqual({ Events: missing('none of the last 1 sends', 'ses check') });
  await database.prisma.emailSend.deleteMany();
  expect(await found()).toEqual({
    Events: { kind: 'unknown', note: expect.stringContaining('nothing was sent') },
  });
  expect(await found({ SNS_TOPIC_ARNS: '', SES_EVENTS_QUEUE_URL: '' })).toEqual({
    Events: missing('suppresses anybody', 'ses setup'),
  });
  const holding = async (waiting: number, dead: number) => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLettersArn, maxReceiveCount: 50 });
    const sqsStandIn = await startSite((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        const isDead = body.includes(names.deadLetters);
        const ApproximateNumberOfMessages = String(isDead ? dead : waiting);
        response.setHeader('content-type', 'application/x-amz-json-1.0');
        response.end(JSON.stringify({ Attributes: { ApproximateNumberOfMessages, RedrivePolicy } }));
      });
    }, false);
    const findings = await found({ AWS_ENDPOINT_URL_SQS: sqsStandIn.url });
    stopSite(sqsStandIn);
    return findings['Dead letters'];
  };
  expect(await holding(20, 3)).toEqual(missing('3 events were given up', deadLettersArn));
  expect(await holding(20_000, 0)).toEqual(missing('20000 events wait', 'postroom -- status'));
  expect(await holding(20, 0)).toBeUndefined();
  expect((await found({ SES_EVENTS_QUEUE_URL: queueUrl(names.deadLetters) }))['Dead letters']).toEqual(
    missing('no dead-letter queue', 'ses setup'),
  );
});

test('what these credentials may not look at counts as no problem', async () => {
  const allowed = { Effect: 'Allow', Action: 'ses:*', Resource: '*' };
  ses.rights.set(parseIamPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [allowed] })));
  expect(await found()).toEqual({
    'Dead letters': { kind: 'unknown', note: expect.stringContaining('sqs:GetQueueAttributes') },
  });
});

test('senders that SES refuses or has not verified', async () => {
  await database.prisma.senderProfile.updateMany({ data: { flaggedReason: 'MailFromDomainNotVerified' } });
  expect(await found()).toEqual({ Senders: missing('MailFromDomainNotVerified', '/refresh') });
  await database.prisma.senderProfile.updateMany({ data: { flaggedReason: null, verifiedAt: null } });
  expect(await found()).toEqual({ Senders: missing('not verified', '/refresh') });
});

test('a PUBLIC_URL that leads nowhere, to somebody else, or by a certificate that nobody trusts', async () => {
  const plain = await startSite(asApi, false);
  const other = await startSite((_request, response) => void response.end('hello'));
  // Nobody has to reach the links of mail that a local SES keeps.
  expect(await found({ PUBLIC_URL: plain.url })).toEqual({});
  expect(await found({ PUBLIC_URL: other.url })).toEqual({
    PUBLIC_URL: missing("not Postroom's API", 'curl -v'),
  });
  expect(await found({ PUBLIC_URL: `https://localhost:${await freePort()}` })).toEqual({
    PUBLIC_URL: missing('lead nowhere', 'curl -v'),
  });
  delete globalAgent.options.ca;
  globalAgent.destroy();
  expect(await found()).toEqual({ PUBLIC_URL: missing('self-signed certificate', 'curl -v') });
  globalAgent.options.ca = serverCertificate;
  for (const one of [plain, other]) stopSite(one);
});

test('without Redis it is named, and what it knows is not looked at', async () => {
  const nowhere = `127.0.0.1:${await freePort()}`;
  const findings = await found({ REDIS_URL: `redis://${nowhere}` });
  expect(findings).toEqual({
    Redis: { kind: 'missing', what: expect.any(String), command: expect.any(String) },
    Workers: { kind: 'unknown', note: expect.any(String) },
    Holds: { kind: 'unknown', note: expect.any(String) },
  });
});
