import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendLanes } from '@postroom/contracts';
import type { SendJob } from '@postroom/core';
import { eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import { openSendQueue, type SendQueue } from '../../src/index.ts';

const prefix = redisPrefix();
let queue: SendQueue;

beforeAll(async () => {
  queue = openSendQueue({ url: testRedisUrl(), prefix, onError: () => undefined });
  await eventually(() => queue.redis.status === 'ready');
});

afterAll(async () => {
  await queue?.close();
});

/** What a field of a job does to its place: its values, the first to be served first; or why it does nothing. */
type Place<Value> = readonly Value[] | { readonly isNoPart: string };

const named = 'it names the job';
const places: { readonly [Field in keyof Required<SendJob>]: Place<SendJob[Field]> } = {
  sendId: { isNoPart: named },
  epoch: { isNoPart: named },
  workspaceId: { isNoPart: 'workspaces take turns, whatever their names are' },
  lane: sendLanes,
  accountId: { isNoPart: 'each account has a queue of its own' },
};

const inOrder = Object.entries<Place<unknown>>(places).flatMap(([field, place]) =>
  'isNoPart' in place ? [] : [[field, place] as const],
);

test.each(inOrder)(
  'jobs of a workspace that differ in their %s alone are served in its order',
  async (field, values) => {
    const common = { workspaceId: randomUUID(), epoch: 0, lane: sendLanes[0], accountId: null };
    const jobs = values.map((value) => ({ ...common, sendId: randomUUID(), [field]: value }));
    // The last first: what is added later would else be served later in any case.
    for (const job of jobs.toReversed()) await queue.add([job]);
    const priorities = await Promise.all(
      jobs.map(({ sendId }) => queue.redis.hget(`${prefix}:sends:${sendId}-0`, 'priority')),
    );
    expect(new Set(priorities).size).toBe(values.length);
    expect(priorities.map(Number)).toEqual(priorities.map(Number).toSorted((a, b) => a - b));
  },
);
