import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connectRaw } from '../contract/raw-connection.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend, type Linked, saidAbout } from './links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let link: Linked;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api?.close());
beforeEach(async () => {
  link = await aLinkedSend({ api, workspace });
});

const form = 'application/x-www-form-urlencoded';
const oneClick = 'List-Unsubscribe=One-Click';

const post = (token: string, body = oneClick, headers: Readonly<Record<string, string>> = {}) =>
  api.call(`/u/${token}`, { method: 'POST', body, headers: { 'content-type': form, ...headers } });

const eventsOf = (sendId: string) =>
  api.prisma.emailEvent.findMany({
    where: { sendId },
    orderBy: { occurredAt: 'asc' },
    select: { type: true, sourceId: true, detail: true },
  });

const boundary = 'xYzZY';
const multipart = [
  `--${boundary}`,
  'Content-Disposition: form-data; name="List-Unsubscribe"',
  '',
  'One-Click',
  `--${boundary}--`,
  '',
].join('\r\n');

describe('one POST', () => {
  test('unsubscribes from the group of the send, without a key, and says so', async () => {
    const answer = await post(link.token);
    expect([answer.status, answer.body]).toEqual([200, { subscribed: false }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
  });

  test.each([
    ['as a form of parts', multipart, { 'content-type': `multipart/form-data; boundary=${boundary}` }],
    ['with nothing in it', '', {}],
    ['with nothing in it and no type', '', { 'content-type': 'text/plain' }],
    ['with anything else in it', 'x=y', {}],
    ['from a client that takes anything', oneClick, { accept: '*/*' }],
    ['from a client that takes neither page nor JSON', oneClick, { accept: 'text/plain' }],
  ])('%s does the same', async (_what, body, headers) => {
    const answer = await post(link.token, body, headers);
    expect([answer.status, answer.body]).toEqual([200, { subscribed: false }]);
    expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
  });

  test.each([
    ['that is longer than any of them', 'x'.repeat(9 * 1024), {}],
    ['of 300 KB', 'x'.repeat(300_000), {}],
    ['in an encoding that nobody knows', oneClick, { 'content-encoding': 'x-odd' }],
    ['that says gzip and is none', oneClick, { 'content-encoding': 'gzip' }],
    ['that is broken JSON', '{', { 'content-type': 'application/json' }],
    ['in a charset that nobody knows', oneClick, { 'content-type': `${form}; charset=x-odd` }],
  ])('%s unsubscribes as well: nobody is turned away for a body', async (_what, body, headers) => {
    const answer = await post(link.token, body, headers);
    expect([answer.status, answer.body]).toEqual([200, { subscribed: false }]);
    expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
  });

  test('whose body never ends is done before it does', async () => {
    const connection = await connectRaw(api.origin);
    try {
      const head = `POST /u/${link.token} HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n`;
      await connection.write(`${head}${oneClick}`);
      await connection.hungUp;
      expect(connection.answers().map(({ status }) => status)).toEqual([200]);
      expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
    } finally {
      connection.destroy();
    }
  });

  test('is repeated without further effect: one row, one event in the history', async () => {
    const at = () =>
      api.prisma.emailEvent.findFirst({ where: { sendId: link.sendId }, select: { occurredAt: true } });
    await post(link.token);
    const first = await at();
    for (let time = 0; time < 3; time += 1) expect((await post(link.token)).status).toBe(200);
    expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
    expect(await at()).toEqual(first);
    expect(await eventsOf(link.sendId)).toEqual([
      {
        type: 'subscription',
        sourceId: 'link/unsubscribed',
        detail: { action: 'unsubscribed', by: 'link' },
      },
    ]);
  });

  test('fifty times at once is one state and one event, also for somebody whom nobody knew', async () => {
    await api.prisma.emailSend.update({ where: { id: link.sendId }, data: { profileId: null } });
    await api.prisma.profile.deleteMany({ where: { emailKey: link.email } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(link.token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await saidAbout(api, link.groupId, link)).toEqual([false]);
    expect(await api.prisma.profile.count({ where: { emailKey: link.email } })).toBe(1);
    expect(await eventsOf(link.sendId)).toHaveLength(1);
  });

  test('is shown in the history of the send', async () => {
    await post(link.token);
    const { body } = await workspace.get(`/emails/${link.sendId}/events`);
    expect(body).toMatchObject({
      events: expect.arrayContaining([
        expect.objectContaining({ type: 'unsubscribed', detail: { action: 'unsubscribed', by: 'link' } }),
      ]),
    });
  });
});

describe('whom it is about', () => {
  test('every profile that has the address, and the profile that the send was for', async () => {
    const named = await workspace.aProfile({ email: 'Shared@example.com', externalId: 'shared' });
    const plain = await workspace.aProfile({ email: 'shared@example.com' });
    const bystander = await workspace.aProfile();
    const elsewhere = await workspace.aProfile();
    const item = { profileId: elsewhere, to: { email: 'SHARED@example.com' } };
    const { token, groupId } = await aLinkedSend({ api, workspace }, { item });
    expect((await post(token)).status).toBe(200);
    expect(await saidAbout(api, groupId, { email: 'shared@example.com' })).toEqual([false, false]);
    for (const profileId of [named, plain, elsewhere]) {
      expect(await saidAbout(api, groupId, { profileId })).toEqual([false]);
    }
    expect(await saidAbout(api, groupId, { profileId: bystander })).toEqual([]);
  });

  test('the address that the mail went to, even if only the send has it', async () => {
    const profileId = await workspace.aProfile();
    const { token, groupId, email } = await aLinkedSend(
      { api, workspace },
      { item: { profileId, to: { email: 'only-here@example.com' } } },
    );
    await post(token);
    expect(email).not.toBe('only-here@example.com');
    expect(await saidAbout(api, groupId, { email: 'only-here@example.com' })).toEqual([false]);
    expect(await saidAbout(api, groupId, { profileId })).toEqual([false]);
  });

  test('no other group, and no other workspace', async () => {
    const otherGroup = await workspace.aGroup();
    const other = await api.makeWorkspace();
    const theirs = await other.aProfile({ email: link.email });
    await post(link.token);
    expect(await saidAbout(api, otherGroup, link)).toEqual([]);
    expect(await api.prisma.subscription.count({ where: { profileId: theirs } })).toBe(0);
  });
});

describe('the way back', () => {
  test('subscribes again, and the history keeps the last of both', async () => {
    for (let time = 0; time < 3; time += 1) {
      await post(link.token);
      const answer = await post(`${link.token}/resubscribe`, '');
      expect([answer.status, answer.body]).toEqual([200, { subscribed: true }]);
    }
    expect(await saidAbout(api, link.groupId, link)).toEqual([true]);
    expect((await eventsOf(link.sendId)).map(({ sourceId }) => sourceId)).toEqual([
      'link/unsubscribed',
      'link/subscribed',
    ]);
  });
});
