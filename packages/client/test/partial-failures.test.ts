import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aClient, anEmail, entriesOf, manyEmails, takeEmails, takeItems } from './a-client.ts';
import {
  type Handler,
  hangUp,
  json,
  refusal,
  type ScriptedServer,
  startScriptedServer,
} from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const manyItems = (count: number) => Array.from({ length: count }, () => ({ templateId: 't' }));

/** Does something else with the requests whose first email has this subject. */
const except =
  (subject: string, otherwise: Handler): Handler =>
  (request, response) => {
    const isIt = entriesOf(request, 'emails')[0]?.subject === subject;
    return (isIt ? otherwise : takeEmails)(request, response);
  };

/** Neighbours of the same status as one entry: status, first index, last index. */
function ranges(entries: readonly { readonly status: string }[]) {
  const found: [string, number, number][] = [];
  for (const [at, { status }] of entries.entries()) {
    const last = found.at(-1);
    if (last?.[0] === status) last[2] = at;
    else found.push([status, at, at]);
  }
  return found;
}

describe('a long batch of which one request fails', () => {
  test('says of each email what became of it, and sends the others when the content was refused', async () => {
    const issues = [
      { path: 'emails[4].to', message: 'is required' },
      { path: '', message: 'other' },
    ];
    const body = {
      error: 'validation_failed',
      message: 'emails[4].to is required',
      details: { issues },
      requestId: 'r',
    };
    server.script(except('Email 1000', json(400, body)));
    const result = await aClient(server.url).client.emails.batch(manyEmails(2_500), { concurrency: 1 });
    expect(result.data).toBeNull();
    expect(result.count).toBeUndefined();
    expect(result.error).toMatchObject({
      code: 'validation_failed',
      message: 'emails[1004].to is required',
      details: {
        issues: [
          { path: 'emails[1004].to', message: 'is required' },
          { path: '', message: 'other' },
        ],
      },
      inDoubt: false,
    });
    expect(ranges(result.partial?.emails ?? [])).toEqual([
      ['queued', 0, 999],
      ['refused', 1_000, 1_999],
      ['queued', 2_000, 2_499],
    ]);
    expect(result.partial).toMatchObject({
      count: 2_500,
      unanswered: 1_000,
      batchIds: ['batch-of-Email 0', 'batch-of-Email 2000'],
    });
    expect(result.partial?.emails[1_000]).toMatchObject({
      index: 1_000,
      error: { code: 'validation_failed' },
    });
  });

  test('begins no further request when the failure would meet them too', async () => {
    server.script(except('Email 1000', refusal(401, 'unauthorized')));
    const result = await aClient(server.url).client.emails.batch(manyEmails(3_500), { concurrency: 1 });
    expect(ranges(result.partial?.emails ?? [])).toEqual([
      ['queued', 0, 999],
      ['refused', 1_000, 1_999],
      ['not_sent', 2_000, 3_499],
    ]);
    expect(server.received).toHaveLength(2);
  });

  test('says which may have been accepted without an answer, and under which key to repeat all', async () => {
    server.script(except('Email 1000', hangUp));
    const { client } = aClient(server.url, { maxRetries: 1 });
    const emails = manyEmails(2_500);
    const result = await client.emails.batch(emails, { concurrency: 1 });
    expect(ranges(result.partial?.emails ?? [])).toEqual([
      ['queued', 0, 999],
      ['in_doubt', 1_000, 1_999],
      ['not_sent', 2_000, 2_499],
    ]);
    const key = result.error?.idempotencyKey;
    expect(key).toBe(server.received[0]?.headers['idempotency-key']);
    const keysOf = () => server.received.map(({ headers }) => headers['idempotency-key']);
    const before = keysOf();
    server.script(takeEmails);
    const again = await client.emails.batch(emails, { concurrency: 1, idempotencyKey: key });
    expect(again.count).toBe(2_500);
    expect(keysOf().slice(0, 2)).toEqual([...new Set(before)]);
  });

  test('of items gives each its key, answered or not', async () => {
    server.script(refusal(403, 'insufficient_scope'), [takeItems]);
    const { client } = aClient(server.url);
    const result = await client.emails.batchItems({ items: manyItems(250) }, { concurrency: 1 });
    expect(ranges(result.partial?.items ?? [])).toEqual([
      ['accepted', 0, 99],
      ['refused', 100, 199],
      ['not_sent', 200, 249],
    ]);
    expect(result.partial).toMatchObject({ total: 250, accepted: 100, rejected: 0, unanswered: 150 });
    const key = result.error?.idempotencyKey;
    expect(result.partial?.items.map(({ index, idempotencyKey }) => [index, idempotencyKey])).toEqual(
      manyItems(250).map((_, at) => [at, `${key}/${at}`]),
    );
  });

  test('ends at an email that cannot be JSON, with what was sent before it', async () => {
    server.script(takeEmails);
    const emails = manyEmails(1_500);
    emails[1_200] = anEmail({ scheduled_at: new Date('no date') });
    const result = await aClient(server.url).client.emails.batch(emails);
    expect(result.error).toMatchObject({ code: 'validation_failed', status: null });
    expect(result.error?.message).toContain('Invalid time value');
    expect(ranges(result.partial?.emails ?? [])).toEqual([
      ['queued', 0, 999],
      ['not_sent', 1_000, 1_499],
    ]);
  });
});

describe("answers that are not the server's", () => {
  test.each<[string, Handler]>([
    ['a web page', (_request, response) => void response.writeHead(200).end('<html></html>')],
    ['other JSON', json(200, { ok: true })],
    ['nothing', (_request, response) => void response.writeHead(204).end()],
    ['fewer entries than were sent', json(200, { emails: [], count: 0 })],
  ])('%s with a good status is an invalid_response, and the batch is in doubt', async (_name, handler) => {
    server.script(handler);
    const { error, partial } = await aClient(server.url).client.emails.batch([anEmail()]);
    expect(error).toMatchObject({ code: 'invalid_response', inDoubt: true });
    expect(ranges(partial?.emails ?? [])).toEqual([['in_doubt', 0, 0]]);
    expect(server.received).toHaveLength(1);
  });

  test('a redirect is not followed, so that the key stays where it was sent', async () => {
    const other = await startScriptedServer();
    other.script(takeEmails);
    server.script((_request, response) => void response.writeHead(307, { location: other.url }).end());
    const { error } = await aClient(server.url).client.emails.batch([anEmail()]);
    expect(error).toMatchObject({ code: 'invalid_response', status: 307, inDoubt: false });
    expect(other.received).toEqual([]);
    await other.close();
  });
});
