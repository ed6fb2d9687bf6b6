import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EmailHistory, emailHistorySchema } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { LinkKeyStore } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend } from '../unsubscribe/links.ts';
import { aTrackedSend, linksOf, type Tracked } from './a-tracked-send.ts';

let api: TestApi;
let workspace: TestWorkspace;
let send: Tracked;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  // A key that is as new as that is looked for a few times a second.
  const { pixel, link } = await aTrackedSend({ api, workspace });
  expect(pixel).toMatch(/^\/t\/o\//);
  await eventually(async () => (await ask(link(url))).status === 302, { what: 'the key to be known' });
});
afterAll(() => api?.close());
beforeEach(async () => {
  send = await aTrackedSend({ api, workspace });
});

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const url = 'https://shop.example/orders/1001?a=1&b=2#c';

async function ask(path: string, { method = 'GET', ...headers }: Readonly<Record<string, string>> = {}) {
  const all = { 'user-agent': firefox, ...headers };
  const response = await fetch(`${api.origin}${path}`, { method, headers: all, redirect: 'manual' });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    location: response.headers.get('location'),
    headers: response.headers,
    bytes,
  };
}

async function historyOf(id: string): Promise<EmailHistory> {
  const { body } = await workspace.get(`/emails/${id}/events`);
  return emailHistorySchema.parse(body);
}

/** What is told of a send, once so much was recorded of it. */
async function engaged(id: string, count: number) {
  const events = async () =>
    (await historyOf(id)).events.filter(({ type }) => type === 'opened' || type === 'clicked');
  await eventually(async () => (await events()).length >= count, { what: `${count} opens and clicks` });
  return events();
}

describe('a tracked link', () => {
  test.each(['GET', 'HEAD'])(
    'leads to its target, and nothing is kept of it on the way (%s)',
    async (method) => {
      const { status, location, headers, bytes } = await ask(send.link(url), { method });
      expect([status, location, bytes.length]).toEqual([302, url, 0]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    },
  );

  test('leads there whatever its query says', async () => {
    expect((await ask(`${send.link(url)}?url=https://evil.example&x=1`)).location).toBe(url);
  });

  test.each([
    [
      'https://münchen.example/straße?q=日本',
      'https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%E6%97%A5%E6%9C%AC',
    ],
    ['https://a.example/x y', 'https://a.example/x%20y'],
    ["https://a.example/?a='b'&c=%0d%0aSet-Cookie:x", "https://a.example/?a='b'&c=%0d%0aSet-Cookie:x"],
  ])('to %s is said as a header can say it', async (target, location) => {
    expect(await ask(send.link(target))).toMatchObject({ status: 302, location });
  });

  test('is told in the history within a second, with where it leads and who followed it', async () => {
    await ask(send.link(url, 3));
    expect(await engaged(send.id, 1)).toEqual([
      {
        type: 'clicked',
        at: expect.any(String),
        machine: false,
        reason: null,
        url,
        detail: { userAgent: firefox, linkNumber: 3 },
      },
    ]);
    expect((await historyOf(send.id)).engagement).toEqual({
      opened: { people: 0, machines: 0 },
      clicked: { people: 1, machines: 0 },
    });
  });

  test('counts for its batch, once for each send, by people and by machines alone', async () => {
    const { batchId } = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: send.id } });
    await ask(send.link(url));
    await ask(send.link(url, 1));
    await ask(send.pixel, { method: 'HEAD' });
    await engaged(send.id, 3);
    const { body } = await workspace.get(`/batches/${batchId}`);
    expect(body).toMatchObject({
      engagement: { opened: { people: 0, machines: 1 }, clicked: { people: 1, machines: 0 } },
    });
  });

  test('keeps no more of a user agent than 300 characters, and no address', async () => {
    await ask(send.link(url), {
      'user-agent': `Mozilla/5.0 Firefox ${'x'.repeat(5_000)}`,
      'x-forwarded-for': '203.0.113.7',
    });
    const [event] = await engaged(send.id, 1);
    expect(String(event?.detail?.userAgent)).toHaveLength(300);
    const rows = await api.prisma.emailEvent.findMany({ where: { sendId: send.id } });
    expect(JSON.stringify(rows)).not.toMatch(/203\.0\.113\.7|127\.0\.0\.1/);
  });

  test('of a send that is not there leads on, and nothing is recorded', async () => {
    const other = await linksOf(api, workspace.id, newId());
    expect((await ask(other.link(url))).location).toBe(url);
    await ask(send.link(url));
    await engaged(send.id, 1);
    expect(await api.prisma.emailEvent.count({ where: { sendId: other.id } })).toBe(0);
  });
});

describe('who followed it', () => {
  test.each([
    ['head', { method: 'HEAD' }],
    ['prefetch', { 'sec-purpose': 'prefetch;prerender' }],
    ['prefetch', { purpose: 'prefetch' }],
    ['prefetch', { 'x-purpose': 'preview' }],
    ['prefetch', { 'x-moz': 'prefetch' }],
    ['agent', { 'user-agent': 'curl/8.5.0' }],
    ['agent', { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }],
    ['agent', { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Proofpoint URL Defense' }],
    [
      'proxy',
      {
        'user-agent':
          'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
      },
    ],
    ['proxy', { 'user-agent': 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html' }],
    ['proxy', { 'user-agent': 'Mozilla/5.0' }],
  ])('was a machine by %s: %j', async (reason, request) => {
    await ask(send.pixel, request as Readonly<Record<string, string>>);
    expect(await engaged(send.id, 1)).toMatchObject([{ type: 'opened', machine: true, reason }]);
  });

  test('was a machine where three links were followed at once, also those that were told before', async () => {
    // Two links are told to be followed all along, so that the third is followed within their second however late it is.
    const told = Array.from({ length: 400 }, (_, at) => ({
      id: newId(),
      sendId: send.id,
      workspaceId: workspace.id,
      type: 'click' as const,
      sourceId: `told/${at}`,
      occurredAt: new Date(Date.now() + Math.floor(at / 2) * 400),
      detail: { url, linkNumber: at % 2, machine: null },
    }));
    await api.prisma.emailEvent.createMany({ data: told });
    await ask(send.link(url, 2));
    const bursting = () =>
      api.prisma.emailEvent.findMany({
        where: { sendId: send.id, detail: { path: ['machine'], equals: 'burst' } },
      });
    await eventually(async () => (await bursting()).length > 1, { what: 'a burst' });
    const links = (await bursting()).map(({ detail }) => Object(detail).linkNumber);
    expect(new Set(links)).toEqual(new Set([0, 1, 2]));
    expect(links.length).toBeLessThan(20);
  });

  test('was a machine right after the mail was delivered', async () => {
    const delivery = {
      type: 'delivery' as const,
      sourceId: 'd',
      // Whoever follows it meanwhile is too soon, however late that is.
      occurredAt: new Date(Date.now() + 300_000),
      workspaceId: workspace.id,
    };
    await api.prisma.emailEvent.create({ data: { id: newId(), sendId: send.id, ...delivery } });
    await ask(send.link(url));
    expect(await engaged(send.id, 1)).toMatchObject([{ reason: 'instant' }]);
  });
});

describe('a token that is not genuine', () => {
  const tokenOf = (path: string) => path.split('/').at(-1) ?? '';

  test('leads nowhere: a thousand altered ones', async () => {
    const tokens = [send.link(url), send.link('https://a.example/', 1)].map(tokenOf);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const altered = (at: number) => {
      const token = tokens[at % tokens.length] ?? '';
      const place = randomInt(token.length);
      const instead = alphabet[randomInt(64)] ?? 'A';
      if (at % 3 === 0) return token.slice(0, place);
      if (at % 3 === 1) return token.slice(0, place) + instead + token.slice(place);
      return token.slice(0, place) + (instead === token[place] ? '~' : instead) + token.slice(place + 1);
    };
    const statuses = new Map<string, number>();
    const waiting = Array.from({ length: 1_000 }, (_, at) => altered(at)).values();
    const askInTurn = async () => {
      for (const token of waiting) {
        const { status, location } = await ask(`/t/c/${token}`);
        const seen = `${status} ${location}`;
        statuses.set(seen, (statuses.get(seen) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 16 }, askInTurn));
    expect(Object.fromEntries(statuses)).toEqual({ '404 null': 1_000 });
  });

  test('gets a small page, and a pixel an image all the same', async () => {
    const { status, bytes, headers } = await ask('/t/c/nothing');
    expect(status).toBe(404);
    expect(bytes.toString()).toContain('This link does not work');
    expect(bytes.length).toBeLessThan(4_000);
    expect(headers.get('cache-control')).toBe('no-store');
    const pixel = await ask('/t/o/nothing');
    expect([pixel.status, pixel.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(pixel.bytes.subarray(0, 6).toString()).toBe('GIF89a');
    expect(pixel.headers.get('cache-control')).toBe('no-store');
  });

  test('that cannot be decoded is answered like any other', async () => {
    const link = await ask('/t/c/%E0%A4%A');
    expect([link.status, link.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    const pixel = await ask('/t/o/%E0%A4%A');
    expect([pixel.status, pixel.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(pixel.headers.get('cache-control')).toBe('no-store');
  });

  test.each(['POST', 'PUT', 'DELETE'])('nor does %s lead anywhere', async (method) => {
    expect(await ask(send.link(url), { method })).toMatchObject({ status: 404, location: null });
  });
});

test('when the secret of a workspace is replaced, tracked links lead on, and links to leave work for good', async () => {
  const other = await api.makeWorkspace();
  const sent = await aTrackedSend({ api, workspace: other });
  const { token } = await aLinkedSend({ api, workspace: other });
  const keys = new LinkKeyStore(api.prisma);
  const [rotated] = await keys.rotate(other.id, { overlapMs: 3_600_000 });
  expect(rotated?.workspaceId).toBe(other.id);
  expect(Math.abs(Number(rotated?.clicksUntil) - Date.now() - 3_600_000)).toBeLessThan(600_000);
  const later = await aTrackedSend({ api, workspace: other });
  expect(later.link(url)).not.toBe(sent.link(url));
  // It is looked for a few times a second.
  await eventually(async () => (await ask(later.link(url))).status === 302, {
    what: 'the new key to be known',
  });
  expect((await ask(sent.link(url))).location).toBe(url);
  await api.prisma.formerLinkSecret.updateMany({
    where: { workspaceId: other.id },
    data: { clicksUntil: new Date(0) },
  });
  const secrets = (await keys.load()).map(({ secret }) => Buffer.from(secret).toString('hex'));
  const [former] = await api.prisma.formerLinkSecret.findMany({ where: { workspaceId: other.id } });
  expect(secrets).not.toContain(Buffer.from(former?.secret ?? []).toString('hex'));
  expect((await ask(`/u/${token}`, { method: 'POST' })).status).toBe(200);
});
