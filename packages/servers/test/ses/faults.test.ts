import { GetAccountCommand, type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../../../testkit/src/index.ts';
import { type FakeSes, type FaultPlan, startFakeSes } from '../../src/index.ts';
import { sendInput, sesClient } from './test-ses-client.ts';

let fake: FakeSes;
let client: SESv2Client;

beforeEach(async () => {
  fake = await startFakeSes();
  client = sesClient(fake.url);
});

afterEach(async () => {
  client.destroy();
  await fake.stop();
});

const send = (to = 'zoe@example.com', by = client) =>
  by.send(new SendEmailCommand(sendInput({ Destination: { ToAddresses: [to] } })));

type PlannedFault = FaultPlan['faults'][number];

test.each<[PlannedFault, string, number]>([
  [{ kind: 'throttle' }, 'TooManyRequestsException', 429],
  [{ kind: 'quotaSpent' }, 'LimitExceededException', 400],
  [{ kind: 'paused' }, 'SendingPausedException', 400],
  [{ kind: 'suspended' }, 'AccountSuspendedException', 400],
  [{ kind: 'reject' }, 'MessageRejected', 400],
  [{ kind: 'mailFromNotVerified' }, 'MailFromDomainNotVerifiedException', 400],
  [{ kind: 'badRequest' }, 'BadRequestException', 400],
  [{ kind: 'notFound' }, 'NotFoundException', 404],
  [{ kind: 'credentials' }, 'UnrecognizedClientException', 403],
  [{ kind: 'credentials', code: 'ExpiredTokenException' }, 'ExpiredTokenException', 403],
  [{ kind: 'credentials', code: 'InvalidSignatureException' }, 'InvalidSignatureException', 403],
  [{ kind: 'errorBeforeAccepting', status: 503, code: 'ServiceUnavailable' }, 'ServiceUnavailable', 503],
])('%j is the error %s to the AWS client, and SES did not take the message', async (fault, name, status) => {
  fake.faults.set({ faults: [fault] });
  await expect(send()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  expect(fake.ledger.summary().accepted).toBe(0);
});

test.each([500, 502, 503, 504])('a %i after accepting leaves the message in the ledger', async (status) => {
  fake.faults.set({ faults: [{ kind: 'errorAfterAccepting', status, times: 1 }] });
  await expect(send()).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  expect(fake.ledger.entries()).toMatchObject([{ fault: 'errorAfterAccepting' }]);
  await send();
});

test.each(['html', 'none'] as const)(
  'a load balancer in the way answers with a body of kind %s',
  async (body) => {
    fake.faults.set({ faults: [{ kind: 'errorAfterAccepting', status: 502, body }] });
    await expect(send()).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } });
  },
);

test.each<[PlannedFault['kind'], number, object]>([
  ['hangBeforeReading', 0, { name: 'TimeoutError' }],
  ['hangBeforeAccepting', 0, { name: 'TimeoutError' }],
  ['hangAfterAccepting', 1, { name: 'AbortError' }],
  ['slowLoris', 1, { name: 'AbortError' }],
  ['resetBeforeAccepting', 0, { message: expect.stringMatching(/ECONNRESET|hang up/) }],
  ['resetAfterAccepting', 1, { message: expect.stringMatching(/ECONNRESET|hang up/) }],
])('after %s the ledger holds %i message and the client has an error', async (kind, accepted, error) => {
  if (kind === 'latency') throw new Error('latency is no error');
  fake.faults.set({ faults: [{ kind, times: 1 }] });
  const by = kind.startsWith('hangBefore') ? sesClient(fake.url, { timeoutMs: 300 }) : client;
  const isUnanswered = kind === 'hangAfterAccepting' || kind === 'slowLoris';
  const sending = isUnanswered ? sendUntilAccepted() : send(undefined, by);
  await expect(sending).rejects.toMatchObject(error);
  expect(fake.ledger.summary().accepted).toBe(accepted);
  await send();
});

/** Gives the call up once SES has taken the message. */
async function sendUntilAccepted() {
  const leaving = new AbortController();
  const sending = client.send(new SendEmailCommand(sendInput()), { abortSignal: leaving.signal });
  sending.catch(() => undefined);
  await eventually(() => fake.ledger.summary().accepted === 1);
  leaving.abort();
  return sending;
}

test('a slow-loris answer comes byte by byte, and whole in the end', async () => {
  fake.faults.set({ faults: [{ kind: 'slowLoris', byteEveryMs: 1 }] });
  const { MessageId } = await send();
  expect(fake.ledger.entries()).toMatchObject([{ messageId: MessageId, fault: 'slowLoris' }]);
});

test('an empty 200 has no message id, although SES took the message', async () => {
  fake.faults.set({ faults: [{ kind: 'emptyBody' }] });
  const answer = await send();
  expect(answer).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  expect(answer.MessageId).toBeUndefined();
  expect(fake.ledger.entries()).toMatchObject([{ fault: 'emptyBody' }]);
});

test('latencies add up and the fault after them still strikes', async () => {
  fake.faults.set({
    faults: [{ kind: 'latency', latencyMs: 60 }, { kind: 'latency', latencyMs: 60 }, { kind: 'throttle' }],
  });
  const startedAt = performance.now();
  await expect(send()).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
});

test('a fault strikes as often as it says, and then no more', async () => {
  fake.faults.set({ faults: [{ kind: 'throttle', times: 2 }] });
  await expect(send()).rejects.toThrow();
  await expect(send()).rejects.toThrow();
  await send();
  expect(fake.outcomes()).toEqual({ SendEmail: { throttle: 2, accepted: 1 } });
});

test('a fault strikes only whom it is meant for', async () => {
  fake.faults.set({
    faults: [
      { kind: 'reject', match: { recipient: 'poison@' } },
      { kind: 'throttle', match: { from: 'other.example' } },
    ],
  });
  await send();
  await expect(send('poison@example.com')).rejects.toMatchObject({ name: 'MessageRejected' });
});

test('a fault of another operation leaves sending alone', async () => {
  fake.faults.set({ faults: [{ kind: 'credentials', operation: 'GetAccount' }] });
  await send();
  await expect(client.send(new GetAccountCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

test('the same seed gives the same faults', async () => {
  const run = async () => {
    fake.faults.set({ seed: 7, faults: [{ kind: 'throttle', probability: 0.5 }] });
    const outcomes: boolean[] = [];
    for (let n = 0; n < 30; n += 1) {
      outcomes.push(
        await send().then(
          () => true,
          () => false,
        ),
      );
    }
    return outcomes;
  };
  const first = await run();
  expect(first).toContain(true);
  expect(first).toContain(false);
  expect(await run()).toEqual(first);
});

test('stopping ends calls that hang', async () => {
  fake.faults.set({ faults: [{ kind: 'hangAfterAccepting' }] });
  const failed = client.send(new SendEmailCommand(sendInput())).catch((error: unknown) => error);
  await eventually(() => fake.ledger.summary().accepted === 1);
  await fake.stop();
  expect(await failed).toMatchObject({ message: expect.stringMatching(/ECONNRESET|hang up/) });
});

test('every message that arrives is noted with its recipients and what became of it, accepted or not', async () => {
  fake.faults.set({
    faults: [
      { kind: 'throttle', times: 1 },
      { kind: 'resetAfterAccepting', times: 1 },
    ],
  });
  await expect(send()).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  await expect(send()).rejects.toThrow();
  await send();
  fake.account.set({ isSendingEnabled: false });
  await expect(send()).rejects.toMatchObject({ name: 'SendingPausedException' });
  const of = { sendId: 'send_1', attempt: 2, recipientsCount: 1 };
  expect(fake.arrivals()).toMatchObject([
    { ...of, outcome: 'throttle' },
    { ...of, outcome: 'resetAfterAccepting' },
    { ...of, outcome: 'accepted' },
    { ...of, outcome: 'SendingPausedException' },
  ]);
  fake.reset();
  expect(fake.arrivals()).toEqual([]);
});

test('a message that waits for its answer has arrived already', async () => {
  fake.faults.set({ faults: [{ kind: 'latency', latencyMs: 60_000 }] });
  const waiting = send();
  waiting.catch(() => undefined);
  await eventually(() => fake.arrivals().length === 1);
  expect(fake.arrivals()).toMatchObject([{ outcome: null }]);
  await fake.stop();
  await expect(waiting).rejects.toThrow();
});
