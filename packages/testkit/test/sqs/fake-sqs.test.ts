import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type FakeSqs, startFakeSqs } from '../../src/index.ts';

let sqs: FakeSqs;

beforeEach(async () => {
  sqs = await startFakeSqs();
});

afterEach(async () => {
  await sqs.stop();
});

type Message = {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
};

type Answer = { readonly Messages?: readonly Message[]; readonly __type?: string };

async function call(operation: string, input: Readonly<Record<string, unknown>> = {}) {
  const response = await fetch(sqs.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify({ QueueUrl: sqs.queueUrl, ...input }),
  });
  const { status, headers } = response;
  const body: Answer = JSON.parse(await response.text());
  return { status, queryError: headers.get('x-amzn-query-error'), body };
}

async function receive(input: Readonly<Record<string, unknown>> = {}): Promise<readonly Message[]> {
  const { body } = await call('ReceiveMessage', { MaxNumberOfMessages: 10, ...input });
  return body.Messages ?? [];
}

const remove = ({ ReceiptHandle }: Pick<Message, 'ReceiptHandle'>) =>
  call('DeleteMessage', { ReceiptHandle });

describe('a receive', () => {
  test('answers with the body, its MD5 and, when asked, how often the message was received', async () => {
    const id = sqs.queue.send('Grüße 🌍');
    const [message] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(message).toMatchObject({
      MessageId: id,
      Body: 'Grüße 🌍',
      MD5OfBody: createHash('md5').update('Grüße 🌍').digest('hex'),
      Attributes: { ApproximateReceiveCount: '1' },
    });
  });

  test('takes one message unless told, and leaves the others', async () => {
    for (const body of ['a', 'b', 'c']) sqs.queue.send(body);
    expect((await receive({ MaxNumberOfMessages: undefined })).map(({ Body }) => Body)).toEqual(['a']);
    expect((await receive({ MaxNumberOfMessages: 1 })).map(({ Body }) => Body)).toEqual(['b']);
    expect((await receive()).map(({ Body }) => Body)).toEqual(['c']);
  });

  test('is held open while the queue is empty', async () => {
    const received = receive({ WaitTimeSeconds: 20 });
    await eventually(() => sqs.waiting() === 1);
    sqs.queue.send('late');
    expect((await received).map(({ Body }) => Body)).toEqual(['late']);
    expect(sqs.waiting()).toBe(0);
  });

  test('ends without messages when its time is over', async () => {
    expect(await call('ReceiveMessage', { WaitTimeSeconds: 1 })).toMatchObject({ status: 200, body: {} });
  });

  test('whose caller went away takes nothing', async () => {
    const leaving = new AbortController();
    const gone = fetch(sqs.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
      body: JSON.stringify({ QueueUrl: sqs.queueUrl, WaitTimeSeconds: 20 }),
      signal: leaving.signal,
    });
    await eventually(() => sqs.waiting() === 1);
    leaving.abort();
    await expect(gone).rejects.toThrow();
    await eventually(() => sqs.waiting() === 0);
    sqs.queue.send('kept');
    expect(sqs.outcomes().ReceiveMessage).toEqual({ gone: 1 });
    expect(sqs.queue.left()).toMatchObject([{ receives: 0 }]);
  });
});

describe('a message that was received', () => {
  test('is hidden, and comes again when its visibility timeout has passed', async () => {
    for (const body of ['a', 'b']) sqs.queue.send(body);
    expect(
      (await receive({ MaxNumberOfMessages: 1, VisibilityTimeout: 600 })).map(({ Body }) => Body),
    ).toEqual(['a']);
    const takenAt = performance.now();
    expect((await receive({ VisibilityTimeout: 1 })).map(({ Body }) => Body)).toEqual(['b']);
    expect((await receive({ WaitTimeSeconds: 20 })).map(({ Body }) => Body)).toEqual(['b']);
    expect(performance.now() - takenAt).toBeGreaterThanOrEqual(1_000);
    expect(sqs.queue.messages()).toMatchObject([
      { body: 'a', receives: 1, isDeleted: false },
      { body: 'b', receives: 2, isDeleted: false },
    ]);
  });

  test('does not come again once it is deleted', async () => {
    sqs.queue.send('a');
    const [message] = await receive({ VisibilityTimeout: 0 });
    expect(await remove(message ?? { ReceiptHandle: '' })).toMatchObject({ status: 200, body: {} });
    expect(await receive()).toEqual([]);
    expect(sqs.queue.messages()).toMatchObject([{ receives: 1, isDeleted: true }]);
    expect(sqs.queue.left()).toEqual([]);
  });

  test('is not deleted by a receipt that is older than its last', async () => {
    sqs.queue.send('a');
    const [first] = await receive({ VisibilityTimeout: 0 });
    await receive();
    expect(await remove(first ?? { ReceiptHandle: '' })).toMatchObject({ status: 200 });
    expect(sqs.queue.left()).toHaveLength(1);
  });

  test('comes once more after it was deleted when it was sent to be doubled', async () => {
    sqs.queue.send('a', { isDoubled: true });
    for (let round = 1; round <= 2; round += 1) {
      const [message] = await receive();
      await remove(message ?? { ReceiptHandle: '' });
    }
    expect(sqs.queue.messages()).toMatchObject([{ receives: 2, isDeleted: true }]);
  });
});

test('a batch deletes what it can and names what it cannot', async () => {
  sqs.queue.send('a');
  const [message] = await receive();
  const Entries = [
    { Id: '0', ReceiptHandle: message?.ReceiptHandle },
    { Id: '1', ReceiptHandle: 'nobody’s' },
  ];
  const { status, body } = await call('DeleteMessageBatch', { Entries });
  expect([status, body]).toMatchObject([
    200,
    { Successful: [{ Id: '0' }], Failed: [{ Id: '1', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }] },
  ]);
  expect(sqs.queue.left()).toEqual([]);
});

test('what is posted to the subscription becomes a message as it is', async () => {
  const posted = await fetch(sqs.subscriptionUrl, { method: 'POST', body: '{"Type":"Notification"}' });
  expect(posted.status).toBe(200);
  expect(sqs.queue.left()).toMatchObject([{ body: '{"Type":"Notification"}' }]);
});

test.each([
  ['another queue', 'ReceiveMessage', { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/other' }],
  ['more messages than SQS gives', 'ReceiveMessage', { MaxNumberOfMessages: 11 }],
  ['a longer wait than SQS offers', 'ReceiveMessage', { WaitTimeSeconds: 21 }],
  ['nothing to delete', 'DeleteMessageBatch', { Entries: [] }],
  ['another action', 'PurgeQueue', {}],
])('a call for %s is refused', async (_what, operation, input) => {
  const { status, queryError, body } = await call(operation, input);
  expect(status).toBe(400);
  expect(queryError).toMatch(/;Sender$/);
  expect(body.__type).toMatch(/^com\.amazonaws\.sqs#/);
});

describe('a fault', () => {
  test.each([
    ['serverError', 500, 'InternalFailure;Receiver'],
    ['accessDenied', 403, 'AccessDenied;Sender'],
  ] as const)('%s is answered in place of messages', async (kind, status, queryError) => {
    sqs.queue.send('a');
    sqs.faults.set([{ kind, times: 1 }]);
    expect(await call('ReceiveMessage')).toMatchObject({ status, queryError });
    expect(await receive()).toHaveLength(1);
    expect(sqs.outcomes().ReceiveMessage).toEqual({ [kind]: 1, answered: 1 });
  });

  test('strikes only the operation that it names', async () => {
    sqs.queue.send('a');
    sqs.faults.set([{ kind: 'serverError', operation: 'DeleteMessage' }]);
    const [message] = await receive();
    expect(await remove(message ?? { ReceiptHandle: '' })).toMatchObject({ status: 500 });
    sqs.faults.clear();
    expect(await remove(message ?? { ReceiptHandle: '' })).toMatchObject({ status: 200 });
  });

  test('breaks the connection of a receive that is held open', async () => {
    const received = receive({ WaitTimeSeconds: 20 });
    await eventually(() => sqs.waiting() === 1);
    sqs.faults.set([{ kind: 'reset' }]);
    await expect(received).rejects.toThrow();
    expect(sqs.outcomes().ReceiveMessage).toEqual({ reset: 1 });
  });
});
