import { once } from 'node:events';
import { type ClientRequest, createServer, get } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express, { type Response } from 'express';
import { createStreams } from './streams.ts';

const responses: Response[] = [];
const app = express().use((_request, response) => void responses.push(response));
const server = createServer(app);

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The response to a client that listens. */
async function listening(): Promise<{ readonly response: Response; readonly request: ClientRequest }> {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const request = get({ host: '127.0.0.1', port, agent: false }).on('error', () => undefined);
  await once(server, 'request');
  const response = responses.at(-1);
  if (response === undefined) throw new Error('no request came in');
  return { response, request };
}

/** The response to a client that has left already. */
async function abandoned(): Promise<Response> {
  const { response, request } = await listening();
  const closed = once(response, 'close');
  request.destroy();
  await closed;
  return response;
}

const viewerOf = (workspaceId: string) => ({
  workspaceId,
  isSimulated: false,
  seesMail: true,
  isOperator: false,
});

test('a workspace has half of the streams, with however many keys, and another one finds room', async () => {
  let counts = 0;
  const streams = createStreams({
    count: () => {
      counts += 1;
      return Promise.reject(new Error('nothing is counted here'));
    },
    look: () => Promise.reject(new Error('nothing is read here')),
    isCounted: () => false,
  });
  const add = async (workspaceId: string, keyId: string) => {
    const { response, request } = await listening();
    streams.add({ viewer: viewerOf(workspaceId), keyId, response, isSignedIn: () => Promise.resolve(true) });
    return { response, request };
  };
  const open = [];
  for (let at = 0; at < 50; at += 1) open.push(await add('one', `key ${Math.floor(at / 10)}`));
  await expect(add('one', 'another key')).rejects.toThrow('Too many pages are open at once');
  await add('two', 'its key');
  // One for the other workspace, and one that may be taken again.
  for (const { response, request } of open.splice(-2)) {
    const closed = once(response, 'close');
    request.destroy();
    await closed;
  }
  await add('one', 'another key');
  // What fails is tried again for each that comes and for each look, and not in a circle.
  expect(counts).toBeLessThan(60);
  streams.end();
});

const viewer = viewerOf('0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');

/** A page that opens its stream, and leaves when it has been told. */
async function toldOnce(streams: ReturnType<typeof createStreams>): Promise<void> {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const told = new Promise<void>((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, agent: false }, (answer) =>
      answer.once('data', () => {
        resolve();
        request.destroy();
      }),
    ).on('error', reject);
  });
  await once(server, 'request');
  const response = responses.at(-1);
  if (response === undefined) throw new Error('no request came in');
  const closed = once(response, 'close');
  streams.add({ viewer, keyId: 'key', response, isSignedIn: () => Promise.resolve(true) });
  await Promise.all([told, closed]);
}

test('a count holds up nobody who was counted for, and no page that comes again shortens the rest after it', async () => {
  let nowMs = 0;
  let looks = 0;
  const counts: (() => void)[] = [];
  const now = JSON.parse('{}');
  const streams = createStreams(
    {
      isCounted: () => counts.length > 0,
      count: () => {
        const isFirst = counts.length === 0;
        nowMs += isFirst ? 1_500 : 0;
        // The second one takes for as long as anybody looks.
        return new Promise((resolve) => counts.push(resolve) === 1 && resolve());
      },
      look: async () => {
        looks += 1;
        return { of: () => now };
      },
    },
    () => nowMs,
  );
  for (let page = 0; page < 5; page += 1) await toldOnce(streams);
  expect(counts).toHaveLength(1);
  expect(looks).toBeLessThan(5);
  nowMs += 9 * 1_500;
  for (let page = 0; page < 2; page += 1) await toldOnce(streams);
  expect(counts).toHaveLength(2);
  streams.end();
});

test('a page that left before its session was found takes no stream, and nothing is read for it', async () => {
  let readings = 0;
  const read = () => {
    readings += 1;
    return Promise.reject(new Error('nobody listens'));
  };
  const streams = createStreams({ count: read, look: read, isCounted: () => false });
  for (let at = 0; at < 11; at += 1) {
    const response = await abandoned();
    streams.add({ viewer, keyId: 'key', response, isSignedIn: () => Promise.resolve(true) });
  }
  // A reading would be planned for the next turn of timers.
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(readings).toBe(0);
  streams.end();
});
