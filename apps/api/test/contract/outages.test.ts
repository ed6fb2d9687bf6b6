import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import {
  eventually,
  runSql,
  startTcpProxy,
  type TcpProxy,
  testDatabaseServerUrl,
  testRedisUrl,
} from '@postroom/testkit';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { acceptedOf, anItem, errorOf } from './batch-items.ts';

const portOf = (url: string) => Number(new URL(url).port);
const throughProxy = (url: string, proxy: TcpProxy) => {
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  return proxied;
};
const rowsOf = (api: TestApi, items: readonly Json[]) =>
  api.prisma.emailSend.count({
    where: { idempotencyKey: { in: items.map(({ idempotencyKey }) => String(idempotencyKey)) } },
  });

describe('Redis unreachable at accept: 200, and the rows are there,', () => {
  type Fault = { readonly begin?: () => void | Promise<void>; readonly end?: () => Promise<void> };

  async function acceptsDuring(redisUrl: string, { begin, end }: Fault) {
    const api = await startApi({ redisUrl, env: { ENQUEUE_BUDGET_MS: '50' } });
    try {
      const workspace = await api.makeWorkspace();
      const templateId = await workspace.aTemplate();
      if (begin !== undefined) await api.redisIsConnected();
      await begin?.();
      const items = Array.from({ length: 10 }, () => anItem({ templateId }));
      const answer = await workspace.batch(items);
      expect(answer.accepted).toBe(10);
      const rows = await api.prisma.emailSend.findMany({ where: { batchId: answer.batchId } });
      expect(rows.map(({ status }) => status)).toEqual(items.map(() => 'Queued'));
      expect((await workspace.batch(items)).items.every((item) => acceptedOf(item).replayed)).toBe(true);
    } finally {
      await end?.();
      // It finds its way back by itself.
      if (end !== undefined) await api.redisIsConnected();
      await api.close();
    }
  }

  test('when nothing listens', async () => {
    await acceptsDuring(`redis://127.0.0.1:${await freePort()}`, {});
  });

  test.each([
    ['refuses connections', (proxy: TcpProxy) => proxy.refuse()],
    ['is a black hole', (proxy: TcpProxy) => proxy.pause()],
    ['resets every connection', (proxy: TcpProxy) => proxy.resetAll()],
  ])('when it %s from one moment to the next', async (_name, breakIt) => {
    const proxy = await startTcpProxy({ target: { port: portOf(testRedisUrl()) } });
    try {
      const fault = { begin: () => breakIt(proxy), end: () => proxy.resume() };
      await acceptsDuring(throughProxy(testRedisUrl(), proxy).href, fault);
    } finally {
      await proxy.stop();
    }
  });
});

describe('PostgreSQL unreachable', () => {
  let proxy: TcpProxy;
  let api: TestApi;
  let workspace: TestWorkspace;
  let templateId: string;
  let metricsPort: number;

  beforeAll(async () => {
    const serverUrl = process.env.POSTROOM_TEST_DATABASE_URL ?? '';
    proxy = await startTcpProxy({ target: { port: portOf(serverUrl) } });
    metricsPort = await freePort();
    const env = { METRICS_PORT: String(metricsPort) };
    api = await startApi({ env, reachDatabase: (url) => throughProxy(url.href, proxy) });
    workspace = await api.makeWorkspace();
    templateId = await workspace.aTemplate();
  });
  afterEach(() => proxy.resume());
  afterAll(async () => {
    await api.close();
    await proxy.stop();
  });

  const someItems = (count: number) => Array.from({ length: count }, () => anItem({ templateId }));

  test('a batch is answered 503 unavailable with Retry-After, and nothing is written or enqueued', async () => {
    const items = someItems(3);
    const jobs = await api.countJobs();
    await proxy.refuse();
    const answer = await workspace.post('/emails/batch', { items });
    expect(errorOf(answer)).toMatchObject({ status: 503, error: 'unavailable' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await api.countJobs()).toBe(jobs);
    expect(await rowsOf(api, items)).toBe(0);
  });

  test('a key that was not seen before is answered 503 as well, not 401', async () => {
    const key = await workspace.makeKey(['full']);
    await proxy.refuse();
    const answer = await api.call('/api/v1/emails/batch', { headers: { 'x-api-key': key }, body: {} });
    expect(errorOf(answer)).toMatchObject({ status: 503, error: 'unavailable' });
  });

  test('reading is answered 503; /healthz 200; /readyz 503', async () => {
    await proxy.refuse();
    const read = await workspace.get('/emails/01890000-0000-7000-8000-000000000000');
    expect(errorOf(read).status).toBe(503);
    expect((await api.call('/healthz')).status).toBe(200);
    // What was found a moment before the outage is told for a tenth of a second.
    await eventually(async () => expect((await api.call('/readyz')).status).toBe(503));
  });

  test('that takes what is sent and says nothing: /readyz is 503, and names the setting', async () => {
    await eventually(async () => (await api.call('/readyz')).status === 200);
    proxy.pause();
    const first = await eventually(async () => {
      const answer = await api.call('/readyz');
      return answer.status === 503 && answer;
    });
    expect(first.body).toMatchObject({
      reasons: { postgres: 'PostgreSQL does not answer at DATABASE_URL.' },
    });
  });

  test('that can only be read, as a standby: /readyz is 503 and says so, a batch is 503', async () => {
    const [{ name }] = await api.prisma.$queryRaw<
      [{ name: string }]
    >`SELECT current_database()::text AS name`;
    const renew = (setting: string) =>
      runSql(
        testDatabaseServerUrl(),
        `ALTER DATABASE ${name} ${setting}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
    try {
      await renew('SET default_transaction_read_only = on');
      await eventually(async () => {
        const { status, body } = await api.call('/readyz');
        expect(status).toBe(503);
        expect(body).toMatchObject({ reasons: { postgres: expect.stringMatching(/can only be read/) } });
      });
      const answer = await workspace.post('/emails/batch', { items: someItems(1) });
      expect(errorOf(answer)).toMatchObject({ status: 503, error: 'unavailable' });
    } finally {
      await renew('RESET default_transaction_read_only');
    }
    await eventually(async () => expect((await api.call('/readyz')).status).toBe(200));
  });

  test('metrics, on a port of their own and on no other, are told without what is read off it', async () => {
    const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    await eventually(async () => expect(await metrics()).toMatch(/^postroom_in_doubt 0$/m));
    expect((await fetch(`${api.origin}/metrics`)).status).toBe(404);
    await proxy.refuse();
    // What was read a moment before is told for a second.
    await eventually(async () => expect(await metrics()).not.toMatch(/^postroom_in_doubt /m));
    expect(await metrics()).toMatch(/^postroom_build_info\{service="api"/m);
  });

  test('a server that swallows every answer gives 503 in the end, and no request hangs', async () => {
    proxy.pause();
    const answer = await workspace.post('/emails/batch', { items: someItems(1) });
    expect(errorOf(answer)).toMatchObject({ status: 503, error: 'unavailable' });
    proxy.resetAll();
    await proxy.resume();
  });

  test('once it is back the same batch is accepted, its keys unused', async () => {
    const items = someItems(3);
    await proxy.refuse();
    await workspace.post('/emails/batch', { items });
    await proxy.resume();
    const answer = await workspace.batch(items);
    expect(answer.items.map((item) => acceptedOf(item).replayed)).toEqual([false, false, false]);
  });

  test('a connection that breaks at any byte: 200 or 503, and a retry finds or makes one row per key', async () => {
    for (let bytes = 100; bytes < 14_000; bytes += 700) {
      const items = someItems(5);
      proxy.cutAfter(bytes);
      const { status } = await workspace.post('/emails/batch', { items });
      expect([200, 503]).toContain(status);
      proxy.cutAfter(Number.MAX_SAFE_INTEGER);
      const again = await eventually(() => workspace.batch(items), { what: 'The retry being answered' });
      expect(again.accepted).toBe(5);
      if (status === 200) expect(again.items.every((item) => acceptedOf(item).replayed)).toBe(true);
      expect(await rowsOf(api, items)).toBe(5);
    }
  });
});
