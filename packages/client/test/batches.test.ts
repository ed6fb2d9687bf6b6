import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aClient, anEmail, entriesOf, manyEmails, takeEmails, takeItems } from './a-client.ts';
import { type Handler, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const sizes = (list: 'emails' | 'items') => server.received.map((request) => entriesOf(request, list).length);
const manyItems = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ templateId: 't', subject: `Item ${at}` }));

/** Answers the requests of a batch in the reverse order of their arrival, once so many are there. */
function lastFirst(count: number, answer: Handler): Handler {
  const waiting: (() => Promise<void>)[] = [];
  return async (request, response) => {
    waiting.push(async () => {
      await answer(request, response);
      // The next answer may only leave when this one has.
      await new Promise((resolve) => response.once('close', resolve));
    });
    if (waiting.length < count) return;
    for (const next of waiting.splice(0).reverse()) await next();
  };
}

/** The first request that the server got. */
function firstRequest() {
  const [request] = server.received;
  if (request === undefined) throw new Error('the server got no request');
  return request;
}

describe('a batch in one request', () => {
  test('goes out as the API takes it, and the result has the answer twice: in data and in itself', async () => {
    server.script(takeEmails);
    const { client } = aClient(server.url);
    const result = await client.emails.batch([anEmail()], { idempotencyKey: 'letter' });
    const [request] = server.received;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/api/v1/emails/batch',
      body: { emails: [anEmail()] },
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'letter',
        'user-agent': expect.stringMatching(/^postroom-client\/\d/),
        'x-postroom-client': expect.stringMatching(/^postroom-client\/\d/),
        'x-api-key': 'sk_test_scripted',
      },
    });
    const { data, error, ...fields } = result;
    expect(error).toBeNull();
    expect(fields).toEqual(data);
    expect(data).toMatchObject({ count: 1, batchId: 'batch-of-Hello', batchIds: ['batch-of-Hello'] });
  });

  test('of items gives each a key, and keeps the one that it has', async () => {
    server.script(takeItems);
    const { client } = aClient(server.url);
    const items = [{ templateId: 't' }, { idempotencyKey: 'mine' }];
    const result = await client.emails.batchItems({ items, defaults: { templateId: 't' } });
    expect(server.received[0]?.body).toMatchObject({ defaults: { templateId: 't' } });
    expect(server.received[0]?.headers['idempotency-key']).toBeUndefined();
    const [first, second] = entriesOf(firstRequest(), 'items');
    expect(first?.idempotencyKey).toMatch(/^[0-9a-f-]{36}\/0$/);
    expect(second?.idempotencyKey).toBe('mine');
    expect(result).toMatchObject({ total: 2, accepted: 2, rejected: 0, batchIds: [expect.any(String)] });
  });

  test('leaves what was given as it is', async () => {
    server.script(takeItems);
    const { client } = aClient(server.url);
    const attachments = [{ filename: 'a.txt', content: new Uint8Array([104, 105]) }];
    const request = {
      items: [{ templateId: 't', scheduledAt: new Date(86_400_000), attachments }],
      defaults: { scheduledAt: new Date(0) },
    };
    const before = structuredClone(request);
    await client.emails.batchItems(request);
    expect(request).toEqual(before);
    expect(server.received[0]?.body).toMatchObject({
      defaults: { scheduledAt: '1970-01-01T00:00:00.000Z' },
      items: [
        { scheduledAt: '1970-01-02T00:00:00.000Z', attachments: [{ filename: 'a.txt', content: 'aGk=' }] },
      ],
    });
  });

  test('encodes bytes of any length as base64, and leaves text as it is', async () => {
    server.script(takeEmails);
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256));
    const contents = [bytes, new Uint8Array(bytes.buffer, bytes.byteOffset + 1, 24_577), 'aGk='];
    const attachments = contents.map((content, at) => ({ filename: `${at}.bin`, content }));
    await aClient(server.url).client.emails.batch([anEmail({ attachments })]);
    const [email] = entriesOf(firstRequest(), 'emails');
    expect(email?.attachments).toEqual([
      { filename: '0.bin', content: bytes.toString('base64') },
      { filename: '1.bin', content: bytes.subarray(1, 24_578).toString('base64') },
      { filename: '2.bin', content: 'aGk=' },
    ]);
  });

  test('of nothing asks the server, who refuses it', async () => {
    server.script(refusal(400, 'validation_failed'));
    const { error, partial } = await aClient(server.url).client.emails.batch([]);
    expect(error?.code).toBe('validation_failed');
    expect(partial?.emails).toEqual([]);
    expect(server.received[0]?.body).toEqual({ emails: [] });
  });

  test('as a dry run says so in the query', async () => {
    server.script(takeEmails);
    const result = await aClient(server.url).client.emails.batch([anEmail()], { dryRun: true });
    expect(server.received[0]?.url).toBe('/api/v1/emails/batch?dryRun=true');
    expect(result.data).toMatchObject({ dryRun: true, count: 1 });
    server.script(takeItems);
    const items = await aClient(server.url).client.emails.batchItems({ items: [{}] }, { dryRun: true });
    expect(server.received[0]?.url).toBe('/api/v1/emails/batch?dryRun=true');
    expect(items.data).toMatchObject({ dryRun: true, total: 1, accepted: 1, rejected: 0 });
  });
});

describe('a long batch', () => {
  test('of emails goes in thousands and comes back as one list in the order given', async () => {
    server.script(lastFirst(3, takeEmails));
    const result = await aClient(server.url).client.emails.batch(manyEmails(2_500));
    expect(result.error).toBeNull();
    expect(sizes('emails').sort()).toEqual([1_000, 1_000, 500]);
    expect(result.count).toBe(2_500);
    expect(result.emails?.map(({ subject }) => subject)).toEqual(
      manyEmails(2_500).map(({ subject }) => subject),
    );
    expect(result.batchId).toBeNull();
    expect(result.batchIds).toEqual(['batch-of-Email 0', 'batch-of-Email 1000', 'batch-of-Email 2000']);
  });

  test('of items goes in hundreds; indexes and totals are those of the whole list', async () => {
    server.script(lastFirst(3, takeItems));
    const items = manyItems(250);
    items[120] = { templateId: 't', subject: 'bad' };
    const result = await aClient(server.url).client.emails.batchItems({ items });
    expect(sizes('items').sort()).toEqual([100, 100, 50]);
    expect(result).toMatchObject({ total: 250, accepted: 249, rejected: 1, batchId: null });
    expect(result.items?.map(({ index }) => index)).toEqual(items.map((_, at) => at));
    expect(result.items?.[120]).toMatchObject({ status: 'rejected', error: 'validation_failed' });
    expect(result.batchIds).toHaveLength(3);
  });

  test('is cut before a request has more than 24 MiB, counted in bytes', async () => {
    server.script(takeEmails);
    const text = 'é'.repeat(5 * 1024 * 1024);
    const emails = Array.from({ length: 5 }, (_, at) => anEmail({ subject: `Email ${at}`, text }));
    const options = { concurrency: 1, idempotencyKey: 'june' };
    const result = await aClient(server.url).client.emails.batch(emails, options);
    expect(sizes('emails')).toEqual([2, 2, 1]);
    const own = server.received.flatMap((request) => entriesOf(request, 'emails'));
    // The header gives the first two june/0 and june/1: each email has one key, wherever the list is cut.
    expect(own.map(({ idempotency_key }) => idempotency_key)).toEqual([
      undefined,
      undefined,
      'june/2',
      'june/3',
      'june/4',
    ]);
    for (const { text: body } of server.received)
      expect(Buffer.byteLength(body)).toBeLessThan(24 * 1024 * 1024);
    expect(result.emails?.map(({ subject }) => subject)).toEqual(emails.map(({ subject }) => subject));
  });

  test('repeated under the same key has the same keys', async () => {
    server.script(takeEmails);
    const { client } = aClient(server.url);
    const emails = manyEmails(1_002);
    emails[1_001] = anEmail({ idempotency_key: 'mine' });
    const run = async (list: typeof emails) => {
      server.script(takeEmails);
      await client.emails.batch(list, { idempotencyKey: 'june', concurrency: 1 });
      return server.received.map((request) => ({
        key: request.headers['idempotency-key'],
        own: entriesOf(request, 'emails').map(({ idempotency_key }) => idempotency_key),
      }));
    };
    const first = await run(emails);
    expect(first.map(({ key }) => key)).toEqual(['june', 'june+1000']);
    expect(first[0]?.own.every((key) => key === undefined)).toBe(true);
    expect(first[1]?.own).toEqual(['june/1000', 'mine']);
    expect(await run(emails)).toEqual(first);
  });

  test('of items derives the keys that are missing from the call and the place', async () => {
    server.script(takeItems);
    const { client } = aClient(server.url);
    const result = await client.emails.batchItems({ items: manyItems(101) }, { idempotencyKey: 'june' });
    expect(result.items?.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      manyItems(101).map((_, at) => `june/${at}`),
    );
  });

  test('has no more requests under way than it may', async () => {
    let underWay = 0;
    let most = 0;
    server.script(async (request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      await takeItems(request, response);
    });
    const { client } = aClient(server.url);
    await client.emails.batchItems({ items: manyItems(1_200) });
    expect(most).toBeLessThanOrEqual(4);
    most = 0;
    await client.emails.batchItems({ items: manyItems(500) }, { concurrency: 1 });
    expect(most).toBe(1);
    expect(server.received).toHaveLength(17);
  });

  test('tells how far it is, and does not mind a progress bar that throws', async () => {
    server.script(takeItems);
    const { client } = aClient(server.url);
    const seen: number[] = [];
    const result = await client.emails.batchItems(
      { items: manyItems(250) },
      {
        concurrency: 1,
        onProgress: ({ done, total }) => {
          seen.push(done, total);
          throw new Error('no terminal');
        },
      },
    );
    expect(seen).toEqual([100, 250, 200, 250, 250, 250]);
    expect(result.error).toBeNull();
  });
});
