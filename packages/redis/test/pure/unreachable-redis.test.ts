import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import { eventually } from '@postroom/testkit';
import { openSendQueue, openSendWorker, type SendQueue } from '../../src/index.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** An address at which there is no Redis, and whether somebody was turned away there. */
type Place = { readonly port: number; readonly hasRefused: () => boolean };

const listen = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

/** A server that does this with each connection; one that comes again was turned away before. */
async function meetWith(meet: (socket: Socket) => void): Promise<Place> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => undefined));
    meet(socket);
  });
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: await listen(server), hasRefused: () => sockets.length > 1 };
}

const places: readonly (readonly [string, () => Promise<Place>])[] = [
  ['nobody listens', async () => ({ port: await freePort(), hasRefused: () => true })],
  ['somebody takes connections and says nothing', () => meetWith(() => undefined)],
  ['somebody ends each connection at once', () => meetWith((socket) => socket.end())],
  ['somebody resets each connection', () => meetWith((socket) => socket.resetAndDestroy())],
  [
    'somebody answers in another language',
    () => meetWith((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  ],
];

const optionsOf = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  prefix: 'unreachable',
  onError: () => undefined,
});

/** What happened before it is closed. */
const moments: readonly (readonly [string, (queue: SendQueue, place: Place) => Promise<void>])[] = [
  ['at once', async () => undefined],
  [
    'while it is asked something',
    async (queue) => {
      void queue.counts().catch(() => undefined);
    },
  ],
  [
    'after it answered nothing',
    async (queue) => {
      await expect(queue.counts()).rejects.toThrow();
    },
  ],
  [
    'after it tried again',
    async (_queue, { hasRefused }) => {
      await eventually(hasRefused);
    },
  ],
  [
    'between two tries',
    async ({ redis }) => {
      await eventually(() => redis.status === 'reconnecting', { intervalMs: 1 });
    },
  ],
];

describe.each(places)('where %s,', (_place, open) => {
  test.each(moments)(
    'a queue that never was connected is closed %s, and stays so',
    async (_moment, before) => {
      const place = await open();
      const queue = openSendQueue(optionsOf(place.port));
      await before(queue, place);
      await queue.close();
      await queue.close();
      await expect(queue.counts()).rejects.toThrow();
    },
  );

  test.each([
    ['before it was started', false],
    ['while it waits for Redis', true],
  ])('a worker that never was connected is stopped %s', async (_moment, isStarted) => {
    const place = await open();
    const worker = openSendWorker({
      ...optionsOf(place.port),
      concurrency: 1,
      process: async () => ({ kind: 'done' }),
    });
    if (isStarted) {
      worker.start();
      await eventually(place.hasRefused);
    }
    await worker.stop(100);
  });
});
