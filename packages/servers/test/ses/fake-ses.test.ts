import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  CreateEmailIdentityCommand,
  DeleteEmailIdentityCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  type SESv2Client,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '../../../testkit/src/index.ts';
import { type FakeSes, type FakeSesOptions, startFakeSes, temporaryFolder } from '../../src/index.ts';
import { sendInput, sesClient } from './test-ses-client.ts';

const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function start(options: FakeSesOptions = {}): Promise<{ fake: FakeSes; client: SESv2Client }> {
  const fake = await startFakeSes(options);
  const client = sesClient(fake.url);
  opened.push(
    () => fake.stop(),
    () => client.destroy(),
  );
  return { fake, client };
}

async function json(url: string, method = 'GET', body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

test('GetAccount counts the recipients that were used and tells what was set', async () => {
  const { fake, client } = await start({ account: { maxSendRate: 20, sentBefore: 100 } });
  await client.send(
    new SendEmailCommand(sendInput({ Destination: { ToAddresses: ['a@example.com', 'b@example.com'] } })),
  );
  expect(await client.send(new GetAccountCommand({}))).toMatchObject({
    SendQuota: { Max24HourSend: 50_000, MaxSendRate: 20, SentLast24Hours: 102 },
    SendingEnabled: true,
    ProductionAccessEnabled: true,
    EnforcementStatus: 'HEALTHY',
  });
  fake.account.set({ isSendingEnabled: false });
  expect(await client.send(new GetAccountCommand({}))).toMatchObject({ SendingEnabled: false });
});

test.each([
  [{ isSendingEnabled: false }, 'SendingPausedException'],
  [{ enforcementStatus: 'SHUTDOWN' as const }, 'AccountSuspendedException'],
  [{ max24HourSend: 100, sentBefore: 100 }, 'LimitExceededException'],
  [{ isRateEnforced: true, maxSendRate: 0 }, 'TooManyRequestsException'],
])('an account in the state %j refuses with %s', async (account, name) => {
  const { fake, client } = await start({ account });
  await expect(client.send(new SendEmailCommand(sendInput()))).rejects.toMatchObject({ name });
  expect(fake.ledger.summary().accepted).toBe(0);
});

test('the rate counts recipients in a sliding second', async () => {
  const { fake, client } = await start({ account: { isRateEnforced: true, maxSendRate: 5 } });
  const three = sendInput({ Destination: { ToAddresses: ['a@b.co', 'b@b.co', 'c@b.co'] } });
  // Both at once: were one to wait for the other's answer, the second might be over by then.
  const outcomes = await Promise.allSettled([1, 2].map(() => client.send(new SendEmailCommand(three))));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { message: expect.stringContaining('Maximum sending rate exceeded') },
  });
  await eventually(() => client.send(new SendEmailCommand(three)), { intervalMs: 100 });
  const [first, second] = fake.ledger.entries();
  expect((second?.monotonicMs ?? 0) - (first?.monotonicMs ?? 0)).toBeGreaterThan(995);
  expect(fake.ledger.summary().peakRecipientsPerSecond).toBe(3);
});

test('an identity is created, verified, described and removed', async () => {
  const { fake, client } = await start({ verifyIdentitiesAfterMs: null });
  const identity = { EmailIdentity: 'acme.example' };
  const created = await client.send(new CreateEmailIdentityCommand(identity));
  expect(created).toMatchObject({ IdentityType: 'DOMAIN', VerifiedForSendingStatus: false });
  expect(created.DkimAttributes?.Tokens).toHaveLength(3);
  await expect(client.send(new CreateEmailIdentityCommand(identity))).rejects.toMatchObject({
    name: 'AlreadyExistsException',
  });
  expect(await client.send(new GetEmailIdentityCommand(identity))).toMatchObject({
    VerificationStatus: 'PENDING',
    DkimAttributes: { Status: 'PENDING', Tokens: created.DkimAttributes?.Tokens },
  });
  expect(
    await json(`${fake.url}/_fake/identities/verify`, 'POST', { identity: 'acme.example' }),
  ).toMatchObject({
    status: 200,
  });
  expect(await client.send(new GetEmailIdentityCommand(identity))).toMatchObject({
    VerificationStatus: 'SUCCESS',
    VerifiedForSendingStatus: true,
  });
  await client.send(new DeleteEmailIdentityCommand(identity));
  await expect(client.send(new GetEmailIdentityCommand(identity))).rejects.toMatchObject({
    name: 'NotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
});

test('an unsigned call is refused', async () => {
  const { fake } = await start();
  const { status } = await json(`${fake.url}/v2/email/outbound-emails`, 'POST', {});
  expect(status).toBe(403);
});

test('the ledger is read and summed up over HTTP', async () => {
  const { fake, client } = await start();
  for (const id of ['a', 'b', 'a']) {
    await client.send(
      new SendEmailCommand(sendInput({ EmailTags: [{ Name: 'postroom-send-id', Value: id }] })),
    );
  }
  expect((await json(`${fake.url}/_fake/ledger?from=1`)).body).toMatchObject({
    entries: [
      { seq: 2, sendId: 'b' },
      { seq: 3, sendId: 'a' },
    ],
    lastSeq: 3,
  });
  expect((await json(`${fake.url}/_fake/ledger?sendId=b&bodies=1`)).body).toMatchObject({
    entries: [{ seq: 2, html: '<p>Hello</p>' }],
  });
  expect((await json(`${fake.url}/_fake/ledger/summary`)).body).toMatchObject({
    accepted: 3,
    recipients: 3,
    distinctSendIds: 2,
    withoutSendId: 0,
    duplicates: { a: 2 },
    outcomes: { SendEmail: { accepted: 3 } },
  });
  await json(`${fake.url}/_fake/reset`, 'POST');
  await client.send(new SendEmailCommand(sendInput()));
  expect(fake.ledger.entries()).toMatchObject([{ seq: 4 }]);
});

test('the ledger file has every message before the answer, and is appended to by the next run', async () => {
  const dir = await temporaryFolder('ledger');
  opened.push(() => rm(dir, { recursive: true }));
  const ledgerFile = join(dir, 'ledger.jsonl');
  for (const subject of ['first', 'second']) {
    const { fake, client } = await start({ ledgerFile });
    const content = { Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'x' } } } };
    await client.send(new SendEmailCommand(sendInput({ Content: content })));
    await fake.stop();
  }
  const lines = (await readFile(ledgerFile, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ subject: 'first' }, { subject: 'second' }]);
});

test('bodies are bounded, entries are not', async () => {
  const { fake, client } = await start({ maxMessages: 2 });
  for (let n = 0; n < 4; n += 1) await client.send(new SendEmailCommand(sendInput()));
  expect(fake.ledger.entries()).toHaveLength(4);
  expect(fake.ledger.messages().map(({ seq }) => seq)).toEqual([3, 4]);
  expect(fake.ledger.message(1)).toBeNull();
});

test('a wrong fault plan is refused with the reason, and the old one stays', async () => {
  const { fake, client } = await start({ faults: { faults: [{ kind: 'reject' }] } });
  const refused = await json(`${fake.url}/_fake/faults`, 'PUT', { faults: [{ kind: 'throttel' }] });
  expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining('kind') } });
  await expect(client.send(new SendEmailCommand(sendInput()))).rejects.toMatchObject({
    name: 'MessageRejected',
  });
  expect(await json(`${fake.url}/_fake/faults`, 'DELETE')).toMatchObject({ status: 200 });
  await client.send(new SendEmailCommand(sendInput()));
});

test('an outage refuses connections and ends by itself', async () => {
  const { fake, client } = await start();
  const outage = (durationMs: number) => json(`${fake.url}/_fake/outage`, 'POST', { durationMs });
  const send = () => client.send(new SendEmailCommand(sendInput()));
  const isRefused = () => expect(send()).rejects.toThrow('ECONNREFUSED');
  // One is seen whatever the machine does meanwhile, and another is short.
  await outage(600_000);
  await eventually(isRefused);
  await fake.comeUp();
  await send();
  const standing = connect(fake.port, '127.0.0.1');
  await once(standing, 'connect');
  const broken = once(standing, 'close');
  await outage(1);
  await broken;
  await eventually(send);
});

test('whoever comes to a busy server waits for no more calls than those that are there before', async () => {
  const { fake } = await start();
  let answered = 0;
  const open = (connections: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    opened.push(() => agent.destroy());
    return () =>
      new Promise<void>((resolve, reject) => {
        const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test' };
        get(`${fake.url}/v2/email/account`, { agent, headers }, (response) => {
          response.resume().once('end', () => {
            answered += 1;
            resolve();
          });
        }).once('error', reject);
      });
  };
  const ask = open(50);
  let isOver = false;
  const before = Array.from({ length: 50 }, async () => {
    while (!isOver) await ask();
  });
  await eventually(() => answered > 500);
  const answeredThen = answered;
  await Promise.all(Array.from({ length: 40 }, open(40)));
  expect(answered - answeredThen).toBeLessThan(600);
  isOver = true;
  await Promise.all(before);
});
