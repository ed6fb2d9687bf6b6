import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, type RunningServer, startRedis, temporaryFolder } from '@postroom/servers';
import {
  createTestDatabase,
  eventually,
  type SpawnedNode,
  sendRedisCommand,
  spawnNode,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
} from '@postroom/testkit';

let database: TestDatabase;
let dir: string;
let redis: RunningServer;
let proxy: TcpProxy;

beforeAll(async () => {
  dir = await temporaryFolder('evicting');
  [database, redis] = await Promise.all([createTestDatabase(), startRedis({ dir })]);
  proxy = await startTcpProxy({ target: { port: redis.port } });
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
});

afterAll(async () => {
  await proxy?.stop();
  await redis?.stop();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

async function startApi(user = ''): Promise<{ readonly api: SpawnedNode; readonly url: string }> {
  const port = await freePort();
  const api = await spawnNode({
    entry: 'apps/api/src/main.ts',
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: `redis://${user}127.0.0.1:${proxy.port}`,
      HOST: '127.0.0.1',
      PORT: String(port),
    },
  });
  return { api, url: `http://127.0.0.1:${port}` };
}

test('the API does not start on a Redis that evicts keys, and says which setting to change', async () => {
  const { api } = await startApi();
  expect((await api.exited).code).toBe(1);
  expect(api.lines.join('\n')).toContain('set it to noeviction');
});

test('an API that started without Redis says so when Redis comes and evicts keys, and goes on answering', async () => {
  await proxy.refuse();
  const { api, url } = await startApi();
  await api.waitForHttp(`${url}/healthz`);
  await proxy.resume();
  expect(await api.waitForLine(/"redis_evicts"/)).toMatch(/"level":"error".*set it to noeviction/);
  await api.waitForHttp(`${url}/healthz`);
  expect(await api.stop()).toEqual({ code: 0, signal: null });
  expect(api.lines.filter((line) => line.includes('"redis_evicts"'))).toHaveLength(1);
});

test('an API whose REDIS_URL is wrong says so by name, as /readyz does, takes mail, and is well when it is mended', async () => {
  await sendRedisCommand(redis.port, ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
  const permit = (...rules: string[]) =>
    sendRedisCommand(redis.port, [
      'ACL',
      'SETUSER',
      'app',
      'reset',
      '>secret',
      '~*',
      '&*',
      '+@all',
      ...rules,
    ]);
  await permit('off');
  const { api, url } = await startApi('app:secret@');
  expect(await api.waitForLine(/"redis_misconfigured"/)).toMatch(/"level":"error".*REDIS_URL/);
  await api.waitForHttp(`${url}/healthz`);
  const ready = async () => {
    const response = await fetch(`${url}/readyz`);
    return { status: response.status, body: await response.json() };
  };
  expect(await ready()).toMatchObject({
    status: 200,
    body: {
      status: 'degraded',
      checks: { postgres: 'ok', redis: 'down' },
      reasons: { redis: expect.stringContaining('REDIS_URL') },
    },
  });
  await permit('on');
  await eventually(async () => expect((await ready()).body).toMatchObject({ status: 'ok' }));
  expect((await ready()).body).not.toHaveProperty('reasons');
  await api.waitForLine(/"redis_usable"/);
  await api.stop();
});

test('a malformed REDIS_URL ends the start with the name of the variable and what to write', async () => {
  const api = await spawnNode({
    entry: 'apps/api/src/main.ts',
    env: { DATABASE_URL: database.url, REDIS_URL: 'redis://:pa%ss@host' },
  });
  expect((await api.exited).code).toBe(1);
  expect(api.lines.join('\n')).toMatch(/REDIS_URL: expected .*%25/);
  expect(api.lines.join('\n')).not.toContain('pa%ss');
});
