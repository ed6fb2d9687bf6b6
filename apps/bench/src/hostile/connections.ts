import { once } from 'node:events';
import type { Socket } from 'node:net';
import { batchHeadOf, openSockets, pipelineOf } from '@postroom/testkit';
import type { Attack, Target } from './attack.ts';

/** Holds connections until its time is over, or all of them were ended. */
async function hold(sockets: readonly Socket[], { signal }: Target): Promise<void> {
  const over = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const open = sockets.filter((socket) => !socket.destroyed);
  const ended = Promise.all(open.map((socket) => once(socket, 'close')));
  await Promise.race([over, ended]);
  for (const socket of sockets) socket.destroy();
}

const pipelined = (path: string): Attack => ({
  name: `pipelined ${path}`,
  about: `five connections, each with 2,000 requests for ${path} in one piece, whose answers nobody reads`,
  round: async (target) => {
    const sockets = await openSockets(target.apiUrl, 5);
    for (const socket of sockets) {
      socket.pause();
      socket.write(pipelineOf(path));
    }
    await hold(sockets, target);
  },
});

const mebibyte = 1024 * 1024;

const unfinishedBodies: Attack = {
  name: 'unfinished bodies',
  about: '80 connections with 24 of 25 MiB sent, and the rest held back',
  round: async (target) => {
    const sockets = await openSockets(target.apiUrl, 80);
    const head = batchHeadOf({ key: target.key, lengthBytes: 25 * mebibyte });
    const piece = Buffer.alloc(mebibyte, ' ');
    const fill = async (socket: Socket) => {
      socket.write(head);
      for (let at = 0; at < 24 && !socket.destroyed && !target.signal.aborted; at += 1)
        if (!socket.write(piece))
          await Promise.race([once(socket, 'drain'), once(socket, 'close'), once(target.signal, 'abort')]);
    };
    for (const socket of sockets) void fill(socket).catch(() => undefined);
    await hold(sockets, target);
  },
};

/** What connections alone can do, most of it without a key. */
export const connectionAttacks: readonly Attack[] = [
  pipelined('/docs'),
  pipelined('/metrics'),
  unfinishedBodies,
];
