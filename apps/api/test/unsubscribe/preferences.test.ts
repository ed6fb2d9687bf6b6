import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend, type Linked, saidAbout } from './links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let link: Linked;
/** Ids of the other groups, by name. */
let others: Readonly<Record<'left' | 'open' | 'joined' | 'secret', string>>;

const accept = 'text/html,*/*;q=0.8';
const form = 'application/x-www-form-urlencoded';

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  link = await aLinkedSend({ api, workspace }, { group: { name: 'Own' } });
  others = {
    open: await workspace.aGroup({ name: 'Open <b>&"' }),
    left: await workspace.aGroup({ name: 'Left' }),
    joined: await workspace.aGroup({ name: 'Joined', type: 'OptIn' }),
    secret: await workspace.aGroup({ name: 'Secret', type: 'OptIn' }),
  };
  await put(others.left, false);
  await put(others.joined, true);
});

const put = (groupId: string, subscribed: boolean) =>
  api.call(`/api/v1/subscription-groups/${groupId}/subscriptions`, {
    method: 'PUT',
    headers: { 'x-api-key': workspace.key },
    body: { email: link.email, subscribed },
  });

const browse = async (method = 'GET', path = '') => {
  const answer = await api.call(`/u/${link.token}${path}`, { method, headers: { accept } });
  return { ...answer, page: String(answer.body) };
};

const post = async (body: string, headers: Readonly<Record<string, string>> = {}) => {
  const path = `/u/${link.token}/preferences`;
  const sent = { 'content-type': form, accept, ...headers };
  const answer = await api.call(path, { method: 'POST', body, headers: sent });
  return { ...answer, page: String(answer.body) };
};

/** What a browser would send after these switches were turned. */
function filledIn(page: string, turned: readonly string[] = []): string {
  const fields = new URLSearchParams();
  for (const [, value = ''] of page.matchAll(/name="shown" value="([^"]*)"/g)) fields.append('shown', value);
  for (const [, id = '', checked] of page.matchAll(/name="on" value="([^"]*)"( checked)?>/g)) {
    if ((checked !== undefined) !== turned.includes(id)) fields.append('on', id);
  }
  return fields.toString();
}

const switchesOf = (page: string) =>
  [...page.matchAll(/name="on" value="[^"]*"( checked)?> <bdi>([^<]*)<\/bdi>/g)].map(([, checked, name]) => [
    name,
    checked !== undefined,
  ]);

const said = (groupId: string) => saidAbout(api, groupId, link);

describe('the page', () => {
  test('has a switch for each other group that the recipient may see, as things stand, and changes nothing', async () => {
    for (const method of ['HEAD', 'GET'])
      for (const path of ['', '/preferences']) expect((await browse(method, path)).status).toBe(200);
    const { page, headers } = await browse();
    expect(switchesOf(page)).toEqual([
      ['Joined', true],
      ['Left', false],
      ['Open &lt;b&gt;&amp;&quot;', true],
    ]);
    expect(page).toContain('<legend>Other mail to <bdi>r•••@example.com</bdi></legend>');
    expect(page.match(/<form/g)).toHaveLength(2);
    expect(page).not.toMatch(/Secret|<script| on\w+=/);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^;]*; form-action 'self'/,
    );
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    expect([await said(others.open), await said(others.secret)]).toEqual([[], []]);
    expect(await api.prisma.emailEvent.count({ where: { sendId: link.sendId } })).toBe(0);
  });

  test('shows the newest hundred of them, and says that there are more', async () => {
    const made = Array.from({ length: 110 }, (_, at) => ({
      id: `ffffffff-0000-7000-8000-${String(at).padStart(12, '0')}`,
      workspaceId: workspace.id,
      name: 'n'.repeat(200),
      type: 'OptOut' as const,
    }));
    await api.prisma.subscriptionGroup.createMany({ data: made });
    const { page } = await browse();
    expect(switchesOf(page)).toHaveLength(100);
    expect(page).toContain('There are more');
    const all = await post(
      filledIn(
        page,
        made.map(({ id }) => id),
      ),
    );
    expect(
      await api.prisma.subscription.count({ where: { groupId: { in: made.map(({ id }) => id) } } }),
    ).toBe(100);
    expect(all.status).toBe(200);
  });
});

describe('saving', () => {
  test('changes what was switched, in one go, tells of each, and says so', async () => {
    const { page } = await browse();
    const saved = await post(filledIn(page, [others.open, others.left]));
    expect([saved.status, saved.page]).toEqual([
      200,
      expect.stringContaining('<h1>Your choices are saved</h1>'),
    ]);
    expect(saved.page).toMatch(/No longer sent:<\/p>\s*<ul><li><bdi>Open &lt;b&gt;&amp;&quot;<\/bdi>/);
    expect(saved.page).toMatch(/Sent from now on:<\/p>\s*<ul><li><bdi>Left<\/bdi>/);
    expect(switchesOf(saved.page)).toEqual([
      ['Joined', true],
      ['Left', true],
      ['Open &lt;b&gt;&amp;&quot;', false],
    ]);
    expect([await said(others.open), await said(others.left), await said(others.joined)]).toEqual([
      [false],
      [true],
      [true],
    ]);
    expect(await said(link.groupId)).toEqual([]);
    const { body } = await workspace.get(`/emails/${link.sendId}/events`);
    const detail = { action: 'unsubscribed', by: 'link', subscriptionGroupId: others.open };
    expect(body).toMatchObject({
      events: expect.arrayContaining([
        expect.objectContaining({ type: 'unsubscribed', detail }),
        expect.objectContaining({
          type: 'subscription',
          detail: { action: 'subscribed', by: 'link', subscriptionGroupId: others.left },
        }),
      ]),
    });
  });

  test('of what nobody switched changes nothing, and a stale page takes nothing back', async () => {
    const { page } = await browse();
    await put(others.joined, false);
    const stale = await post(filledIn(page));
    expect(stale.page).toContain('Nothing has changed.');
    expect(await said(others.joined)).toEqual([false]);
    expect(await said(others.open)).toEqual([]);
  });

  test('joins no group that the recipient may not see, nor the own one, nor one of another workspace', async () => {
    const other = await api.makeWorkspace();
    const foreign = await other.aGroup({ name: 'Theirs' });
    const asked = [others.secret, link.groupId, foreign].flatMap((id) => [
      ['shown', `off:${id}`],
      ['on', id],
    ]);
    const leaving = [link.groupId, foreign].map((id) => ['shown', `on:${id}`]);
    for (const fields of [asked, leaving]) {
      const saved = await post(fields.map((pair) => pair.join('=')).join('&'), {
        accept: 'application/json',
      });
      expect([saved.status, saved.body]).toEqual([200, { changed: [] }]);
    }
    for (const id of [others.secret, link.groupId, foreign]) expect(await said(id)).toEqual([]);
  });

  test('forty times at once is one state and one event a group, also for somebody whom nobody knew', async () => {
    await api.prisma.emailSend.update({ where: { id: link.sendId }, data: { profileId: null } });
    await api.prisma.subscription.deleteMany({ where: { profile: { emailKey: link.email } } });
    await api.prisma.profile.deleteMany({ where: { emailKey: link.email } });
    const body = filledIn((await browse()).page, [others.open, others.left]);
    const answers = await Promise.all(Array.from({ length: 40 }, () => post(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([await said(others.open), await said(others.left)]).toEqual([[false], [false]]);
    expect(await api.prisma.emailEvent.count({ where: { sendId: link.sendId } })).toBe(2);
  });

  test('of a send by a test key changes nothing, of an altered token neither', async () => {
    const body = filledIn((await browse()).page, [others.open]);
    const at = 1 + Math.floor(link.token.length / 2);
    const altered = link.token.slice(0, at) + (link.token[at] === 'A' ? 'B' : 'A') + link.token.slice(at + 1);
    const forged = await api.call(`/u/${altered}/preferences`, {
      method: 'POST',
      body,
      headers: { 'content-type': form, accept },
    });
    expect(forged.status).toBe(404);
    await api.prisma.emailSend.update({ where: { id: link.sendId }, data: { simulated: true } });
    expect((await post(body)).page).toContain('Nothing has changed.');
    expect(await said(others.open)).toEqual([]);
  });

  test.each([
    ['of another type', 'shown=on', { 'content-type': 'application/json' }, 415],
    ['that is too long', 'x'.repeat(33 * 1024), {}, 413],
    ['that says nothing of use', 'shown=on:1&on=2&List-Unsubscribe=One-Click&%ff', {}, 200],
  ])('a form %s changes nothing', async (_what, body, headers, status) => {
    expect((await post(body, headers)).status).toBe(status);
    expect(await api.prisma.emailEvent.count({ where: { sendId: link.sendId } })).toBe(0);
  });
});
