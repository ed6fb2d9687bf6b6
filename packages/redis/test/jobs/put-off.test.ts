import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { sendLanes } from '@postroom/contracts';
import type { SendJob } from '@postroom/core';
import { eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import { openSendQueue, openSendWorker } from '../../src/index.ts';

const jobsOf = (count: number, owner: Pick<SendJob, 'workspaceId' | 'lane'>): readonly SendJob[] =>
  Array.from({ length: count }, () => ({ ...owner, sendId: randomUUID(), epoch: 0, accountId: null }));

const ranksPerLane = 1_048_576;

test.each(sendLanes)(
  'a backlog of %s mail that comes back from a hold does not go before all newer mail',
  async (lane) => {
    const connection = { url: testRedisUrl(), prefix: redisPrefix(), onError: () => undefined };
    const queue = openSendQueue(connection);
    const { redis } = queue;
    const keyOf = (name: string) => `${connection.prefix}:sends:${name}`;
    const [held, other] = [randomUUID(), randomUUID()];
    const backlog = jobsOf(100, { workspaceId: held, lane });
    const ofHeld = new Set(backlog.map(({ sendId }) => sendId));
    let isHeld = true;
    const putOff = new Set<string>();
    const served: string[] = [];
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const worker = openSendWorker({
      ...connection,
      concurrency: 1,
      process: async ({ sendId }) => {
        if (isHeld && ofHeld.has(sendId)) {
          putOff.add(sendId);
          return { kind: 'later', waitMs: 100, heldOf: held };
        }
        served.push(sendId);
        if (ofHeld.has(sendId)) await gate;
        return { kind: 'done' };
      },
    });
    const servedTurn = async () => Number(await redis.hget(`${connection.prefix}:ranks`, `served:${lane}`));
    try {
      await eventually(() => redis.status === 'ready');
      await queue.add(backlog);
      worker.start();
      await eventually(() => putOff.size === backlog.length);
      // Others are served while it is held.
      await queue.add(jobsOf(200, { workspaceId: other, lane }));
      await eventually(async () => served.length === 200 && (await servedTurn()) >= 19);
      isHeld = false;
      await eventually(() => served.length === 201);
      const [newer] = jobsOf(1, { workspaceId: other, lane });
      if (newer === undefined) throw new Error('there is no job');
      await queue.add([newer]);
      // Now all of the backlog is due.
      await eventually(async () => (await redis.zcount(keyOf('delayed'), Date.now() * 0x1000, '+inf')) === 0);
      goOn();
      await eventually(() => served.length === 200 + backlog.length + 1);
      expect(served.indexOf(newer.sendId) - 200).toBeLessThanOrEqual(25);
      const lanes = await Promise.all(
        backlog.map(async ({ sendId }) =>
          Math.floor((Number(await redis.hget(keyOf(`${sendId}-0`), 'priority')) - 1) / ranksPerLane),
        ),
      );
      expect(new Set(lanes)).toEqual(new Set([sendLanes.indexOf(lane)]));
    } finally {
      goOn();
      await worker.stop(5_000);
      await queue.close();
    }
  },
);
