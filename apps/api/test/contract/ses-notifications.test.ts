import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClaimStore } from '@postroom/db';
import { createEventResults, createLogger, createRecurringErrors, Registry } from '@postroom/process';
import {
  type SnsMessage,
  type SnsSender,
  snsNotification,
  snsSubscriptionConfirmation,
  snsTestCertificatePem,
} from '@postroom/servers';
import { eventually } from '@postroom/testkit';
import express from 'express';
import { listen } from '../../src/http/listen.ts';
import { handleErrors } from '../../src/middleware/handle-errors.ts';
import { sesNotificationRoutes } from '../../src/routes/ses-notifications.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { connectRaw, outcomeOf, type RawConnection } from './raw-connection.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:ses-events';
const path = '/providers/ses/notifications';
const folder = mkdtempSync(join(tmpdir(), 'postroom-sns-'));
const { privateKey: foreignKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const privateKeyPem = foreignKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  const certificateFile = join(folder, 'certificate.pem');
  writeFileSync(certificateFile, snsTestCertificatePem);
  api = await startApi({ env: { SNS_TOPIC_ARNS: topicArn, SNS_CERTIFICATE_FILE: certificateFile } });
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A send that a worker has given to SES. */
async function aSend(): Promise<string> {
  const item = { idempotencyKey: randomUUID(), templateId, to: { email: 'jane@example.com' } };
  const [first] = (await workspace.batch([item])).items;
  if (first?.status !== 'accepted') throw new Error(JSON.stringify(first));
  const sendId = first.send.id;
  const request = { sendId, epoch: 0, leaseToken: randomUUID() };
  await new ClaimStore(api.sql).claim([request], { leaseMs: 60_000, worker: 'worker-1' });
  return sendId;
}

/** What SES says of a mail that bounced for good. */
const bounceOf = (sendId: string) =>
  JSON.stringify({
    eventType: 'Bounce',
    mail: {
      timestamp: new Date().toISOString(),
      messageId: randomUUID(),
      destination: ['jane@example.com'],
      tags: { 'postroom-send-id': [sendId], 'postroom-attempt': ['1'] },
    },
    bounce: {
      bounceType: 'Permanent',
      feedbackId: randomUUID(),
      timestamp: new Date().toISOString(),
      bouncedRecipients: [{ emailAddress: 'jane@example.com' }],
    },
  });

const aBounce = (sendId: string, sender: Partial<SnsSender> = {}) =>
  snsNotification({ topicArn, ...sender }, bounceOf(sendId));

/** Posts as SNS does, and tells which hosts the API asked something of meanwhile. */
async function post(to: TestApi, message: SnsMessage | string) {
  const asked: string[] = [];
  const onRequest = (event: unknown) => {
    const { origin } = (event as { readonly request: { readonly origin: string } }).request;
    asked.push(origin);
  };
  subscribe('undici:request:create', onRequest);
  try {
    const { status, body } = await to.call(path, {
      body: typeof message === 'string' ? message : JSON.stringify(message),
      headers: { 'content-type': 'text/plain; charset=UTF-8' },
    });
    // Our own call is seen too, which shows that calls are.
    expect(asked).toContain(to.origin);
    return { status, body, asked: asked.filter((origin) => origin !== to.origin) };
  } finally {
    unsubscribe('undici:request:create', onRequest);
  }
}

const countEvents = (sendId: string) => api.prisma.emailEvent.count({ where: { sendId } });

describe('refused, with nothing recorded and nobody asked', () => {
  const anHourAgo = () => new Date(Date.now() - 3_601_000);
  test.each<readonly [string, string, (sendId: string) => SnsMessage]>([
    ['forged with another key', 'bad_signature', (id) => aBounce(id, { privateKeyPem })],
    ['altered after it was signed', 'bad_signature', (id) => ({ ...aBounce(id), Message: bounceOf(id) })],
    [
      'altered to seem new',
      'bad_signature',
      (id) => ({ ...aBounce(id, { postedAt: anHourAgo() }), Timestamp: new Date().toISOString() }),
    ],
    ['replayed an hour later', 'stale', (id) => aBounce(id, { postedAt: anHourAgo() })],
    [
      'from a topic that is not listed',
      'unknown_topic',
      (id) => aBounce(id, { topicArn: `${topicArn}-of-another` }),
    ],
    [
      'with a certificate on another host',
      'untrusted_certificate_url',
      (id) => aBounce(id, { signingCertUrl: 'https://sns.evil.example/SimpleNotificationService-a.pem' }),
    ],
    [
      'with a certificate in a bucket of Amazon',
      'untrusted_certificate_url',
      (id) => aBounce(id, { signingCertUrl: 'https://a.s3.amazonaws.com/SimpleNotificationService-a.pem' }),
    ],
    [
      'a confirmation that leads elsewhere after it was signed',
      'bad_signature',
      () => ({ ...snsSubscriptionConfirmation({ topicArn }), SubscribeURL: 'https://evil.example/' }),
    ],
    [
      'a confirmation of a topic that is not listed',
      'unknown_topic',
      () => snsSubscriptionConfirmation({ topicArn: `${topicArn}-of-another` }),
    ],
  ])('%s', async (_name, reason, make) => {
    const sendId = await aSend();
    const { status, body, asked } = await post(api, make(sendId));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: 'validation_failed',
      message: `The SNS message is refused: ${reason}.`,
    });
    expect(asked).toEqual([]);
    expect(await countEvents(sendId)).toBe(0);
  });

  test.each(['', 'null', '[]', '{"Type":"Notification"}', '<xml/>', '{"Type":1}'])('%j', async (text) => {
    expect(await post(api, text)).toMatchObject({ status: 400, asked: [] });
  });
});

test('without a pinned certificate, too, nobody is asked unless topic, age and address are right', async () => {
  const fetching = await startApi({ env: { SNS_TOPIC_ARNS: topicArn } });
  try {
    for (const sender of [
      { topicArn: `${topicArn}-of-another` },
      { postedAt: new Date(Date.now() - 3_601_000) },
      { signingCertUrl: `${api.origin}/SimpleNotificationService-a.pem` },
      { signingCertUrl: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-a.pem' },
    ]) {
      expect(await post(fetching, aBounce(randomUUID(), sender))).toMatchObject({ status: 400, asked: [] });
    }
  } finally {
    await fetching.close();
  }
});

test('bodies of whoever posts them that are withheld keep none of SES’s out', async () => {
  const withheld: RawConnection[] = [];
  try {
    const bytes = 512 * 1024;
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n`;
    const allButOne = Buffer.alloc(head.length + bytes - 1, ' ');
    allButOne.write(head);
    // One more than there is room for: one gave way, once all are there.
    for (let at = 0; at < 65; at += 1) withheld.push(await connectRaw(api.origin));
    await Promise.all(withheld.map((connection) => connection.write(allButOne)));
    await eventually(() => withheld.some((connection) => connection.answers().length === 1));
    const sendId = await aSend();
    expect(await post(api, aBounce(sendId))).toMatchObject({ status: 204 });
    expect(await countEvents(sendId)).toBe(1);
    const answers = withheld.flatMap((connection) => connection.answers().map(outcomeOf));
    expect(answers.length).toBeLessThan(4);
    expect([...new Set(answers)]).toEqual(['503 unavailable']);
  } finally {
    for (const connection of withheld) connection.destroy();
  }
});

test('what is none of SNS’s is told with a count, and not once for each', async () => {
  const lines: unknown[] = [];
  const silent = createLogger({ service: 'test', level: 'silent' });
  const logger = Object.assign(Object.create(silent), { warn: (line: unknown) => lines.push(line) });
  const errors = createRecurringErrors(logger);
  const app = express().use(
    sesNotificationRoutes({
      logger,
      errors,
      verify: async () => ({ kind: 'refused', reason: 'unknown_topic' }),
      takeEvents: async () => undefined,
      results: createEventResults(new Registry()),
    }),
    handleErrors(() => undefined),
  );
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  try {
    const body = JSON.stringify(aBounce(randomUUID()));
    for (let times = 0; times < 3; times += 1) {
      const { status } = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body });
      expect(status).toBe(400);
    }
  } finally {
    await server.close();
    errors.close();
  }
  const event = 'sns_refused';
  expect(lines).toEqual([
    { event, reason: 'unknown_topic' },
    { event, reason: 'unknown_topic', times: 2 },
  ]);
});

test('one from SES is recorded once, however often it is posted', async () => {
  const sendId = await aSend();
  const message = aBounce(sendId);
  for (let times = 0; times < 3; times += 1) {
    expect(await post(api, message)).toMatchObject({ status: 204, asked: [] });
  }
  expect(await countEvents(sendId)).toBe(1);
  const { delivery } = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: sendId } });
  expect(delivery).toBe('bounced');
});

test('how long a Send event was on its way is measured', async () => {
  const sendId = await aSend();
  const mail = { timestamp: new Date(Date.now() - 45_000).toISOString(), messageId: randomUUID() };
  const tags = { 'postroom-send-id': [sendId], 'postroom-attempt': ['1'] };
  const event = { eventType: 'Send', mail: { ...mail, destination: ['jane@example.com'], tags }, send: {} };
  expect(await post(api, snsNotification({ topicArn }, JSON.stringify(event)))).toMatchObject({
    status: 204,
  });
  const { body } = await api.call('/metrics');
  expect(body).toContain('postroom_ses_event_delay_seconds_bucket{le="30"} 0');
  expect(body).toContain('postroom_ses_event_delay_seconds_bucket{le="60"} 1');
});
