import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Now } from '@postroom/contracts';
import { eventually } from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { callAs, ownPage, signInWith } from './a-page.ts';

let api: TestApi;
let ours: TestWorkspace;
let theirs: TestWorkspace;
beforeAll(async () => {
  api = await startApi();
  ours = await api.makeWorkspace();
  theirs = await api.makeWorkspace();
  const ourTemplate = await ours.aTemplate();
  const theirTemplate = await theirs.aTemplate();
  await ours.batch([
    { idempotencyKey: 'a', templateId: ourTemplate, to: { email: 'a@ours.test' } },
    { idempotencyKey: 'b', templateId: ourTemplate, to: { email: 'b@ours.test' } },
  ]);
  await theirs.batch([{ idempotencyKey: 'c', templateId: theirTemplate, to: { email: 'c@theirs.test' } }]);
  await api.sql.run`UPDATE email_sends SET status = 'Failed', failure_message = 'Words of theirs.'
    WHERE to_email = 'c@theirs.test'`;
  await api.sql.run`UPDATE email_sends SET status = 'Failed', failure_message = 'Words of ours.',
    failure_class = 'rejected' WHERE to_email = 'a@ours.test'`;
});
afterAll(() => api.close());

const nowOf = async (key: string): Promise<Now> => {
  const { status, body } = await callAs(api, await signInWith(api, key))('/dashboard/api/now');
  expect(status).toBe(200);
  return body as Now;
};

/** What a stream says, until it is let go; null: it was refused with this status. */
async function openStream(cookie: string, origin = api.origin) {
  const heard: string[] = [];
  let isOver = false;
  const request = get(`${origin}/dashboard/api/stream`, { headers: { ...ownPage, cookie } });
  const status = await new Promise<number>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      response.setEncoding('utf8').on('data', (text: string) => heard.push(text));
      response.once('close', () => {
        isOver = true;
      });
      resolve(response.statusCode ?? 0);
    });
  });
  request.on('error', () => undefined);
  return { status, text: () => heard.join(''), isOver: () => isOver, close: () => request.destroy() };
}

describe('what happens now', () => {
  test('is told to a session alone', async () => {
    expect(await api.call('/dashboard/api/now', { headers: ownPage })).toMatchObject({ status: 401 });
    expect(await api.call('/dashboard/api/stream', { headers: ownPage })).toMatchObject({ status: 401 });
    const key = { ...ownPage, 'x-api-key': ours.key };
    expect(await api.call('/dashboard/api/now', { headers: key })).toMatchObject({ status: 401 });
  });

  test('of mail, is of the own workspace alone', async () => {
    const now = await nowOf(ours.key);
    const queued = now.waiting?.filter(({ status }) => status === 'Queued');
    expect(queued).toMatchObject([
      { lane: 'transactional', count: 1 },
      { lane: 'marketing', count: 0 },
    ]);
    expect(now.failures).toMatchObject({
      isPartial: false,
      causes: [{ class: 'rejected', cause: 'Words of ours.', count: 1 }],
    });
    expect(JSON.stringify(now)).not.toContain('theirs');
    expect((await nowOf(theirs.key)).failures?.causes).toMatchObject([
      { cause: 'Words of theirs.', count: 1 },
    ]);
  });

  test('a test key sees nothing of live mail', async () => {
    const now = await nowOf(await ours.makeKey(['full'], 'test'));
    expect(now.failures?.causes).toEqual([]);
    expect(now.waiting?.every(({ count }) => count === 0)).toBe(true);
  });

  test('of the installation, is told in numbers: what was accepted of all, and who works', async () => {
    const now = await nowOf(ours.key);
    expect(now.throughput?.accepted).toHaveLength(60);
    expect(now.throughput?.accepted.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(now).toMatchObject({ workers: [], holds: [], pace: null, lastEvent: null });
  });
});

describe('actions on many', () => {
  test('take the filter of a cause as it is told, and are found again by their own workspace and mode alone', async () => {
    const call = callAs(api, await signInWith(api, ours.key));
    const [cause] = (await nowOf(ours.key)).failures?.causes ?? [];
    const asked = await call('/api/v1/emails/actions', {
      method: 'POST',
      body: { action: 'retry', filter: cause?.filter },
    });
    expect(asked).toMatchObject({ status: 201, body: { matched: 1, state: 'running' } });
    const exported = await call('/api/v1/emails/actions', {
      method: 'POST',
      body: { action: 'export', filter: { status: 'Queued' } },
    });
    const { body } = await call('/dashboard/api/actions');
    expect(body).toEqual({
      actions: [
        { ...(exported.body as object), filter: { status: 'Queued' } },
        { ...(asked.body as object), filter: cause?.filter },
      ],
    });
    for (const key of [theirs.key, await ours.makeKey(['full'], 'test')]) {
      const others = await callAs(api, await signInWith(api, key))('/dashboard/api/actions');
      expect(others.body).toEqual({ actions: [] });
    }
  });
});

describe('the stream', () => {
  test('tells each listener of its own workspace, from one reading', async () => {
    const streams = [
      await openStream(await signInWith(api, ours.key)),
      await openStream(await signInWith(api, theirs.key)),
    ];
    const [one, other] = streams;
    await eventually(() => streams.every(({ text }) => text().includes('event: now')), {
      what: 'Both being told',
    });
    expect(one?.text()).toContain('Words of ours.');
    expect(one?.text()).not.toContain('theirs');
    expect(other?.text()).not.toContain('ours');
    for (const { close } of streams) close();
  });

  test('ends with the session, and says so', async () => {
    const key = await ours.makeKey(['full']);
    const stream = await openStream(await signInWith(api, key));
    await eventually(() => stream.text().includes('event: now'), { what: 'The page being told' });
    const { apiKeyId } = await api.prisma.dashboardSession.findFirstOrThrow({
      orderBy: { createdAt: 'desc' },
    });
    await api.prisma.apiKey.update({ where: { id: apiKeyId }, data: { revokedAt: new Date() } });
    await eventually(() => stream.isOver(), { what: 'The stream ending' });
    expect(stream.text()).toMatch(/event: end\ndata: null\n\n$/);
  });

  test('is refused to a key that has ten already', async () => {
    const cookie = await signInWith(api, await ours.makeKey(['full']));
    const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(cookie)));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    const refused = await openStream(cookie);
    expect(refused.status).toBe(503);
    streams[0]?.close();
    await eventually(async () => (await openStream(cookie)).status === 200, { what: 'Room for another one' });
    for (const { close } of streams) close();
  });
});

test('an API that closes ends its streams, and waits for none of them', async () => {
  const closing = await startApi();
  const { key } = await closing.makeWorkspace();
  const stream = await openStream(await signInWith(closing, key), closing.origin);
  await eventually(() => stream.text().includes('event: now'), { what: 'The page being told' });
  await closing.close();
  expect(stream.text()).toMatch(/event: restart\ndata: null\n\n$/);
});

describe('a message', () => {
  const messageOf = async (key: string, to: string) => {
    const send = await api.prisma.emailSend.findFirstOrThrow({ where: { toEmail: to } });
    return callAs(api, await signInWith(api, key))(`/dashboard/api/emails/${send.id}/message`);
  };

  test('is shown as its recipient gets it, to its own workspace alone', async () => {
    expect(await messageOf(ours.key, 'b@ours.test')).toMatchObject({
      status: 200,
      body: { subject: 'Hello', html: '<p>Hello</p>', to: [{ email: 'b@ours.test' }] },
    });
    expect(await messageOf(theirs.key, 'b@ours.test')).toMatchObject({ status: 404 });
    expect(await messageOf(await ours.makeKey(['full'], 'test'), 'b@ours.test')).toMatchObject({
      status: 404,
    });
    expect(await messageOf(await ours.makeKey(['admin']), 'b@ours.test')).toMatchObject({ status: 403 });
  });
});
