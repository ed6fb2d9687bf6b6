import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendLanes } from '@postroom/contracts';
import type { SendJob } from '@postroom/core';
import { eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import { openSendQueue, type SendQueue } from '../../src/index.ts';
import { createServedNotes } from '../../src/jobs/fair-order.ts';
import { ranksKey } from '../../src/jobs/names.ts';

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

const priorityOf = async (job: SendJob) =>
  Number(await queue.redis.hget(`${prefix}:sends:${job.sendId}-0`, 'priority'));

// Turns: at the start, and after eleven million, a billion and a trillion jobs of a queue that was never empty.
test.each([0, 1_100_000, 100_000_000, 100_000_000_000])(
  'a workspace that comes after %d turns does not wait for the backlog of another',
  async (served) => {
    const [large, small] = [randomUUID(), randomUUID()];
    const jobOf = (workspaceId: string): SendJob => ({
      sendId: randomUUID(),
      workspaceId,
      epoch: 0,
      lane: sendLanes[0],
      accountId: null,
    });
    await queue.add([jobOf(large)]); // or nothing would wait, and the turns would start again
    const turns = ranksKey(prefix);
    await queue.redis.hset(turns, `served:${sendLanes[0]}`, served);
    // A backlog of a hundredth of what was served, and of a thousand turns at the least.
    await queue.redis.hset(turns, `${sendLanes[0]}:${large}`, served + Math.max(1_000, served / 100));
    const [behind, newcomer, next] = [jobOf(large), jobOf(small), jobOf(small)];
    await queue.add([behind, newcomer]);
    await queue.add([next]);
    const priorities = await Promise.all([newcomer, next, behind].map(priorityOf));
    expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
    expect(priorities[1]).toBeLessThan(priorities[2] ?? 0);
    expect(priorities[2]).toBeLessThanOrEqual(1_048_576);
  },
);

test('what is served is told as the turn that its place stands for', async () => {
  const job = {
    sendId: randomUUID(),
    workspaceId: randomUUID(),
    epoch: 0,
    lane: sendLanes[1],
    accountId: null,
  };
  await queue.add([job]);
  const turns = ranksKey(prefix);
  await queue.redis.hset(turns, `served:${job.lane}`, 0, `${job.lane}:${job.workspaceId}`, 50_000_000);
  const far = { ...job, sendId: randomUUID() };
  await queue.add([far]);
  createServedNotes(queue.redis, turns).note(await priorityOf(far));
  const told = await eventually(
    async () => Number(await queue.redis.hget(turns, `served:${job.lane}`)) || false,
  );
  expect(told).toBeGreaterThan(49_990_000);
  expect(told).toBeLessThanOrEqual(50_000_000);
});
