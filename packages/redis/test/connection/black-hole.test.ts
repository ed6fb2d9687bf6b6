import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SendJob } from '@postroom/core';
import { eventually, redisPrefix, startTcpProxy, type TcpProxy, testRedisUrl } from '@postroom/testkit';
import { createSweepTurns, openSendQueue, openSendWorker, type SendQueue } from '../../src/index.ts';

const prefix = redisPrefix();
const aJob: SendJob = {
  sendId: randomUUID(),
  workspaceId: randomUUID(),
  epoch: 0,
  lane: 'marketing',
  accountId: null,
};
let proxy: TcpProxy;
let queue: SendQueue;

beforeEach(async () => {
  const target = new URL(testRedisUrl());
  proxy = await startTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
  queue = openSendQueue({ url: `redis://127.0.0.1:${proxy.port}`, prefix, onError: () => undefined });
  await eventually(async () => (await queue.counts()).failed === 0);
});

afterEach(async () => {
  await proxy.resume();
  await queue.close();
  await proxy.stop();
});

const turnsOf = ({ redis }: SendQueue) => createSweepTurns(redis, `${prefix}:sweep`);

test.each<[string, (queue: SendQueue) => Promise<unknown>]>([
  ['how many jobs there are', (own) => own.counts()],
  ['what became of jobs', (own) => own.states([aJob])],
  ['to add jobs', (own) => own.add([aJob])],
  ['for the turn of a sweeper', (own) => turnsOf(own).take()],
  ['to end it', (own) => turnsOf(own).end(null)],
])('a Redis that swallows everything is given up when it is asked %s', async (_what, ask) => {
  proxy.pause();
  await expect(ask(queue)).rejects.toThrow('did not answer');
});

test('a queue is closed while Redis swallows everything, also with a question open', async () => {
  proxy.pause();
  const question = queue.counts().catch(() => undefined);
  await queue.close();
  await question;
});

test('nothing more is asked while an answer is overdue, and all is as before once it has come', async () => {
  proxy.pause();
  await expect(queue.counts()).rejects.toThrow('did not answer');
  await expect(queue.add([aJob])).rejects.toThrow('has not answered an earlier question');
  await proxy.resume();
  await eventually(async () => (await queue.states([aJob]))[0] === 'missing');
});

test('a connection that stays dead without a reset is given up for a new one, by producer and worker alike', async () => {
  const done: string[] = [];
  const worker = openSendWorker({
    url: `redis://127.0.0.1:${proxy.port}`,
    prefix,
    concurrency: 2,
    process: async ({ sendId }) => {
      done.push(sendId);
      return { kind: 'done' };
    },
    onError: () => undefined,
  });
  const next = (): SendJob => ({ ...aJob, sendId: randomUUID() });
  const [before, after] = [next(), next()];
  try {
    worker.start();
    await queue.add([before]);
    await eventually(() => done.includes(before.sendId));
    proxy.pause();
    await expect(queue.counts()).rejects.toThrow('did not answer');
    expect(proxy.strandAll()).toBeGreaterThan(0);
    await proxy.resume();
    await eventually(
      () =>
        queue.add([after]).then(
          () => true,
          () => false,
        ),
      { what: 'A queue that takes jobs again' },
    );
    await eventually(() => done.includes(after.sendId), { what: 'A worker that takes jobs again' });
  } finally {
    await worker.stop(1_000);
  }
});
