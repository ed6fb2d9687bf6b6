import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { EventStore, RateStore } from '@postroom/db';
import { parseSesEvent } from '@postroom/provider-ses';
import { accept, anItem } from '../contract/batch-items.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { bodyOf, copy, type PayloadName, primary } from './ses-payloads.ts';

let api: TestApi;
let workspace: TestWorkspace;
let sendId: string;
let groupId: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** A workspace whose webhook is told of everything, and a send of it to `primary` with `copy` in cc. */
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  groupId = await workspace.aGroup({ type: 'OptOut' });
  const templateId = await workspace.aTemplate();
  const item = anItem({ templateId, to: { email: primary }, cc: copy, subscriptionGroupId: groupId });
  sendId = (await accept(workspace, item)).id;
  await workspace.make('/webhooks', { url: 'https://receiver.example/', events: ['*'] });
});

async function report(name: PayloadName): Promise<void> {
  const parsed = parseSesEvent(bodyOf(name, sendId));
  if (parsed.kind !== 'event') throw new Error(parsed.reason);
  await new EventStore(api.sql).record(parsed.events);
}

/** What the webhook is told, in the order of names. */
async function told(): Promise<readonly (readonly [string, unknown])[]> {
  const rows = await api.prisma.webhookNotice.findMany({ where: { workspaceId: workspace.id } });
  return rows.map(({ type, facts }) => [type, facts] as const).sort(([a], [b]) => a.localeCompare(b));
}
const typesTold = async () => (await told()).map(([type]) => type);

test('a hard bounce, and the suppression that follows from it, once each however often it is reported', async () => {
  for (let times = 0; times < 3; times += 1) await report('hardBounce');
  expect(await told()).toEqual([
    ['email.bounced', { bounce: expect.objectContaining({ type: 'Permanent', subType: 'General' }) }],
    ['suppression.added', { email: primary, reason: 'Bounce' }],
  ]);
});

test('what makes a suppression stronger is told, and that there is one is not told again', async () => {
  await report('hardBounce');
  await report('complaint');
  expect(await typesTold()).toEqual(['email.bounced', 'email.complained', 'suppression.added']);
});

test('one that is lifted, and comes again', async () => {
  await report('hardBounce');
  await api.call(`/api/v1/suppressions/${primary}`, {
    method: 'DELETE',
    headers: { 'x-api-key': workspace.key },
  });
  await workspace.post('/suppressions', { email: primary });
  await workspace.post('/suppressions/import', { suppressions: [{ email: primary }, { email: copy }] });
  expect((await told()).filter(([type]) => type.startsWith('suppression.'))).toEqual([
    ['suppression.added', { email: primary, reason: 'Bounce' }],
    ['suppression.added', { email: primary, reason: 'Manual' }],
    ['suppression.added', { email: copy, reason: 'Manual' }],
    ['suppression.removed', { email: primary, reason: 'Bounce' }],
  ]);
});

test('one that has expired is new when it comes again', async () => {
  await workspace.post('/suppressions', { email: primary, expiresAt: new Date(Date.now() + 60_000) });
  await api.prisma.$executeRaw`
    UPDATE suppressions SET expires_at = now() - interval '1 minute', created_at = now() - interval '1 day'
    WHERE workspace_id = ${workspace.id}::uuid`;
  await report('hardBounce');
  expect(await typesTold()).toEqual(['email.bounced', 'suppression.added', 'suppression.added']);
});

test('who unsubscribed at the provider', async () => {
  await report('unsubscribed');
  expect((await told()).find(([type]) => type === 'subscription.changed')).toEqual([
    'subscription.changed',
    { groupId, profileId: expect.any(String), subscribed: false, status: 'unsubscribed', by: 'provider' },
  ]);
});

test('of whom was erased no address', async () => {
  await api.prisma.emailSend.update({ where: { id: sendId }, data: { erasedAt: new Date() } });
  await report('hardBounce');
  expect(JSON.stringify(await told())).not.toContain(primary);
  expect(await typesTold()).not.toContain('suppression.added');
});

test('marketing mail that is paused, and why, of each part once', async () => {
  const counts = { delivered: 900, bounced: 100, complained: 0 };
  const base = { workspaceId: workspace.id, counts, resumedAt: null };
  const parts = [
    { ...base, scope: 'workspace', key: '' },
    { ...base, scope: 'domain', key: 'acme.test' },
  ] as const;
  for (let times = 0; times < 2; times += 1) await new RateStore(api.prisma).pause(parts);
  const paused = (await told()).map(([, facts]) => facts);
  expect(await typesTold()).toEqual(['workspace.marketing_paused', 'workspace.marketing_paused']);
  expect(paused).toContainEqual({ scope: 'workspace', ...counts });
  expect(paused).toContainEqual({ scope: 'domain', pausedDomain: 'acme.test', ...counts });
});
