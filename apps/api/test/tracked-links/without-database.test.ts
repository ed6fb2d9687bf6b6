import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emailHistorySchema } from '@postroom/contracts';
import { eventually, startTcpProxy, type TcpProxy } from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aTrackedSend, linksOf, type Tracked } from './a-tracked-send.ts';

let proxy: TcpProxy;
let api: TestApi;
let workspace: TestWorkspace;
let send: Tracked;

beforeAll(async () => {
  api = await startApi({
    reachDatabase: (url) => {
      const reached = new URL(url);
      reached.port = String(proxy.port);
      return reached;
    },
    // The port is told when the proxy has one.
    beforeStart: async (url) => {
      proxy = await startTcpProxy({ target: { port: Number(new URL(url).port) } });
    },
  });
  workspace = await api.makeWorkspace();
  send = await aTrackedSend({ api, workspace });
});
afterAll(async () => {
  await proxy?.resume();
  await api?.close();
  await proxy?.stop();
});

const url = 'https://shop.example/orders/1001';
const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };
const ask = (path: string) => fetch(`${api.origin}${path}`, { headers, redirect: 'manual' });

test('while the database is away links lead on and pixels are shown, and what was clicked is told afterwards', async () => {
  await eventually(async () => (await ask(send.link(url))).status === 302, { what: 'the key to be known' });
  await proxy.refuse();
  for (let link = 1; link <= 20; link += 1) {
    const answer = await ask(send.link(url, link));
    expect([answer.status, answer.headers.get('location')]).toEqual([302, url]);
  }
  expect((await ask(send.pixel)).status).toBe(200);
  const stranger = await linksOf(api, workspace.id, send.id);
  const forged = stranger.link(url).replace('/t/c/', '/t/c/AAAA');
  expect([404, 503]).toContain((await ask(forged)).status);
  await proxy.resume();
  const told = async () => {
    const { events } = emailHistorySchema.parse((await workspace.get(`/emails/${send.id}/events`)).body);
    return new Set(events.flatMap(({ type, detail }) => (type === 'clicked' ? [detail?.linkNumber] : [])))
      .size;
  };
  await eventually(async () => (await told()) >= 20, {
    what: 'all clicks in the history',
  });
});
