import { get } from 'node:http';
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Now } from '@postroom/contracts';
import { eventually } from '@postroom/testkit';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
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

/** What a workspace's own keys are told of the installation, where there is another one. */
const nothingOfInstallation = {
  seesInstallation: false,
  throughput: null,
  workers: null,
  smtp: null,
  pace: null,
  accounts: null,
  lastEvent: null,
};

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

  test('of the installation, is told in numbers to operators, and to nobody else while there are two workspaces', async () => {
    const now = await nowOf(await ours.makeKey(['operator', 'admin']));
    expect(now.throughput?.accepted).toHaveLength(60);
    expect(now.throughput?.accepted.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(3);
    expect(now.throughput?.accepted).not.toContain(null);
    expect(now.backlogs).toEqual([{ workspaceId: ours.id, scheduled: 0, queued: 1, processing: 0 }]);
    expect(now).toMatchObject({
      seesInstallation: true,
      workers: [],
      smtp: [],
      holds: [],
      pace: null,
      accounts: [],
      lastEvent: 'none',
      silent: [],
    });
    expect(await nowOf(ours.key)).toMatchObject({ ...nothingOfInstallation, holds: [] });
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
    const told = [
      /"seesInstallation":false/,
      /"throughput":null/,
      /"workers":null/,
      /"pace":null/,
      /"lastEvent":null/,
    ];
    for (const stream of streams) for (const part of told) expect(stream.text()).toMatch(part);
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
  // The one that an installation begins with.
  await closing.prisma.workspace.deleteMany({ where: { isDefault: true } });
  const stream = await openStream(await signInWith(closing, key), closing.origin);
  await eventually(() => stream.text().includes('event: now'), { what: 'The page being told' });
  // Of the only workspace there is, the numbers of the installation are its own.
  expect(stream.text()).toContain('"seesInstallation":true,"throughput":{');
  await closing.close();
  expect(stream.text()).toMatch(/event: restart\ndata: null\n\n$/);
});

describe('the queues', () => {
  const lookAs = async (key: string) => callAs(api, await signInWith(api, key));

  test('are shown to operators, and to nobody else while there are two workspaces', async () => {
    const page = await fetch(`${api.origin}/queues`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/dashboard']);
    expect(await api.call('/queues/api/queues')).toMatchObject({ status: 401 });
    expect(await (await lookAs(ours.key))('/queues/api/queues')).toMatchObject({
      status: 403,
      body: { details: { required: 'operator' } },
    });
    // No page of another site leads there, and a typed address does.
    const cookie = await signInWith(api, await ours.makeKey(['operator']));
    const from = (site: string) =>
      api.call('/queues/api/queues', { headers: { cookie, 'sec-fetch-site': site } });
    expect((await from('cross-site')).status).toBe(401);
    expect((await from('none')).status).toBe(200);
  });

  test('come with files of their own, and a policy that lets nothing of another host in', async () => {
    const cookie = await signInWith(api, await ours.makeKey(['operator']));
    const page = await fetch(`${api.origin}/queues/queue/sends`, { headers: { cookie } });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).not.toMatch(/https?:|\*/);
    const scripts = [...(await page.text()).matchAll(/src="(static\/js\/[^"]+)"/g)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThan(0);
    for (const path of scripts) {
      const { status, headers } = await fetch(`${api.origin}/queues/${path}`, { headers: { cookie } });
      expect([path, status, headers.get('content-type')]).toEqual([
        path,
        200,
        expect.stringMatching(/javascript/),
      ]);
      expect((await fetch(`${api.origin}/queues/${path}`)).status).toBe(401);
    }
  });

  test('are looked at alone: jobs have ids and no content, and every change is refused', async () => {
    const call = await lookAs(await ours.makeKey(['operator']));
    await api.redisIsConnected();
    await ours.batch([
      { idempotencyKey: 'job', templateId: await ours.aTemplate(), to: { email: 'job@ours.test' } },
    ]);
    const read = () => call('/queues/api/queues?activeQueue=sends');
    await eventually(async () => JSON.stringify((await read()).body).includes('sendId'), { what: 'The job' });
    const { body } = await read();
    expect(body).toMatchObject({
      queues: [
        { name: 'sends', readOnlyMode: true, allowRetries: false },
        { name: 'webhooks', readOnlyMode: true },
        { name: 'webhooks-doubtful', readOnlyMode: true },
      ],
    });
    const { queues } = body as { readonly queues: readonly { readonly jobs: readonly Json[] }[] };
    const [job] = queues[0]?.jobs ?? [];
    expect(job).toMatchObject({ data: { sendId: expect.any(String), epoch: 0 } });
    expect(Object.keys(job?.data as object).sort()).toEqual(['epoch', 'sendId']);
    expect(JSON.stringify(body)).not.toContain('ours.test');
    const changes = appRoutes.api.flatMap(({ method, route }) =>
      [method]
        .flat()
        .flatMap((verb) => (verb === 'get' ? [] : [route].flat().map((path) => ({ verb, path })))),
    );
    expect(changes.length).toBeGreaterThan(20);
    for (const { verb, path } of changes) {
      const named = path
        .replace(':queueName', 'sends')
        .replace(':jobId', String(job?.id))
        .replace(':queueStatus', 'waiting');
      const refused = await call(`/queues${named}`, { method: verb.toUpperCase(), body: { force: true } });
      expect({ path, ...refused }).toMatchObject({ path, status: 404, body: { error: 'not_found' } });
    }
    expect((await read()).body).toEqual(body);
    expect(await call('/queues/api/queues?activeQueue=sends&jobsPerPage=1000000')).toMatchObject({
      status: 400,
    });
  });
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
