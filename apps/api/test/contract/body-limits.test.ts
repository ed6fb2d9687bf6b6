import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, constants, createBrotliCompress, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createDraw, eventually } from '@postroom/testkit';
import { callAs, signInWith } from '../dashboard/a-page.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem } from './batch-items.ts';
import { connectRaw, outcomeOf, type RawConnection } from './raw-connection.ts';
import { envelopeOf, sendRaw } from './raw-request.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const unknownId = '01890000-0000-7000-8000-000000000000';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
const open: RawConnection[] = [];

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
});
afterAll(() => api.close());

async function connect(options?: { readonly readsAtOnce: boolean }): Promise<RawConnection> {
  const connection = await connectRaw(api.origin, options);
  open.push(connection);
  return connection;
}

const asJson = () => ({ 'x-api-key': workspace.key, 'content-type': 'application/json' });

/** The head of a batch; a header that is given replaces the one that would stand there. */
function head(headers: Readonly<Record<string, string>>): string {
  const fields = { host: 'localhost', ...asJson(), ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /api/v1/emails/batch HTTP/1.1\r\n${lines.join('')}\r\n`;
}

const rowsOf = ({ idempotencyKey }: { readonly idempotencyKey?: unknown }) =>
  api.prisma.emailSend.count({ where: { idempotencyKey: String(idempotencyKey) } });
const batchOf = (...items: readonly unknown[]) => JSON.stringify({ items });
const padded = (length: number) => `{${' '.repeat(length - 2)}}`;

describe('bodies in hand of one workspace', () => {
  test('have half of what there is, with however many keys and whoever signed in with them, and others are taken', async () => {
    const other = await api.makeWorkspace();
    const second = await workspace.makeKey(['full']);
    const page = callAs(api, await signInWith(api, workspace.key));
    // A body counts by the memory that holds it, which is more than its bytes, depending on how they were cut on their way.
    const hold = async (mebibytes: number) => {
      const connection = await connect();
      const headers = { 'x-api-key': workspace.key, 'content-length': String(25 * mebibyte) };
      await connection.write(head(headers));
      await connection.write(`{"items":"${'x'.repeat(mebibytes * mebibyte)}`);
    };
    const untilRefused = (ask: () => Promise<{ readonly status: number }>) =>
      eventually(
        async () => {
          // Half of what is asked for: what is left, however its memory is counted, ends below that.
          await hold(0.5);
          return (await ask()).status === 503;
        },
        { intervalMs: 1 },
      );
    const ask = (key: string, mebibytes = 1) => {
      const headers = { ...asJson(), 'x-api-key': key };
      const body = padded(mebibytes * mebibyte);
      return api.call('/api/v1/emails/batch', { method: 'POST', headers, body });
    };
    for (const mebibytes of [20, 20]) await hold(mebibytes);
    await untilRefused(() => ask(workspace.key));
    // Less is left than what was just refused to the key that holds all: by its own account the second would have room.
    expect((await ask(second, 4)).status).toBe(503);
    const body = padded(mebibyte);
    await untilRefused(() => page('/dashboard/api/template-previews', { method: 'POST', body }));
    expect(open.slice(0, 2).map((connection) => connection.answers().length)).toEqual([0, 0]);
    expect((await ask(other.key)).status).toBe(400);
  });
});

describe('a body of exactly the limit is read, and one byte more is 413:', () => {
  const limits = [
    ['POST', '/emails/batch', 25],
    ['POST', '/emails', 25],
    ['POST', '/templates', 1],
    ['PATCH', `/templates/${unknownId}`, 1],
    ['POST', `/templates/${unknownId}/preview`, 1],
    ['POST', '/sender-profiles', 1],
    ['POST', '/profiles', 1],
    ['POST', '/subscription-groups', 1],
    ['PUT', `/subscription-groups/${unknownId}/subscriptions`, 1],
    ['POST', '/suppressions', 1],
    ['POST', '/suppressions/import', 32],
    ['POST', '/api-keys', 1],
  ] as const;
  test.each(createDraw()(limits, 4))('%s %s, %i MiB', async (method, path, limit) => {
    const statuses: number[] = [];
    for (const length of [limit * mebibyte, limit * mebibyte + 1]) {
      for (const framing of [{ 'content-length': String(length) }, { 'transfer-encoding': 'chunked' }]) {
        const headers = { ...asJson(), ...framing };
        const body = padded(length);
        const answer = await sendRaw(api.origin, { method, path: `/api/v1${path}`, headers, body });
        statuses.push(answer.status);
        expect(envelopeOf(answer).error === 'payload_too_large').toBe(answer.status === 413);
      }
    }
    // What fits is refused for what it holds, or for the id in its path.
    expect(statuses.map((status) => status === 413)).toEqual([false, false, true, true]);
  });
});

describe('a small body that unpacks to a gibibyte', () => {
  const block = Buffer.alloc(16 * mebibyte);
  const gzipBomb = () => {
    const member = gzipSync(block);
    return Buffer.concat(Array.from({ length: gibibyte / block.length }, () => member));
  };
  const brotliBomb = () => {
    const blocks = Array.from({ length: gibibyte / block.length }, () => block);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    return buffer(Readable.from(blocks).pipe(createBrotliCompress({ params })));
  };

  test.each([
    ['gzip', gzipBomb, 1.1 * mebibyte],
    ['br', brotliBomb, 25 * 1024],
  ])('as %s is 413 and never held in memory', async (encoding, make, maxLength) => {
    const bomb = await make();
    expect(bomb.length).toBeLessThan(maxLength);
    const headers = { ...asJson(), 'content-encoding': encoding };
    const before = process.resourceUsage().maxRSS;
    const answer = await sendRaw(api.origin, { headers, body: bomb });
    expect(outcomeOf(answer)).toBe('413 payload_too_large');
    const grownKibibytes = process.resourceUsage().maxRSS - before;
    expect(grownKibibytes).toBeLessThan(200 * 1024);
  });

  test('and one that unpacks to nothing for ever is 413 by its length', async () => {
    const nothing = gzipSync('');
    const endless = Buffer.concat(Array.from({ length: (2 * mebibyte) / nothing.length }, () => nothing));
    const headers = { ...asJson(), 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' };
    const answer = await sendRaw(api.origin, { path: '/api/v1/profiles', headers, body: endless });
    expect(outcomeOf(answer)).toBe('413 payload_too_large');
  });
});

describe('what follows after the end of what is packed refuses the body:', () => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('%s, in one piece with it and in pieces of its own', async (encoding, pack) => {
    const item = anItem({ templateId });
    const parts = [pack(batchOf(item)), Buffer.from('{"items": []}')];
    const whole = Buffer.concat(parts);
    const start = head({
      'content-length': String(whole.length),
      'content-encoding': encoding,
      connection: 'close',
    });
    for (const pieces of [[whole], parts]) {
      const connection = await connect();
      await connection.write(start);
      for (const piece of pieces) await connection.write(piece);
      await connection.hungUp;
      expect(connection.answers().map(outcomeOf)).toEqual(['400 validation_failed']);
    }
    expect(await rowsOf(item)).toBe(0);
  });
});

describe('a client that writes all of a body that is too large before it reads', () => {
  const length = 26 * mebibyte;

  test('finds the answer, and may use the connection again', async () => {
    const connection = await connect({ readsAtOnce: false });
    await connection.write(head({ 'content-length': String(length) }));
    await connection.write(Buffer.alloc(length, ' '));
    const body = batchOf(anItem({ templateId }));
    await connection.write(head({ 'content-length': String(body.length), connection: 'close' }) + body);
    connection.read();
    await connection.hungUp;
    const [refused, next] = connection.answers();
    expect(refused && outcomeOf(refused)).toBe('413 payload_too_large');
    expect(next?.status).toBe(200);
  });

  test('finds the answer when the connection is to be closed', async () => {
    const connection = await connect({ readsAtOnce: false });
    await connection.write(head({ 'content-length': String(length), connection: 'close' }));
    await connection.write(Buffer.alloc(length, ' '));
    connection.read();
    await connection.hungUp;
    expect(connection.answers().map(outcomeOf)).toEqual(['413 payload_too_large']);
  });

  test('finds the answer also when it is refused for its key', async () => {
    const connection = await connect({ readsAtOnce: false });
    await connection.write(
      head({ 'content-length': String(length), connection: 'close', 'x-api-key': 'no' }),
    );
    await connection.write(Buffer.alloc(length, ' '));
    connection.read();
    await connection.hungUp;
    expect(connection.answers().map(outcomeOf)).toEqual(['401 unauthorized']);
  });
});

describe('a body without an end', () => {
  const chunk = Buffer.concat([
    Buffer.from(`${mebibyte.toString(16)}\r\n`),
    Buffer.alloc(mebibyte, ' '),
    Buffer.from('\r\n'),
  ]);

  test.each([
    ['that is too large', () => head({ 'transfer-encoding': 'chunked' }), '413 payload_too_large'],
    ['of a wrong key', () => head({ 'transfer-encoding': 'chunked', 'x-api-key': 'no' }), '401 unauthorized'],
  ])('%s is answered once and cut off', async (_name, start, outcome) => {
    const connection = await connect();
    await connection.write(start());
    let writtenMebibytes = 0;
    while (writtenMebibytes < 200 && (await connection.write(chunk))) writtenMebibytes += 1;
    expect(connection.answers().map(outcomeOf)).toEqual([outcome]);
    // 25 until it is too large, 32 that are thrown away, and what lies in the buffers of the connection.
    expect(writtenMebibytes).toBeLessThan(100);
  });
});

describe('a content-length that lies', () => {
  test('by saying less than comes: the rest is refused as no HTTP, after the answer to what was said', async () => {
    const body = batchOf(anItem({ templateId }));
    const connection = await connect();
    await connection.write(
      `${head({ 'content-length': String(body.length) })}${body}${' '.repeat(100)}{"items"`,
    );
    await connection.hungUp;
    const [answer, rest] = connection.answers();
    expect(answer?.status).toBe(200);
    expect(rest && outcomeOf(rest)).toBe('400 validation_failed');
  });

  test('by cutting the JSON off: nothing of it is taken', async () => {
    const item = anItem({ templateId });
    const body = batchOf(item);
    const connection = await connect();
    await connection.write(head({ 'content-length': String(body.length - 3) }) + body);
    await connection.hungUp;
    const outcomes = connection.answers().map(outcomeOf);
    expect(outcomes).toEqual(['400 validation_failed', '400 validation_failed']);
    expect(await rowsOf(item)).toBe(0);
  });

  test('by saying more than comes: nothing is taken', async () => {
    const item = anItem({ templateId });
    const body = batchOf(item);
    const connection = await connect();
    await connection.write(
      head({ 'content-length': String(body.length + 1), 'x-request-id': 'short' }) + body,
    );
    connection.finish();
    await connection.hungUp;
    expect(connection.answers().map(outcomeOf)).toEqual(['400 validation_failed']);
    expect(connection.answers()[0]?.headers['x-request-id']).toBe('short');
    expect(await rowsOf(item)).toBe(0);
  });

  test('by standing beside chunks: the request is refused', async () => {
    const connection = await connect();
    await connection.write(head({ 'content-length': '5', 'transfer-encoding': 'chunked' }));
    await connection.hungUp;
    expect(connection.answers().map(outcomeOf)).toEqual(['400 validation_failed']);
  });

  test('by more than the limit: it is refused before a byte has come', async () => {
    const headers = { ...asJson(), 'content-length': String(gibibyte) };
    expect(outcomeOf(await sendRaw(api.origin, { headers, isEnded: false }))).toBe('413 payload_too_large');
  });
});

test('after all that the API is alive', async () => {
  expect((await workspace.batch([anItem({ templateId })])).accepted).toBe(1);
});
