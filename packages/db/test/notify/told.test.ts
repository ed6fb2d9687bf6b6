import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AttemptRecord, ClaimedSend, ProviderEvent } from '@postroom/core';
import { createGroup } from '@postroom/core';
import {
  AttemptStore,
  ClaimStore,
  createResourceStores,
  EventStore,
  SendChangeStore,
  SweepStore,
  UnsubscribeStore,
  WebhookEndpointStore,
} from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, aWorkspace, ownerOf, toldOf, writtenOf } from './notices.ts';

const database = fileDatabase(5);
const windows = { inDoubtWindowMs: 0 };

let endpointId: string;
beforeEach(async () => {
  await database.prisma.webhookEndpoint.deleteMany({});
  await database.prisma.webhookNotice.deleteMany({});
  endpointId = await anEndpoint(database.prisma, await ownerOf(database.prisma));
});

const told = (sendId: string | null) => toldOf(database.prisma, sendId);
const factsOf = async (sendId: string | null) =>
  (await writtenOf(database.prisma, sendId)).map(({ facts }) => facts);

async function claimed(sendId: string, epoch = 0): Promise<ClaimedSend> {
  const leaseToken = randomUUID();
  const results = await new ClaimStore(database.sql).claim([{ sendId, epoch, leaseToken }], {
    leaseMs: 30_000,
    worker: 'test',
  });
  const result = results.get(leaseToken);
  if (result?.kind !== 'claimed') throw new Error('the send could not be claimed');
  return result.send;
}

async function attempted(sendId: string, result: AttemptRecord['result']): Promise<void> {
  const { leaseToken, attempt } = await claimed(sendId);
  await new AttemptStore(database.sql).record([{ sendId, leaseToken, attempt, result }], windows);
}

const anEvent = (sendId: string, overrides: Partial<ProviderEvent> = {}): ProviderEvent => ({
  sourceId: randomUUID(),
  type: 'delivery',
  sendId,
  attempt: 1,
  providerMessageId: 'm-1',
  occurredAt: new Date('2026-11-29T00:00:00Z'),
  isPermanentBounce: null,
  recipients: [],
  detail: {},
  ...overrides,
});

const record = (...events: readonly ProviderEvent[]) => new EventStore(database.sql).record(events);
const error = { code: 'E', message: 'said', httpStatus: null };
const sent = { kind: 'sent', providerMessageId: 'm-1', subject: 'Hello' } as const;

describe('of a send is told', () => {
  test('that it was queued and sent', async () => {
    const id = await aQueuedSend(database);
    await attempted(id, sent);
    expect(await told(id)).toEqual(['email.queued', 'email.sent']);
  });

  test('that it is scheduled, begins and is canceled', async () => {
    const { prisma } = database;
    const scheduledAt = new Date(Date.now() + 60_000);
    const id = await aQueuedSend(database, { status: 'Scheduled', scheduledAt });
    await prisma.emailSend.update({
      where: { id },
      data: { sweepAt: new Date(0), nextAttemptAt: new Date(0) },
    });
    await new SweepStore(database.sql).beginScheduled(100);
    await new SweepStore(database.sql).beginScheduled(100);
    await new SendChangeStore(prisma).cancel({ ...(await ownerOf(prisma)), id });
    expect(await told(id)).toEqual(['email.scheduled', 'email.queued', 'email.canceled']);
  });

  test('that it failed, and why, and that it is tried again', async () => {
    const { prisma } = database;
    const id = await aQueuedSend(database);
    await attempted(id, { kind: 'failed', failureClass: 'rejected', message: 'SES says no', error });
    const ref = { ...(await ownerOf(prisma)), id };
    await new SendChangeStore(prisma).retry(ref, { epoch: 0, sender: null });
    expect(await told(id)).toEqual(['email.queued', 'email.failed', 'email.queued']);
    expect(await factsOf(id)).toEqual([{}, { failed: { reason: 'SES says no' } }, {}]);
  });

  test('why it was kept back', async () => {
    const suppressed = await aQueuedSend(database);
    await attempted(suppressed, { kind: 'skipped', message: 'listed', isSuppressed: true });
    const unsubscribed = await aQueuedSend(database);
    await attempted(unsubscribed, { kind: 'skipped', message: 'left', isSuppressed: false });
    expect(await told(suppressed)).toEqual(['email.queued', 'email.suppressed']);
    expect(await told(unsubscribed)).toEqual(['email.queued', 'email.skipped']);
    expect((await factsOf(suppressed)).at(-1)).toEqual({
      suppressed: { type: 'OnWorkspaceSuppressionList', message: 'listed' },
    });
    expect((await factsOf(unsubscribed)).at(-1)).toEqual({ skipped: { reason: 'left' } });
  });

  test('nothing of what is tried again by itself, or is in doubt, until that ends', async () => {
    const retried = await aQueuedSend(database);
    await attempted(retried, { kind: 'retry', delayMs: 0, isSpent: true, error });
    const doubtful = await aQueuedSend(database, { lane: 'marketing' });
    await attempted(doubtful, { kind: 'in_doubt', error });
    expect([await told(retried), await told(doubtful)]).toEqual([['email.queued'], ['email.queued']]);
    await new SweepStore(database.sql).resolveDoubts({
      limit: 10,
      maxAttempts: 8,
      policies: { transactional: 'resend', marketing: 'hold' },
    });
    expect(await told(doubtful)).toEqual(['email.queued', 'email.failed']);
  });

  test('that a doubt was settled, and each event once, however often it comes', async () => {
    const id = await aQueuedSend(database);
    await attempted(id, { kind: 'in_doubt', error });
    const delivery = anEvent(id);
    await record(delivery, anEvent(id, { type: 'send' }));
    await record(delivery);
    expect([...(await told(id))].sort()).toEqual(['email.delivered', 'email.queued', 'email.sent']);
  });

  test('what a server said of a copy, and never of a blind one', async () => {
    const id = await aQueuedSend(database, {
      cc: [{ email: 'copy@example.com', name: null }],
      bcc: [{ email: 'blind@example.com', name: null }],
    });
    const bounceOf = (email: string) =>
      anEvent(id, {
        type: 'bounce',
        isPermanentBounce: true,
        recipients: [email],
        reports: [{ email, diagnostic: '550 no' }],
        detail: { bounceType: 'Permanent', bounceSubType: 'General' },
      });
    await record(bounceOf('copy@example.com'), bounceOf('blind@example.com'));
    expect(await told(id)).toEqual(['email.queued', 'email.bounced']);
    expect((await factsOf(id)).at(-1)).toEqual({
      bounce: { type: 'Permanent', subType: 'General', message: '550 no' },
      recipients: ['cc[0]'],
    });
  });

  test('nothing of what SES reports after its person was erased, and of others no words', async () => {
    const { prisma } = database;
    const ids = [await aQueuedSend(database), await aQueuedSend(database)] as const;
    await prisma.emailSend.update({ where: { id: ids[0] }, data: { toKey: 'erased', erasedAt: new Date() } });
    await prisma.emailSend.update({ where: { id: ids[1] }, data: { erasedAt: new Date() } });
    await record(...ids.map((id) => anEvent(id, { type: 'reject', detail: { reason: 'says ada' } })));
    expect([await told(ids[0]), await told(ids[1])]).toEqual([
      ['email.queued'],
      ['email.queued', 'email.failed'],
    ]);
    expect((await factsOf(ids[1])).at(-1)).toEqual({});
  });

  test('whom it is about also where somebody else was erased, and of them nothing', async () => {
    const copies = ['erased@erased.invalid', 'copy@example.com'].map((email) => ({ email, name: null }));
    const id = await aQueuedSend(database, { cc: copies });
    await database.prisma.emailSend.update({ where: { id }, data: { erasedAt: new Date() } });
    const deliveryTo = (email: string) =>
      anEvent(id, { recipients: [email], reports: [{ email }], detail: { smtpResponse: `250 ${email}` } });
    await record(deliveryTo('copy@example.com'), deliveryTo('gone@example.com'));
    expect(await told(id)).toEqual(['email.queued', 'email.delivered']);
    expect((await factsOf(id)).at(-1)).toEqual({ recipients: ['cc[1]'] });
  });

  test('that a whole batch was canceled', async () => {
    const { prisma } = database;
    const id = await aQueuedSend(database);
    const { batchId } = await prisma.emailSend.findUniqueOrThrow({ where: { id } });
    const ref = { ...(await ownerOf(prisma)), id: batchId ?? '' };
    expect(await new SendChangeStore(prisma).cancelBatch(ref)).toBe(1);
    expect(await new SendChangeStore(prisma).cancelBatch(ref)).toBe(0);
    expect(await told(id)).toEqual(['email.queued', 'email.canceled']);
  });
});

describe('beside sends is told', () => {
  const stores = () => createResourceStores(database.prisma);

  test('that somebody left a group, through a link or by a client, once each', async () => {
    const { workspaceId } = await ownerOf(database.prisma);
    const { subscriptionGroups, subscriptions } = stores();
    const group = await createGroup(
      { subscriptionGroups },
      { workspaceId, isSimulated: false },
      { name: 'News', type: 'OptOut' },
    );
    const id = await aQueuedSend(database, {
      subscriptionGroupId: group.id,
      to: { email: 'leaver@example.com', name: null },
    });
    const links = new UnsubscribeStore(database.prisma);
    expect([await links.subscribe(id, false), await links.subscribe(id, false)]).toEqual([true, false]);
    expect(await told(id)).toEqual(['email.queued', 'subscription.changed']);
    const ref = { workspaceId, id: group.id };
    for (const subscribed of [true, true])
      await subscriptions.set(
        ref,
        { email: 'leaver@example.com' },
        subscribed ? 'subscribed' : 'unsubscribed',
      );
    expect(await told(null)).toEqual(['subscription.changed']);
    expect((await factsOf(null))[0]).toMatchObject({
      groupId: group.id,
      subscribed: true,
      status: 'subscribed',
      by: 'client',
    });
  });

  test('that a domain was found or lost', async () => {
    const { workspaceId } = await ownerOf(database.prisma);
    const { domains } = stores();
    const state = { dnsRecords: null, checkedAt: null };
    const made = await domains.create(workspaceId, { domain: 'told.example', status: 'pending', ...state });
    if (made.kind !== 'created') throw new Error(made.kind);
    const ref = { workspaceId, id: made.domain.id };
    for (const status of ['pending', 'verified', 'verified'] as const)
      await domains.record(ref, { status, ...state });
    expect(await told(null)).toEqual(['domain.updated']);
    expect(await factsOf(null)).toMatchObject([{ domain: 'told.example', status: 'verified' }]);
  });
});

describe('told is', () => {
  test('each endpoint that asked for it, and no other', async () => {
    const { prisma } = database;
    const owner = await ownerOf(prisma);
    const sentOnly = await anEndpoint(prisma, owner, ['email.sent', 'email.failed']);
    const disabled = await anEndpoint(prisma, owner);
    await new WebhookEndpointStore(prisma).update({ ...owner, id: disabled }, { enabled: false });
    const removed = await anEndpoint(prisma, owner);
    await new WebhookEndpointStore(prisma).remove({ ...owner, id: removed });
    await anEndpoint(prisma, await aWorkspace(prisma));
    const id = await aQueuedSend(database);
    await attempted(id, sent);
    const rows = await prisma.webhookNotice.findMany({ select: { endpointId: true, type: true } });
    const toldTo = (endpoint: string) =>
      rows.flatMap((row) => (row.endpointId === endpoint ? [row.type] : [])).sort();
    expect([endpointId, sentOnly].map(toldTo)).toEqual([['email.queued', 'email.sent'], ['email.sent']]);
    expect(rows).toHaveLength(3);
  });

  test('of the sends of test keys the endpoints of test keys, and of no others', async () => {
    const { prisma } = database;
    const ofTests = await anEndpoint(prisma, await ownerOf(prisma, true));
    const [live, simulated] = [await aQueuedSend(database), await aQueuedSend(database, { simulated: true })];
    const rows = await prisma.webhookNotice.findMany({ select: { endpointId: true, sendId: true } });
    expect(new Set(rows.map((row) => `${row.endpointId} ${row.sendId}`))).toEqual(
      new Set([`${endpointId} ${live}`, `${ofTests} ${simulated}`]),
    );
  });

  test('with an id of version 7 of the moment', async () => {
    const before = Date.now();
    const id = await aQueuedSend(database);
    const [notice] = await database.prisma.webhookNotice.findMany({ where: { sendId: id } });
    const text = notice?.id ?? '';
    expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const madeMs = Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16);
    expect(madeMs).toBeGreaterThanOrEqual(before - 1);
    expect(madeMs).toBeLessThanOrEqual(Date.now() + 1);
  });
});
