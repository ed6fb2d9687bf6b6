import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { judgeRates } from '@postroom/core';
import { ClaimStore, EventStore, RateStore } from '@postroom/db';
import { accept, anItem } from '../contract/batch-items.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;
let senderProfileId: string;
let templateId: string;
const from = 'news@acme.test';
const limits = {
  leastDeliveries: 200,
  warning: { bounceRate: 0.02, complaintRate: 0.001 },
  pause: { bounceRate: 0.05, complaintRate: 0.003 },
};

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  senderProfileId = await workspace.aSender({ fromEmail: from });
  templateId = await workspace.aTemplate({ senderProfileId });
});

/** Counts as events write them, in an hour of their own each. */
async function count(
  of: { delivered?: number; bounced?: number; complained?: number },
  { hoursAgo = 1, sender = senderProfileId, domain = 'acme.test' } = {},
): Promise<void> {
  const { delivered = 0, bounced = 0, complained = 0 } = of;
  const hour = new Date(Math.floor(Date.now() / 3_600_000 - hoursAgo) * 3_600_000);
  await api.prisma.deliveryCount.create({
    data: {
      workspaceId: workspace.id,
      hour,
      senderProfileId: sender,
      domain,
      slot: Math.floor(Math.random() * 30_000),
      delivered,
      bounced,
      complained,
    },
  });
}

async function judge(): Promise<readonly string[]> {
  const paused: string[] = [];
  const rates = new RateStore(api.prisma);
  const onPaused = ({ scope, key }: { scope: string; key: string }) => paused.push(`${scope} ${key}`);
  await judgeRates({ rates, limits, onPaused }, [workspace.id]);
  return paused.sort();
}

const all = () => ['domain acme.test', `sender_profile ${senderProfileId}`, 'workspace '];
const ratesOf = async () => (await workspace.get('/rates')).body;
const resume = (body: object = {}) => workspace.post('/rates/resume', body);

async function aMarketingSend(overrides = {}): Promise<string> {
  const subscriptionGroupId = await workspace.aGroup({ type: 'OptOut' });
  return (await accept(workspace, anItem({ templateId, subscriptionGroupId, ...overrides }))).id;
}

/** What a claim of a send comes to, which stays unclaimed if it is held. */
async function claim(sendId: string): Promise<string | undefined> {
  const leaseToken = randomUUID();
  const { epoch } = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: sendId } });
  const results = await new ClaimStore(api.sql).claim([{ sendId, epoch, leaseToken }], {
    leaseMs: 1_000,
    worker: 'test',
  });
  return results.get(leaseToken)?.kind;
}

test('a workspace without mail has rates of nothing', async () => {
  const { status, body } = await workspace.get('/rates');
  expect(status).toBe(200);
  expect(body).toEqual({
    workspace: {
      delivered: 0,
      bounced: 0,
      complained: 0,
      bounceRate: 0,
      complaintRate: 0,
      state: 'ok',
      pausedAt: null,
      resumedAt: null,
    },
    senderProfiles: [],
    domains: [],
  });
});

test('rates are those of the last 24 hours, by workspace, sender profile and domain', async () => {
  await count({ delivered: 300, bounced: 9 });
  await count({ delivered: 200 }, { hoursAgo: 20, sender: randomUUID(), domain: 'other.test' });
  await count({ delivered: 100, bounced: 100 }, { hoursAgo: 30 });
  expect(await ratesOf()).toMatchObject({
    workspace: { delivered: 500, bounced: 9, state: 'ok' },
    senderProfiles: [{ senderProfileId, delivered: 300, bounced: 9, state: 'warning' }, { delivered: 200 }],
    domains: [
      { domain: 'acme.test', delivered: 300, state: 'warning' },
      { domain: 'other.test', delivered: 200, bounced: 0, state: 'ok' },
    ],
  });
  expect(await judge()).toEqual([]);
});

test('marketing mail waits while its workspace, sender profile or domain is paused, and other mail does not', async () => {
  const marketing = await aMarketingSend();
  const transactional = (await accept(workspace, anItem({ templateId }))).id;
  await count({ delivered: 300, bounced: 20 });
  expect(await judge()).toEqual(all());
  expect(await judge()).toEqual([]);
  expect(await claim(marketing)).toBe('paused');
  expect(await api.prisma.emailSend.findUniqueOrThrow({ where: { id: marketing } })).toMatchObject({
    status: 'Queued',
    attempts: 0,
  });
  expect(await claim(transactional)).toBe('claimed');
  expect(await ratesOf()).toMatchObject({
    workspace: { state: 'paused', resumedAt: null, pausedAt: expect.any(String) },
  });
  expect(await resume()).toMatchObject({
    status: 200,
    body: { resumed: 3, workspace: { state: 'warning' } },
  });
  expect(await claim(marketing)).toBe('claimed');
});

test('one domain or sender that is paused holds its own mail alone', async () => {
  const otherSender = await workspace.aSender({ fromEmail: 'news@other.test' });
  await count({ delivered: 300, bounced: 20 });
  await count({ delivered: 10_000 }, { sender: otherSender, domain: 'other.test' });
  expect(await judge()).toEqual(['domain acme.test', `sender_profile ${senderProfileId}`]);
  const held = await aMarketingSend();
  const free = await aMarketingSend({ senderProfileId: otherSender });
  expect([await claim(held), await claim(free)]).toEqual(['paused', 'claimed']);
  expect(await resume({ domain: 'ACME.test' })).toMatchObject({ body: { resumed: 1 } });
  expect(await claim(held)).toBe('paused');
  expect(await resume({ senderProfileId })).toMatchObject({ body: { resumed: 1 } });
  expect(await claim(held)).toBe('claimed');
});

test('of another workspace nothing is held, shown or resumed', async () => {
  await count({ delivered: 300, complained: 3 });
  await judge();
  const other = await api.makeWorkspace();
  expect((await other.get('/rates')).body).toMatchObject({
    workspace: { delivered: 0, state: 'ok' },
    domains: [],
  });
  expect((await other.post('/rates/resume', { domain: 'acme.test' })).body).toMatchObject({ resumed: 0 });
  expect(await ratesOf()).toMatchObject({ workspace: { state: 'paused' } });
});

test('what was resumed stays so until new facts are too many by themselves', async () => {
  await count({ delivered: 300, bounced: 20 });
  await judge();
  await resume();
  expect(await judge()).toEqual([]);
  await count({ bounced: 15 });
  expect(await judge()).toEqual([]);
  await count({ delivered: 250 }, { hoursAgo: 0 });
  expect(await judge()).toEqual(all());
  await resume({ workspace: true });
  expect(await ratesOf()).toMatchObject({
    workspace: { state: 'warning' },
    domains: [{ state: 'paused' }],
  });
});

test('a pause is not lifted by itself', async () => {
  await api.prisma.marketingPause.create({
    data: {
      workspaceId: workspace.id,
      scope: 'domain',
      key: 'acme.test',
      pausedAt: new Date(Date.now() - 50 * 3_600_000),
      delivered: 200,
      bounced: 50,
      complained: 0,
    },
  });
  expect(await ratesOf()).toMatchObject({
    domains: [{ domain: 'acme.test', delivered: 0, state: 'paused' }],
  });
  expect(await claim(await aMarketingSend())).toBe('paused');
});

test('several that judge at once pause each part once', async () => {
  await count({ delivered: 300, bounced: 20 });
  const told = await Promise.all(Array.from({ length: 6 }, () => judge()));
  expect(told.flat().sort()).toEqual(all());
});

test('events that are repeated count once, and counting does not meet at one row', async () => {
  const ids = await Promise.all(
    Array.from({ length: 40 }, async () => (await accept(workspace, anItem({ templateId }))).id),
  );
  const events = ids.map((sendId) => ({
    sourceId: 'delivery:1',
    type: 'delivery' as const,
    sendId,
    attempt: 1,
    providerMessageId: 'm',
    occurredAt: new Date(),
    isPermanentBounce: null,
    recipients: [],
    detail: {},
  }));
  const store = new EventStore(api.sql);
  await Promise.all([...events, ...events].map((event) => store.record([event])));
  expect(await ratesOf()).toMatchObject({
    workspace: { delivered: 40 },
    senderProfiles: [{ senderProfileId, delivered: 40 }],
    domains: [{ domain: 'acme.test', delivered: 40 }],
  });
  const rows = await api.prisma.deliveryCount.count({ where: { workspaceId: workspace.id } });
  expect(rows).toBeGreaterThan(1);
});

describe('the routes', () => {
  test.each([
    ['an unknown field', { all: true }],
    ['what is no UUID', { senderProfileId: 'x' }],
    ['workspace: false', { workspace: false }],
  ])('refuse %s', async (_what, body) => {
    expect((await resume(body)).status).toBe(400);
  });

  test('need the scope admin, and a live key to resume', async () => {
    const call = async (scopes: readonly string[], mode: 'live' | 'test', method: string, path: string) =>
      (
        await api.call(`/api/v1${path}`, {
          method,
          headers: { 'x-api-key': await workspace.makeKey(scopes, mode) },
          ...(method === 'POST' ? { body: {} } : {}),
        })
      ).status;
    expect(await call(['emails:read', 'emails:write'], 'live', 'GET', '/rates')).toBe(403);
    expect(await call(['admin'], 'test', 'GET', '/rates')).toBe(200);
    expect(await call(['admin'], 'test', 'POST', '/rates/resume')).toBe(403);
    expect(await call(['admin'], 'live', 'POST', '/rates/resume')).toBe(200);
  });
});
