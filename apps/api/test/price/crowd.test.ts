import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { batchHeadOf, createDraw, openSockets, pipelineOf } from '@postroom/testkit';
import { startWorld, type World } from './world.ts';

/** The most that an API may have in memory on top of what it has at rest, some 200 MiB, in MiB. */
const maxGrowthMb = 440;
const mebibyte = 1024 * 1024;

const draw = createDraw();
let world: World;
let restMb: number;
beforeAll(async () => {
  world = await startWorld();
  restMb = (await world.costOf(async () => undefined)).peakRssMb;
});
afterAll(() => world.stop());

/**
 * What it costs, in short turns. One may be longer: while others have both cores, V8 collects the garbage of a whole heap on
 * the main thread alone.
 */
async function inShortTurns(act: () => Promise<unknown>) {
  const { cost, maxTurnMs } = await world.leastOf(
    ({ secondTurnMs }) => secondTurnMs,
    () => world.costOf(act),
  );
  expect(cost.secondTurnMs).toBeLessThan(maxTurnMs);
  return cost;
}

/** Resolves when a connection has ended, however it did. */
const closed = async (socket: Socket) =>
  socket.destroyed || new Promise((resolve) => socket.once('close', resolve));

describe('what many connections of one caller cost', () => {
  test('that begin a large body each: what does not fit is refused, and forgotten', async () => {
    const piece = Buffer.alloc(mebibyte, ' ');
    const head = batchHeadOf({ key: world.key, lengthBytes: 25 * mebibyte });
    /** Resolves when all but a piece is written, or the connection has ended. */
    const fill = async (socket: Socket) => {
      socket.write(head);
      for (let at = 0; at < 24 && !socket.destroyed; at += 1)
        if (!socket.write(piece))
          await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed(socket)]);
    };
    const cost = await inShortTurns(async () => {
      const sockets = await openSockets(world.apiUrl, 60);
      await Promise.all(sockets.map((socket) => fill(socket)));
      for (const socket of sockets) socket.destroy();
    });
    // 64 MiB of one workspace's bodies are held at most, on top of what the process has at rest.
    expect(cost.peakRssMb - restMb).toBeLessThan(200);
  });

  const email = { from: 'a@acme.test', to: ['b@example.com'] };
  const large = 'x'.repeat(5_000_000);
  const texts = Array.from({ length: 1_000 }, (_, at) => ({
    ...email,
    subject: `s${at}`,
    text: `${at}`.padEnd(24_000, 'y'),
  }));

  const posts: readonly (readonly [string, string, unknown])[] = [
    ['an email of ten megabytes', '/emails', { ...email, subject: 's', html: large, text: large }],
    ['a batch of 24 megabytes', '/emails/batch', { emails: texts }],
  ];
  test.each(draw(posts, 1))('that post %s each, sixteen in all', async (_what, path, body) => {
    const headers = { 'x-api-key': world.key, 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const statuses = new Set<number>();
    const post = async (_: unknown, caller: number) => {
      for (let at = caller; at < 16; at += 10) {
        const response = await fetch(`${world.apiUrl}/api/v1${path}`, request);
        await response.text();
        statuses.add(response.status);
      }
    };
    const cost = await inShortTurns(() => Promise.all(Array.from({ length: 10 }, post)));
    // What found no room was told to come again.
    expect([...statuses].filter((status) => status !== 503)).toEqual([200]);
    expect(cost.peakRssMb - restMb).toBeLessThan(maxGrowthMb);
  });

  test.each(draw(['/docs', '/metrics', '/readyz'], 1))(
    'that write 2,000 requests for %s each',
    async (path) => {
      const cost = await inShortTurns(async () => {
        const sockets = await openSockets(world.apiUrl, 5);
        for (const socket of sockets) {
          socket.resume();
          socket.write(pipelineOf(path));
        }
        await Promise.all(sockets.map(closed));
      });
      expect(cost.peakRssMb - restMb).toBeLessThan(maxGrowthMb);
    },
  );
});
