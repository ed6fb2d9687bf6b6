import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { repositoryRoot } from '@postroom/testkit';
import { startApi, type TestApi } from '../start-api.ts';

/** What the page may weigh, packed, in bytes. */
const mostBytes = 60 * 1024;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const pageText = async () => (await fetch(`${api.origin}/dashboard`)).text();

test('the page and all that belongs to it weigh no more than 60 KB', () => {
  const folder = join(repositoryRoot, 'apps/dashboard/dist');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  );
  const bytes = files
    .filter((name) => !name.startsWith('.'))
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
  expect(bytes).toBeGreaterThan(10 * 1024);
  expect(bytes).toBeLessThan(mostBytes);
});

test('any address below it is a place in the page, and may be kept only as long as it is the same', async () => {
  for (const path of ['/dashboard', '/dashboard/', '/dashboard/sends', '/dashboard/sends/em_1']) {
    const response = await fetch(`${api.origin}${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('<div id="page">');
    const etag = response.headers.get('etag') ?? '';
    const again = await fetch(`${api.origin}${path}`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  }
});

test('its policy lets nothing of another host in, and no script or style that is not a file of ours', async () => {
  const { headers } = await fetch(`${api.origin}/dashboard`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
  const page = await pageText();
  expect(page).not.toMatch(/<style|style=|<script(?![^>]*src=)| on\w+=/);
  expect(page).not.toMatch(/(src|href)="(?!\/dashboard\/)/);
});

test('its assets may be kept for good, and are packed for who takes that', async () => {
  const [, script = ''] = /src="(\/dashboard\/assets\/[^"]+\.js)"/.exec(await pageText()) ?? [];
  const packed = await fetch(`${api.origin}${script}`);
  expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  const plain = await fetch(`${api.origin}${script}`, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe(await packed.text());
});

test('what is no file of it is not there, whatever the path', async () => {
  for (const path of ['/dashboard/assets/none.js', '/dashboard/assets/..%2f.built-from']) {
    expect(await api.call(path)).toMatchObject({ status: 404, body: { error: 'not_found' } });
  }
  expect(await api.call('/dashboard/api/none')).toMatchObject({ status: 401 });
  expect(await api.call('/dashboard', { method: 'POST', body: {} })).toMatchObject({ status: 404 });
});

test('the frame of mail runs its one script and nothing of the mail, and may stand in our page alone', async () => {
  const { headers } = await fetch(`${api.origin}/dashboard/frame`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/script-src 'sha256-[^']+';/);
  for (const part of [
    "default-src 'none'",
    'img-src data:',
    "frame-ancestors 'self'",
    'sandbox allow-scripts',
  ])
    expect(policy).toContain(part);
  expect(policy).not.toContain('allow-same-origin');
  expect(headers.get('x-dns-prefetch-control')).toBe('off');
});

test('there is no page where it is turned off', async () => {
  const without = await startApi({ env: { DASHBOARD: 'off' } });
  try {
    expect(await without.call('/dashboard')).toMatchObject({ status: 404 });
    expect(await without.call('/dashboard/session')).toMatchObject({ status: 404 });
  } finally {
    await without.close();
  }
});
