import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SendJob } from '@postroom/core';
import { type RunningServer, startRedis, temporaryFolder } from '@postroom/servers';
import { eventually, sendRedisCommand, startTcpProxy, type TcpProxy } from '@postroom/testkit';
import {
  closeRedis,
  openImpatientRedis,
  openSendQueue,
  openSendWorker,
  type SendQueue,
} from '../../src/index.ts';

const prefix = 'own';
let dir: string;
let old: RunningServer;
let other: RunningServer;
/** Where a new connection leads, as a name does that DNS was told anew; those that stand stay where they are. */
let leadsTo: { port: number };
let proxy: TcpProxy;
let queue: SendQueue;

beforeEach(async () => {
  dir = await temporaryFolder('failover');
  old = await startRedis({ dir: join(dir, 'old') });
  other = await startRedis({ dir: join(dir, 'other') });
  leadsTo = { port: old.port };
  proxy = await startTcpProxy({ target: leadsTo });
  queue = openSendQueue({ url: urlOfProxy(), prefix, onError: () => undefined });
  await eventually(() => queue.redis.status === 'ready');
});

afterEach(async () => {
  await queue.close();
  await proxy.stop();
  for (const server of [old, other]) await server.stop();
  await rm(dir, { recursive: true, force: true });
});

const urlOfProxy = () => `redis://127.0.0.1:${proxy.port}`;
const becomeReplica = () => sendRedisCommand(old.port, ['REPLICAOF', '127.0.0.1', String(other.port)]);
const aJob = (): SendJob => ({
  sendId: randomUUID(),
  workspaceId: randomUUID(),
  epoch: 0,
  lane: 'transactional',
  accountId: null,
});
const isAdded = (job: SendJob) =>
  queue.add([job]).then(
    () => true,
    () => false,
  );

test('a primary that lives on as a replica is left for the new one, by producer and worker alike', async () => {
  const done: string[] = [];
  const worker = openSendWorker({
    url: urlOfProxy(),
    prefix,
    concurrency: 2,
    process: async ({ sendId }) => {
      done.push(sendId);
      return { kind: 'done' };
    },
    onError: () => undefined,
  });
  const [before, after] = [aJob(), aJob()];
  try {
    worker.start();
    await queue.add([before]);
    await eventually(() => done.includes(before.sendId));
    leadsTo.port = other.port;
    await becomeReplica();
    await eventually(() => isAdded(after), { what: 'A queue that takes jobs again' });
    await eventually(() => done.includes(after.sendId), { what: 'A worker that takes jobs again' });
  } finally {
    await worker.stop(1_000);
  }
});

test('a server that stays read-only is left once a second at most, however often it refuses', async () => {
  const redis = openImpatientRedis({ url: urlOfProxy(), onError: () => undefined });
  let left = 0;
  redis.on('close', () => {
    left += 1;
  });
  const startedMs = performance.now();
  await becomeReplica();
  try {
    for (let refused = 0; refused < 300; ) {
      // What fails between two connections does so at once, before anything else has its turn.
      await setImmediate();
      // Only what the server refused counts, not what fails between two connections.
      const told = await redis.set('a', 'b').catch((error: Error) => error.message);
      if (told?.startsWith('READONLY')) refused += 1;
    }
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1 + (performance.now() - startedMs) / 1_000);
  } finally {
    await closeRedis(redis);
  }
});
