import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type RunningServer, startRedis, temporaryFolder } from '@postroom/servers';
import { eventually, sendRedisCommand, startTcpProxy, type TcpProxy } from '@postroom/testkit';
import { watchRedis } from '../../src/connection/watch-redis.ts';
import { findRedisTrouble, type RedisTrouble } from '../../src/index.ts';

let dir: string;
let server: RunningServer;
let proxy: TcpProxy;

beforeAll(async () => {
  dir = await temporaryFolder('eviction');
  server = await startRedis({ dir });
  proxy = await startTcpProxy({ target: { port: server.port } });
  await command('ACL', 'SETUSER', 'managed', 'on', '>secret', '~*', '+@all', '-config');
  await command('ACL', 'SETUSER', 'mute', 'on', '>secret', '~*', '+@all', '-config', '-info');
});

afterEach(() => proxy.resume());

afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

const command = (...words: string[]) => sendRedisCommand(server.port, words);
const setPolicy = (policy: string) => command('CONFIG', 'SET', 'maxmemory-policy', policy);

const targetOf = (user = '') => ({ url: `redis://${user}127.0.0.1:${proxy.port}`, prefix: 'own' });

test.each([
  ['tells its settings', ''],
  ['refuses CONFIG, as managed ones do,', 'managed:secret@'],
])('a Redis that %s and evicts keys is refused with the setting to change', async (_what, user) => {
  await setPolicy('noeviction');
  expect(await findRedisTrouble(targetOf(user))).toBeNull();
  await setPolicy('allkeys-lru');
  const trouble = await findRedisTrouble(targetOf(user));
  expect(trouble).toMatchObject({ kind: 'evicts' });
  expect(trouble?.reason).toContain('maxmemory-policy allkeys-lru');
  expect(trouble?.reason).toContain('set it to noeviction');
});

test('a Redis that tells its policy to nobody may be used', async () => {
  await setPolicy('allkeys-lru');
  expect(await findRedisTrouble(targetOf('mute:secret@'))).toBeNull();
});

test.each([
  ['is away', () => proxy.refuse()],
  ['swallows everything', async () => proxy.pause()],
])('a Redis that %s at the start is asked as soon as it answers', async (_what, fail) => {
  await setPolicy('allkeys-lru');
  await fail();
  const found: RedisTrouble[] = [];
  const watch = await watchRedis({
    ...targetOf(),
    onTrouble: (trouble) => found.push(trouble),
    onWell: () => undefined,
  });
  try {
    expect(watch.first).toMatchObject({ kind: 'away' });
    await proxy.resume();
    await eventually(() => found.some(({ reason }) => reason.includes('set it to noeviction')));
  } finally {
    watch.stop();
  }
});

test('a Redis that swallows the question is not waited for', async () => {
  proxy.pause();
  expect(await findRedisTrouble(targetOf())).toMatchObject({ kind: 'away' });
});
