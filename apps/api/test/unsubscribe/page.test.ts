import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend, type Linked, saidAbout } from './links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let link: Linked;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  link = await aLinkedSend({ api, workspace });
});

/** What a browser sends. */
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

async function browse(path: string, method = 'GET') {
  const form = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const answer = await api.call(path, { method, headers: { accept, ...form } });
  return { ...answer, page: String(answer.body) };
}

/** Presses the only button of a page, as a browser would, and answers the page that follows. */
async function press(from: string, page: string) {
  const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(page) ?? [];
  const { pathname } = new URL(action, `${api.origin}${from}`);
  return { path: pathname, ...(await browse(pathname, 'POST')) };
}

const titleOf = (page: string) => /<h1>(.*)<\/h1>/.exec(page)?.[1];

describe('opening the link', () => {
  test.each(['GET', 'HEAD'])('with %s changes nothing, however often scanners do it', async (method) => {
    for (let time = 0; time < 3; time += 1)
      expect((await browse(`/u/${link.token}`, method)).status).toBe(200);
    await browse(`/u/${link.token}/resubscribe`, method);
    expect(await saidAbout(api, link.groupId, link)).toEqual([]);
    expect(await api.prisma.emailEvent.count({ where: { sendId: link.sendId } })).toBe(0);
  });

  test('shows the group, the sender and a masked recipient, with one button', async () => {
    const { page, headers } = await browse(`/u/${link.token}`);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(titleOf(page)).toBe('Unsubscribe?');
    expect(page).toContain('<bdi>News</bdi>');
    expect(page).toMatch(/<bdi>Acme<\/bdi> \(<bdi>sender-[^<]*@acme\.test<\/bdi>\)/);
    expect(page).toContain('<bdi>r•••@example.com</bdi>');
    expect(page).not.toContain(link.email);
    expect(page.match(/<button/g)).toHaveLength(1);
  });

  test('answers programs in JSON', async () => {
    const { body } = await api.call(`/u/${link.token}`);
    expect(body).toEqual({ subscribed: true });
  });

  test('tells that the recipient has left already, as the next send would be told', async () => {
    const optIn = await aLinkedSend({ api, workspace }, { group: { type: 'OptIn' } });
    expect(titleOf((await browse(`/u/${optIn.token}`)).page)).toBe('You are unsubscribed');
    const put = { email: optIn.email, subscribed: true };
    await api.call(`/api/v1/subscription-groups/${optIn.groupId}/subscriptions`, {
      method: 'PUT',
      headers: { 'x-api-key': workspace.key },
      body: put,
    });
    expect(titleOf((await browse(`/u/${optIn.token}`)).page)).toBe('Unsubscribe?');
  });
});

test('the buttons lead there and back, and each page can be loaded again', async () => {
  const first = `/u/${link.token}`;
  const left = await press(first, (await browse(first)).page);
  expect([left.path, left.status, titleOf(left.page)]).toEqual([first, 200, 'You are unsubscribed']);
  expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
  expect(titleOf((await browse(left.path)).page)).toBe('You are unsubscribed');
  const back = await press(left.path, left.page);
  expect([back.path, back.status]).toEqual([`${first}/resubscribe`, 200]);
  expect(titleOf(back.page)).toBe('You are subscribed again');
  expect(await saidAbout(api, link.groupId, link)).toEqual([true]);
  expect(titleOf((await browse(back.path)).page)).toBe('Unsubscribe?');
  const again = await press(back.path, back.page);
  expect([again.path, titleOf(again.page)]).toEqual([first, 'You are unsubscribed']);
  expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
});

describe('the page', () => {
  test('escapes what the workspace named: no markup of theirs gets through', async () => {
    const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;
    const senderProfileId = await workspace.aSender({ fromName: hostile });
    const templateId = await workspace.aTemplate({ senderProfileId });
    const { token } = await aLinkedSend(
      { api, workspace },
      { group: { name: hostile }, item: { templateId } },
    );
    for (const { page } of [await browse(`/u/${token}`), await browse(`/u/${token}`, 'POST')]) {
      expect(page).not.toMatch(/<script|<img/);
      const written =
        '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;&amp;amp;';
      expect(page.split(written)).toHaveLength(3);
    }
  });

  test('needs nothing from anywhere, runs nothing, and stays private', async () => {
    const { page, headers } = await browse(`/u/${link.token}`);
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import|<script|style="|\son\w+=/);
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    );
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
    });
  });

  test('says its language and fits light, dark and small screens', async () => {
    const { page } = await browse(`/u/${link.token}`);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('name="viewport"');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain(':focus-visible');
  });
});
