import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import {
  eventually,
  type RunningServer,
  sendRedisCommand,
  startRedis,
  startTcpProxy,
  type TcpProxy,
} from '@postroom/testkit';
import type { Redis } from 'ioredis';
import { checkEviction, closeRedis, evictionProblem, openImpatientRedis } from '../src/index.ts';

let dir: string;
let server: RunningServer;
let proxy: TcpProxy;
const open: Redis[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postroom-eviction-'));
  server = await startRedis({ dir });
  proxy = await startTcpProxy({ target: { port: server.port } });
  await command('ACL', 'SETUSER', 'managed', 'on', '>secret', '~*', '+@all', '-config');
  await command('ACL', 'SETUSER', 'mute', 'on', '>secret', '~*', '+@all', '-config', '-info');
});

afterEach(async () => {
  await proxy.resume();
  for (const redis of open.splice(0)) await closeRedis(redis);
});

afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

const command = (...words: string[]) => sendRedisCommand(server.port, words);
const setPolicy = (policy: string) => command('CONFIG', 'SET', 'maxmemory-policy', policy);

function connect(user = ''): Redis {
  const redis = openImpatientRedis({
    url: `redis://${user}127.0.0.1:${proxy.port}`,
    onError: () => undefined,
  });
  open.push(redis);
  return redis;
}

test.each([
  ['tells its settings', ''],
  ['refuses CONFIG, as managed ones do,', 'managed:secret@'],
])('a Redis that %s and evicts keys is refused with the setting to change', async (_what, user) => {
  await setPolicy('noeviction');
  expect(await evictionProblem(connect(user))).toBeNull();
  await setPolicy('allkeys-lru');
  expect(await evictionProblem(connect(user))).toContain('maxmemory-policy allkeys-lru');
  expect((await checkEviction(connect(user), 10_000)).problem).toContain('set it to noeviction');
});

test('a Redis that tells its policy to nobody may be used', async () => {
  await setPolicy('allkeys-lru');
  expect(await evictionProblem(connect('mute:secret@'))).toBeNull();
});

test.each([
  ['is away', () => proxy.refuse()],
  ['swallows everything', async () => proxy.pause()],
])('a Redis that %s at the start is asked as soon as it answers', async (_what, fail) => {
  await setPolicy('allkeys-lru');
  await fail();
  const { problem, foundLater } = await checkEviction(connect(), 200);
  expect(problem).toBeNull();
  await proxy.resume();
  expect(await foundLater).toContain('set it to noeviction');
});

test('a Redis that swallows the question is not waited for', async () => {
  const redis = connect();
  await eventually(() => redis.status === 'ready');
  proxy.pause();
  expect(await evictionProblem(redis)).toBeNull();
});
