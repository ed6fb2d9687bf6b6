import { createVerify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { eventually } from '../../../testkit/src/index.ts';
import {
  type EventOptions,
  type FakeSes,
  retryDelayMs,
  snsStringToSign,
  snsTestCertificatePem,
  startFakeSes,
} from '../../src/index.ts';
import { readText } from '../../src/ses/http-io.ts';
import { sendInput, sesClient } from './test-ses-client.ts';

const snsSchema = z.record(z.string(), z.string());
const eventSchema = z.looseObject({
  eventType: z.string(),
  mail: z.looseObject({ messageId: z.string(), tags: z.record(z.string(), z.array(z.string())) }),
});

type Post = { headers: IncomingHttpHeaders; sns: Record<string, string>; arrivedAt: number };

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ses-events';
let subscriber: Server;
let subscriberUrl: string;
let posts: Post[];
let statuses: number[];
let fake: FakeSes;
let client: SESv2Client;

beforeEach(async () => {
  posts = [];
  statuses = [];
  subscriber = createServer((request, response) => {
    void receive(request).then((status) => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => {
    subscriber.listen(0, '127.0.0.1', resolve);
  });
  const address = subscriber.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  subscriberUrl = `http://127.0.0.1:${address.port}/ses`;
});

afterEach(async () => {
  client.destroy();
  await fake.stop();
  subscriber.closeAllConnections();
  await new Promise((resolve) => {
    subscriber.close(resolve);
  });
});

async function receive(request: IncomingMessage): Promise<number> {
  const sns = snsSchema.parse(JSON.parse(await readText(request, 1_000_000)));
  posts.push({ headers: request.headers, sns, arrivedAt: performance.now() });
  return statuses.shift() ?? 200;
}

async function start(options: Partial<EventOptions> = {}) {
  fake = await startFakeSes({ events: { url: subscriberUrl, topicArn, delayMs: 1, ...options } });
  client = sesClient(fake.url);
}

function send(...to: string[]) {
  return client.send(
    new SendEmailCommand(sendInput({ Destination: { ToAddresses: to }, ConfigurationSetName: 'main' })),
  );
}

const events = () => posts.map(({ sns }) => eventSchema.parse(JSON.parse(sns.Message ?? '')));
const types = () => events().map(({ eventType }) => eventType);

function isSigned(sns: Record<string, string>): boolean {
  return createVerify(sns.SignatureVersion === '2' ? 'RSA-SHA256' : 'RSA-SHA1')
    .update(snsStringToSign(sns))
    .verify(new X509Certificate(snsTestCertificatePem).publicKey, sns.Signature ?? '', 'base64');
}

test('an accepted message is followed by signed Send and Delivery notifications', async () => {
  await start();
  const { MessageId } = await send('zoe@example.com');
  await eventually(() => posts.length === 2);
  expect(types().sort()).toEqual(['Delivery', 'Send']);
  for (const { headers, sns } of posts) {
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-topic-arn': topicArn,
    });
    expect(sns).toMatchObject({
      Type: 'Notification',
      TopicArn: topicArn,
      SignatureVersion: '2',
      SigningCertURL: expect.stringMatching(
        /^https:\/\/sns\.eu-west-1\.amazonaws\.com\/SimpleNotificationService-[0-9a-f]+\.pem$/,
      ),
    });
    expect(isSigned(sns)).toBe(true);
    expect(isSigned({ ...sns, Message: `${sns.Message} ` })).toBe(false);
  }
  expect(events()[0]?.mail).toMatchObject({
    messageId: MessageId,
    destination: ['zoe@example.com'],
    tags: {
      'postroom-send-id': ['send_1'],
      'postroom-attempt': ['2'],
      'ses:configuration-set': ['main'],
    },
  });
});

test('version 1 signs with SHA1', async () => {
  await start({ signatureVersion: '1' });
  await send('zoe@example.com');
  await eventually(() => posts.length === 2);
  expect(posts.map(({ sns }) => [sns.SignatureVersion, isSigned(sns)])).toEqual([
    ['1', true],
    ['1', true],
  ]);
});

test('the addresses of the mailbox simulator do what SES’s do, the others get their mail', async () => {
  await start();
  const at = (mailbox: string) => `${mailbox}@simulator.amazonses.com`;
  const mailboxes = ['bounce+7', 'complaint', 'ooto', 'suppressionlist', 'success'].map(at);
  await send(...mailboxes, 'zoe@example.com');
  await eventually(() => posts.length === 6);
  const bounce = (mailbox: string, bounceType: string, bounceSubType: string) =>
    expect.objectContaining({
      eventType: 'Bounce',
      bounce: expect.objectContaining({
        bounceType,
        bounceSubType,
        bouncedRecipients: [expect.objectContaining({ emailAddress: at(mailbox) })],
      }),
    });
  expect(events()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ eventType: 'Send', send: {} }),
      expect.objectContaining({
        eventType: 'Delivery',
        delivery: expect.objectContaining({
          recipients: [at('complaint'), at('ooto'), at('success'), 'zoe@example.com'],
        }),
      }),
      bounce('bounce+7', 'Permanent', 'General'),
      bounce('ooto', 'Transient', 'General'),
      bounce('suppressionlist', 'Permanent', 'Suppressed'),
      expect.objectContaining({
        eventType: 'Complaint',
        complaint: expect.objectContaining({ complainedRecipients: [{ emailAddress: at('complaint') }] }),
      }),
    ]),
  );
});

test('every other type of event is published on demand', async () => {
  await start({ loseFraction: 1 });
  await send('zoe@example.com');
  const demanded = ['DeliveryDelay', 'Reject', 'Rendering Failure', 'Open', 'Click', 'Subscription'];
  for (const eventType of demanded) {
    const response = await fetch(`${fake.url}/_fake/events`, {
      method: 'POST',
      body: JSON.stringify({ eventType, seq: 1, link: 'https://example.com/x' }),
    });
    expect(response.status).toBe(200);
  }
  await eventually(() => posts.length === demanded.length);
  expect(types().sort()).toEqual([...demanded].sort());
  expect(events().find(({ eventType }) => eventType === 'Click')).toMatchObject({
    click: { link: 'https://example.com/x' },
  });
  expect(events().find(({ eventType }) => eventType === 'Rendering Failure')).toHaveProperty('failure');
});

test('a subscription confirmation is signed too', async () => {
  await start();
  fake.events?.confirmSubscription();
  await eventually(() => posts.length === 1);
  expect(posts[0]?.sns).toMatchObject({ Type: 'SubscriptionConfirmation', Token: expect.any(String) });
  expect(isSigned(posts[0]?.sns ?? {})).toBe(true);
});

test('a refused notification comes again, the same one', async () => {
  await start();
  statuses = [500, 503];
  await send('zoe@example.com');
  await eventually(() => fake.events?.counts().posted === 2);
  expect(posts).toHaveLength(4);
  expect(new Set(posts.map(({ sns }) => sns.MessageId)).size).toBe(2);
  expect(fake.events?.counts()).toEqual({
    posted: 2,
    refused: 2,
    lost: 0,
    duplicated: 0,
    givenUp: 0,
    pending: 0,
  });
});

test('retries are quick at first, then back off to 20 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 20].map(retryDelayMs)).toEqual([
    50, 50, 50, 1_000, 1_000, 1_000, 2_000, 4_000, 20_000,
  ]);
});

test('a fraction is lost and a fraction comes twice', async () => {
  await start({ loseFraction: 0.3, duplicateFraction: 0.3, seed: 5 });
  for (let n = 0; n < 40; n += 1) await send('zoe@example.com');
  await eventually(() => fake.events?.counts().pending === 0);
  const { lost = 0, duplicated = 0, posted = 0 } = fake.events?.counts() ?? {};
  expect(lost).toBeGreaterThan(5);
  expect(duplicated).toBeGreaterThan(5);
  expect(posted).toBe(80 - lost + duplicated);
  expect(new Set(posts.map(({ sns }) => sns.MessageId)).size).toBe(80 - lost);
});

test('shuffled events come out of order', async () => {
  await start({ shuffle: true, seed: 3 });
  for (let n = 0; n < 10; n += 1) await send('zoe@example.com');
  await eventually(() => posts.length === 20);
  const order = events().map(({ mail, eventType }) => `${mail.messageId} ${eventType}`);
  const inOrder = fake.ledger
    .entries()
    .flatMap(({ messageId }) => [`${messageId} Send`, `${messageId} Delivery`]);
  expect([...order].sort()).toEqual([...inOrder].sort());
  expect(order).not.toEqual(inOrder);
});

test('an event waits for its delay', async () => {
  await start({ delayMs: 150 });
  const sentAt = performance.now();
  await send('zoe@example.com');
  await eventually(() => posts.length === 2);
  expect((posts[0]?.arrivedAt ?? 0) - sentAt).toBeGreaterThanOrEqual(145);
});

test('a message is unreported while every event about it was lost', async () => {
  await start({ loseFraction: 1 });
  const { MessageId = '' } = await send('zoe@example.com');
  expect([...(fake.events?.unreported() ?? [])]).toEqual([MessageId]);
  const [entry] = fake.ledger.entries();
  if (entry === undefined) throw new Error('SES took nothing');
  fake.events?.publish('Delivery', entry);
  expect(fake.events?.unreported().size).toBe(0);
});

test('a message is reported when one of its events was not lost', async () => {
  await start({ loseFraction: 0.5, seed: 3 });
  for (let sent = 0; sent < 40; sent += 1) await send(`zoe${sent}@example.com`);
  await eventually(() => fake.events?.counts().pending === 0);
  const told = new Set(events().map(({ mail }) => mail.messageId));
  const silent = fake.ledger.entries().filter(({ messageId }) => !told.has(messageId));
  expect(silent.length).toBeGreaterThan(0);
  expect([...(fake.events?.unreported() ?? [])].sort()).toEqual(
    silent.map(({ messageId }) => messageId).sort(),
  );
});
