import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SendJob } from '@postroom/core';
import { eventually, redisPrefix, startTcpProxy, type TcpProxy, testRedisUrl } from '@postroom/testkit';
import { createGeneration, openSendQueue, type SendQueue } from '../src/index.ts';

const prefix = redisPrefix();
const aJob: SendJob = { sendId: randomUUID(), workspaceId: randomUUID(), epoch: 0, lane: 'marketing' };
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

const generationOf = ({ redis }: SendQueue) => createGeneration(redis, `${prefix}:generation`);

test.each<[string, (queue: SendQueue) => Promise<unknown>]>([
  ['how many jobs there are', (own) => own.counts()],
  ['what became of jobs', (own) => own.states([aJob])],
  ['to add jobs', (own) => own.add([aJob])],
  ['whether it has forgotten everything', (own) => generationOf(own).isLost()],
  ['to remember that it did', (own) => generationOf(own).begin()],
])('a Redis that swallows everything is given up when it is asked %s', async (_what, ask) => {
  proxy.pause();
  await expect(ask(queue)).rejects.toThrow('did not answer');
});

test('nothing more is asked while an answer is overdue, and all is as before once it has come', async () => {
  proxy.pause();
  await expect(queue.counts()).rejects.toThrow('did not answer');
  await expect(queue.add([aJob])).rejects.toThrow('has not answered an earlier question');
  await proxy.resume();
  await eventually(async () => (await queue.states([aJob]))[0] === 'missing');
});
