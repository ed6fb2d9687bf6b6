import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListeningServer } from '@postroom/process';
import { eventually } from '@postroom/testkit';
import express, { type RequestHandler } from 'express';
import { boundBodies, boundUnownedBodies } from '../../src/http/body-budget.ts';
import { listen } from '../../src/http/listen.ts';
import { handleErrors } from '../../src/middleware/handle-errors.ts';
import { jsonBody } from '../../src/middleware/json-body.ts';
import { assignRequestId } from '../../src/middleware/request-id.ts';
import { connectRaw, outcomeOf, type RawConnection } from '../contract/raw-connection.ts';
import { sendRaw } from '../contract/raw-request.ts';

/** A body counts by the memory that holds it: up to 4 KiB more for each piece that it comes in, which nobody here decides. */
const KiB = 1024;
let server: ListeningServer;
const open: RawConnection[] = [];
/** Requests whose body has arrived, and that are not to be answered yet. */
const held: (() => void)[] = [];

beforeAll(async () => {
  const app = express();
  app.use(assignRequestId);
  const take: RequestHandler = async (request, response) => {
    if (request.header('x-hold') !== undefined) await new Promise<void>((resolve) => held.push(resolve));
    response.json({});
  };
  const count: RequestHandler = (_request, _response, next) => {
    came += 1;
    next();
  };
  app.post('/open', count, boundUnownedBodies(300 * KiB), ...jsonBody(150 * KiB), take);
  app.post(
    '/',
    boundBodies(450 * KiB, ({ req }) => req.header('x-owner') ?? 'one'),
    ...jsonBody(150 * KiB),
    take,
  );
  app.use(handleErrors(() => undefined));
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const connection of open.splice(0)) connection.destroy();
  for (const letGo of held.splice(0)) letGo();
  await eventually(async () => (await post(100)) === 200);
});
afterAll(() => server.close());

/** Requests that came in without an owner. */
let came = 0;
const origin = () => `http://127.0.0.1:${server.port}`;
const json = { 'content-type': 'application/json' };

const bodyOf = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
const post = async (kib: number, headers = {}, path = '/') =>
  (await sendRaw(origin(), { path, headers: { ...json, ...headers }, body: bodyOf(kib * KiB) })).status;

/** Sends the beginning of a body that goes on later, or never. */
async function begin(kib: number, { path = '/', owner = 'one' } = {}): Promise<RawConnection> {
  const connection = await connectRaw(origin());
  open.push(connection);
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nx-owner: ${owner}\r\ncontent-type: application/json\r\ncontent-length: ${140 * KiB}\r\n\r\n`;
  await connection.write(head + bodyOf(kib * KiB).slice(0, -1));
  return connection;
}

describe('bodies in hand', () => {
  test('of one owner are bounded together, those that trickle in as well', async () => {
    await begin(80);
    await begin(80);
    const third = await begin(80);
    await eventually(() => third.answers().length === 1);
    expect(third.answers().map(outcomeOf)).toEqual(['503 unavailable']);
    expect(Number(third.answers()[0]?.headers['retry-after'])).toBeGreaterThan(0);
    // Others have room.
    expect(await post(100, { 'x-owner': 'two' })).toBe(200);
    expect(await post(100)).toBe(503);
  });

  test('of all owners are bounded together, and who has nothing in hand finds room', async () => {
    await begin(100);
    await begin(100, { owner: 'two' });
    // Both are there.
    await eventually(async () => (await post(130, { 'x-owner': 'three' })) === 503);
    expect(await post(100, { 'x-owner': 'three' })).toBe(200);
  });

  test('count for as long as they are worked on', async () => {
    const first = post(120, { 'x-hold': '1' });
    await eventually(() => held.length === 1);
    expect(await post(120)).toBe(503);
    held.pop()?.();
    expect(await first).toBe(200);
    await eventually(async () => (await post(120)) === 200);
  });

  test('count as they are unpacked', async () => {
    const first = post(120, { 'x-hold': '1' });
    await eventually(() => held.length === 1);
    const packed = gzipSync(bodyOf(120 * KiB));
    expect(packed.length).toBeLessThan(KiB);
    const headers = { ...json, 'content-encoding': 'gzip' };
    expect((await sendRaw(origin(), { path: '/', headers, body: packed })).status).toBe(503);
    held.pop()?.();
    await first;
  });

  test('that are refused give their room back while the rest of them still comes', async () => {
    await begin(120);
    const second = await begin(110);
    await eventually(() => second.answers().length === 1);
    // The second one is answered, and has 30 KB to go.
    expect(second.isHungUp()).toBe(false);
    expect(await post(70)).toBe(200);
  });

  test('give their room back however they end: whole, broken, refused, or cut off', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await post(140)).toBe(200);
      await sendRaw(origin(), { path: '/', headers: json, body: `${'['.repeat(130 * KiB)}` });
      await sendRaw(origin(), { path: '/', headers: json, body: bodyOf(151 * KiB) });
      (await begin(130)).destroy();
      await eventually(async () => (await post(140)) === 200);
    }
  });
});

describe('bodies in hand that need no key', () => {
  test('give way to others when room is short: whoever has withheld its end for longest, and nobody else', async () => {
    const withheld: RawConnection[] = [];
    for (const kib of [70, 90, 90]) {
      const before = came;
      withheld.push(await begin(kib, { path: '/open' }));
      await eventually(() => came > before);
    }
    await eventually(async () => {
      expect(await post(70, {}, '/open')).toBe(200);
      return withheld[0]?.answers().length === 1;
    });
    expect(withheld.map((connection) => connection.answers().map(outcomeOf))).toEqual([
      ['503 unavailable'],
      [],
      [],
    ]);
    expect(await post(120, {}, '/open')).toBe(200);
  });

  test('stay once they are whole: who finds no room beside them is put off', async () => {
    const first = [post(130, { 'x-hold': '1' }, '/open'), post(130, { 'x-hold': '1' }, '/open')];
    await eventually(() => held.length === 2);
    expect(await post(50, {}, '/open')).toBe(503);
    for (const letGo of held.splice(0)) letGo();
    expect(await Promise.all(first)).toEqual([200, 200]);
    await eventually(async () => (await post(140, {}, '/open')) === 200);
  });
});

describe('what a body will be made into is counted before it is made:', () => {
  const inside = (text: string) => gzipSync(`{"a":${text}}`);
  test.each([
    ['zeros', inside(`[${'0,'.repeat(2_000_000)}0]`)],
    ['empty arrays', inside(`[${'[],'.repeat(1_200_000)}0]`)],
    ['fields', inside(`{${'"k":0,'.repeat(200_000)}"k":0}`)],
  ])('too many %s are refused, a few KB of gzip among them', async (_what, packed) => {
    const big = express().post(
      '/',
      boundUnownedBodies(25 * KiB * KiB),
      ...jsonBody(25 * KiB * KiB),
      (_request, response) => void response.json({}),
    );
    big.use(handleErrors(() => undefined));
    const own = await listen(big, { host: '127.0.0.1', port: 0 });
    try {
      const headers = { ...json, 'content-encoding': 'gzip' };
      const answer = await sendRaw(`http://127.0.0.1:${own.port}`, { path: '/', headers, body: packed });
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/more than \d+ (?:values|fields)/);
    } finally {
      await own.close();
    }
  });
});
