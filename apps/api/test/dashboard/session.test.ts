import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { sendRaw } from '../contract/raw-request.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { callAs, isSignedIn, ownPage, signInWith, trySignIn } from './a-page.ts';

let api: TestApi;
let workspace: TestWorkspace;
beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

describe('signing in', () => {
  test('takes a key of scope admin or full, and gives the browser a cookie that no script reads', async () => {
    for (const scopes of [['full'], ['emails:read', 'admin']]) {
      const { status, headers, body } = await trySignIn(api, await workspace.makeKey(scopes));
      expect(status).toBe(200);
      expect(body).toMatchObject({ session: { workspaceId: workspace.id, scopes, mode: 'live' } });
      expect(headers.get('set-cookie')).toMatch(
        /^postroom_session=ds_[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
      );
    }
  });

  test('off loopback the cookie is for https alone, and for this host alone', async () => {
    const { status, headers } = await sendRaw(api.origin, {
      path: '/dashboard/session',
      headers: { ...ownPage, host: 'mail.example.com', 'content-type': 'application/json' },
      body: JSON.stringify({ key: workspace.key }),
    });
    expect(status).toBe(200);
    expect(headers['set-cookie']?.join()).toMatch(
      /^__Host-postroom_session=ds_.+; Path=\/; .*HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test('ends the session that the browser had before', async () => {
    const before = await signInWith(api, workspace.key);
    expect(await trySignIn(api, workspace.key, { cookie: before })).toMatchObject({ status: 200 });
    expect(await isSignedIn(api, before)).toBe(false);
  });

  test('refuses what is no key, a revoked one, and one without the scope, and says which', async () => {
    const refused = async (key: string) => {
      const { status, headers, body } = await trySignIn(api, key);
      expect(headers.get('set-cookie')).toBeNull();
      return { status, body };
    };
    expect(await refused('nonsense')).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
    expect(await refused(`sk_live_${'x'.repeat(32)}`)).toMatchObject({ status: 401 });
    const reader = await workspace.makeKey(['emails:read']);
    expect(await refused(reader)).toMatchObject({ status: 403, body: { details: { required: 'admin' } } });
  });

  test('the key is stored nowhere, and the token is not in the database', async () => {
    const cookie = await signInWith(api, workspace.key);
    const rows = await api.prisma.$queryRaw<{ row: string }[]>`
      SELECT dashboard_sessions::text AS row FROM dashboard_sessions`;
    const stored = rows.map(({ row }) => row).join();
    expect(stored).not.toContain(workspace.key);
    expect(stored).not.toContain(cookie.split('=')[1]);
  });
});

describe('a session', () => {
  test('stands for its key on the routes of the API, with the scopes of the key', async () => {
    const cookie = await signInWith(api, await workspace.makeKey(['admin']));
    const call = callAs(api, cookie);
    expect(await call('/api/v1/api-keys')).toMatchObject({ status: 200 });
    expect(await call('/api/v1/emails')).toMatchObject({ status: 403 });
  });

  test('does nothing for a page that shows another workspace or mode', async () => {
    const call = callAs(api, await signInWith(api, workspace.key));
    const shows = (shown: string) => ({ headers: { 'x-postroom-workspace': shown } });
    for (const path of ['/api/v1/emails', '/dashboard/api/now']) {
      expect(await call(path, shows(`${workspace.id} live`))).toMatchObject({ status: 200 });
      for (const other of [`${newId()} live`, `${workspace.id} test`]) {
        expect(await call(path, shows(other))).toMatchObject({
          status: 401,
          body: { error: 'unauthorized', message: expect.stringContaining('another workspace') },
        });
      }
    }
  });

  test('counts for nothing where the request names a key, and on the routes of other products', async () => {
    const cookie = await signInWith(api, workspace.key);
    const call = callAs(api, cookie);
    expect(await call('/api/v1/emails', { headers: { 'x-api-key': 'nonsense' } })).toMatchObject({
      status: 401,
    });
    expect(await call('/domains')).toMatchObject({ status: 401 });
  });

  test('ends when it is signed out, and only the one of that browser does', async () => {
    const [one, other] = [await signInWith(api, workspace.key), await signInWith(api, workspace.key)];
    const { status, headers } = await callAs(api, one)('/dashboard/session', { method: 'DELETE' });
    expect(status).toBe(204);
    expect(headers.get('set-cookie')).toMatch(/^postroom_session=; Max-Age=0;/);
    expect(await isSignedIn(api, one)).toBe(false);
    expect(await isSignedIn(api, other)).toBe(true);
  });

  test('ends within seconds of its key, on the routes of the API as well, and none is opened with that any more', async () => {
    const id = await workspace.make('/api-keys', { name: 'operator', scopes: ['full'] });
    const { id: keyId } = await api.prisma.apiKey.findUniqueOrThrow({ where: { id } });
    const key = await workspace.makeKey(['full']);
    const cookie = await signInWith(api, key);
    const own = await api.prisma.dashboardSession.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
    expect(own.apiKeyId).not.toBe(keyId);
    expect(await callAs(api, cookie)('/api/v1/emails')).toMatchObject({ status: 200 });
    expect(await trySignIn(api, key)).toMatchObject({ status: 200 });
    const other = await signInWith(api, workspace.key);
    await api.prisma.apiKey.update({ where: { id: own.apiKeyId }, data: { revokedAt: new Date() } });
    const again = await trySignIn(api, key, { cookie: other });
    expect(again).toMatchObject({ status: 401, body: { message: 'This is no key, or it was revoked.' } });
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(await isSignedIn(api, other)).toBe(true);
    expect(await api.prisma.dashboardSession.count({ where: { apiKeyId: own.apiKeyId } })).toBe(2);
    await eventually(async () => (await callAs(api, cookie)('/api/v1/emails')).status === 401, {
      what: 'The session ending',
    });
    expect(await isSignedIn(api, cookie)).toBe(false);
  });

  test('ends after twelve hours', async () => {
    const cookie = await signInWith(api, workspace.key);
    const newest = await api.prisma.dashboardSession.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
    expect(newest.expiresAt.getTime() - newest.createdAt.getTime()).toBeGreaterThan(11.9 * 3_600_000);
    expect(newest.expiresAt.getTime() - newest.createdAt.getTime()).toBeLessThan(12.1 * 3_600_000);
    await api.prisma.dashboardSession.update({
      where: { hash: newest.hash },
      data: { expiresAt: new Date() },
    });
    await eventually(async () => !(await isSignedIn(api, cookie)), { what: 'The session ending' });
  });

  test('a key has at most twenty: the oldest makes way', async () => {
    const key = await workspace.makeKey(['full']);
    const first = await signInWith(api, key);
    const { apiKeyId } = await api.prisma.dashboardSession.findFirstOrThrow({
      orderBy: { createdAt: 'desc' },
    });
    for (let more = 0; more < 20; more += 1) {
      await signInWith(api, key);
    }
    expect(await api.prisma.dashboardSession.count({ where: { apiKeyId } })).toBe(20);
    await eventually(async () => !(await isSignedIn(api, first)), { what: 'The oldest session ending' });
  });
});

describe('another site', () => {
  const foreign = {
    'from another site': { ...ownPage, 'sec-fetch-site': 'cross-site' },
    'from another host of the site': { ...ownPage, 'sec-fetch-site': 'same-site' },
    'of another origin': { ...ownPage, origin: 'https://evil.example' },
    'of no origin': { ...ownPage, origin: 'null' },
    'without the header that no form can set': { 'sec-fetch-site': 'same-origin' },
  };

  test.each(Object.entries(foreign))('does nothing with a session: %s', async (_how, headers) => {
    const cookie = await signInWith(api, workspace.key);
    const body = { name: 'theirs', scopes: ['full'] };
    const before = await api.prisma.apiKey.count();
    const make = { method: 'POST', body, headers: { cookie, ...headers } };
    expect(await api.call('/api/v1/api-keys', make)).toMatchObject({ status: 401 });
    expect(await api.call('/api/v1/emails', { headers: { cookie, ...headers } })).toMatchObject({
      status: 401,
    });
    expect(
      await api.call('/dashboard/session', { method: 'DELETE', headers: { cookie, ...headers } }),
    ).toMatchObject({ status: 401 });
    expect(
      await api.call('/dashboard/session', { method: 'POST', body: { key: workspace.key }, headers }),
    ).toMatchObject({ status: 401 });
    expect(await api.prisma.apiKey.count()).toBe(before);
    expect(await isSignedIn(api, cookie)).toBe(true);
  });

  test('the own origin is let in', async () => {
    const cookie = await signInWith(api, workspace.key);
    const call = callAs(api, cookie);
    expect(await call('/api/v1/emails', { headers: { origin: api.origin } })).toMatchObject({ status: 200 });
  });
});

test('who guesses is told to wait after ten wrong keys in a minute, and who has a right one is not kept out', async () => {
  // One that nobody has tried a wrong key at before: their minute may end between two of these.
  const own = await startApi();
  try {
    for (let tries = 0; tries < 10; tries += 1) await trySignIn(own, 'nonsense');
    const { status, headers } = await trySignIn(own, 'nonsense');
    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('60');
    const { key } = await own.makeWorkspace();
    expect(await trySignIn(own, key)).toMatchObject({ status: 200 });
  } finally {
    await own.close();
  }
});
