import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { ProviderEvent } from '@postroom/core';
import { EventStore, TidyStore, WorkspaceStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(5);
const hourMs = 3_600_000;
const policy = { limit: 3, windowMs: 24 * hourMs, suppressMs: 48 * hourMs };
const start = Date.now() - 12 * hourMs;

const anEvent = (sendId: string, overrides: Partial<ProviderEvent> = {}): ProviderEvent => ({
  sourceId: randomUUID(),
  type: 'bounce',
  sendId,
  attempt: 1,
  providerMessageId: 'm',
  occurredAt: new Date(start),
  isPermanentBounce: true,
  recipients: [],
  detail: { bounceType: 'Permanent', bounceSubType: 'General' },
  ...overrides,
});

const suppressionOf = async (email: string) =>
  database.prisma.suppression.findFirst({
    where: { workspaceId: await new WorkspaceStore(database.prisma).ensureDefault(), emailKey: email },
  });

/** Makes the unmatched events due. */
const makeDue = () => database.prisma.unmatchedEvent.updateMany({ data: { lookAt: new Date(start) } });

describe('events of a send that is not known', () => {
  test('are kept without addresses, and have their consequences once it is there', async () => {
    const events = new EventStore(database.sql);
    const [to, cc, bcc] = ['late@example.com', 'late-cc@example.com', 'late-bcc@example.com'].map(
      (email) => ({
        email,
        name: null,
      }),
    );
    if (to === undefined || cc === undefined || bcc === undefined) throw new Error('three');
    const id = '0199aaaa-0000-7000-8000-00000000abcd';
    const reports = [{ email: cc.email, status: '5.1.1', diagnostic: 'smtp; 550' }];
    const bounce = anEvent(id, { recipients: [cc.email, bcc.email], sentTo: [to.email, cc.email], reports });
    for (let times = 0; times < 2; times += 1)
      expect(await events.record([bounce])).toMatchObject({ unmatched: 1 });
    const kept = await database.prisma.unmatchedEvent.findMany({ where: { sendId: id } });
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain('example.com');
    await makeDue();
    expect(await events.matchLate(10)).toMatchObject({ suppressed: [] });

    const made = await aQueuedSend(database, { to, cc: [cc], bcc: [bcc] });
    await database.prisma.emailSend.update({ where: { id: made }, data: { id } });
    await makeDue();
    expect(await events.matchLate(10)).toMatchObject({ unmatched: 0, suppressed: [{}, {}] });
    expect([
      await suppressionOf(to.email),
      await suppressionOf(cc.email),
      await suppressionOf(bcc.email),
    ]).toMatchObject([null, { reason: 'Bounce', origin: 'event' }, { reason: 'Bounce', origin: 'event' }]);
    const stored = await database.prisma.emailEvent.findMany({ where: { sendId: id } });
    expect(stored).toMatchObject([
      { detail: { recipients: [{ recipient: 'cc[0]', status: '5.1.1', diagnostic: 'smtp; 550' }] } },
    ]);
    expect(await database.prisma.unmatchedEvent.count({ where: { sendId: id } })).toBe(0);
  });

  test('are looked at when a week is over, however long they were left alone before', async () => {
    const id = randomUUID();
    const receivedAt = new Date(Date.now() - 5 * 24 * hourMs);
    await new EventStore(database.sql).record([anEvent(id)]);
    await database.prisma.unmatchedEvent.updateMany({ data: { receivedAt, lookAt: receivedAt } });
    await new EventStore(database.sql).matchLate(10);
    expect(await database.prisma.unmatchedEvent.findMany({ where: { sendId: id } })).toMatchObject([
      { lookAt: new Date(receivedAt.getTime() + 7 * 24 * hourMs) },
    ]);
  });

  test('are given up after a week, and never more than 10,000', async () => {
    const events = new EventStore(database.sql);
    const id = randomUUID();
    await events.record([anEvent(id)]);
    await database.prisma.unmatchedEvent.updateMany({
      where: { sendId: id },
      data: { receivedAt: new Date(Date.now() - 8 * 24 * hourMs), lookAt: new Date(start) },
    });
    await events.matchLate(10);
    expect(await database.prisma.unmatchedEvent.count({ where: { sendId: id } })).toBe(0);
    await database.prisma.$executeRaw`
      INSERT INTO unmatched_events (send_id, source_id, body, look_at)
      SELECT gen_random_uuid(), 'x', '{}', now() + interval '1 hour' FROM generate_series(1, 10000)`;
    expect(await events.record([anEvent(id)])).toMatchObject({ unmatched: 1 });
    expect(await database.prisma.unmatchedEvent.count({ where: { sendId: id } })).toBe(0);
    await database.prisma.unmatchedEvent.deleteMany({});
  });
});

describe('soft bounces', () => {
  const soft = (sendId: string, hours: number, bounceType = 'Transient') =>
    anEvent(sendId, {
      isPermanentBounce: false,
      occurredAt: new Date(start + hours * hourMs),
      detail: { bounceType, bounceSubType: 'MailboxFull' },
    });

  const someSends = async (email: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => aQueuedSend(database, { to: { email, name: null } })));

  test('suppress for a while after so many of them, in any order and however often they come', async () => {
    const hours = [0, 5, 9];
    const orders = [hours, hours.toReversed(), [5, 9, 0]];
    for (const [at, order] of orders.entries()) {
      const email = `worn-${at}@example.com`;
      const sends = await someSends(email, 3);
      const events = new EventStore(database.sql, policy);
      for (const [place, hour] of order.entries()) {
        const event = soft(sends[hours.indexOf(hour)] ?? '', hour);
        await events.record([event, event]);
        await events.record([event]);
        if (place < 2) expect(await suppressionOf(email)).toBeNull();
      }
      expect(await suppressionOf(email)).toMatchObject({
        reason: 'Bounce',
        origin: 'event',
        expiresAt: new Date(start + 9 * hourMs + policy.suppressMs),
      });
    }
  });

  test('of one statement, and of many at once, count together', async () => {
    const sends = await someSends('at-once@example.com', 6);
    const events = new EventStore(database.sql, policy);
    await events.record(sends.slice(0, 3).map((id, at) => soft(id, at)));
    expect(await suppressionOf('at-once@example.com')).not.toBeNull();
    const others = await someSends('crossing@example.com', 3);
    await Promise.all(others.map((id, at) => events.record([soft(id, at, 'Undetermined')])));
    expect(await suppressionOf('crossing@example.com')).not.toBeNull();
  });

  test('that lie further apart suppress nobody, nor do any unless they are counted', async () => {
    const apart = await someSends('apart@example.com', 3);
    for (const [at, id] of apart.entries()) {
      await new EventStore(database.sql, policy).record([soft(id, -13 * at)]);
    }
    const uncounted = await someSends('uncounted@example.com', 3);
    for (const id of uncounted) await new EventStore(database.sql).record([soft(id, 0)]);
    expect([await suppressionOf('apart@example.com'), await suppressionOf('uncounted@example.com')]).toEqual([
      null,
      null,
    ]);
  });
});

test('what has had its time is taken away, piece by piece, and nothing else', async () => {
  const { prisma } = database;
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const past = new Date(Date.now() - 4 * 24 * hourMs);
  await prisma.$executeRaw`
    INSERT INTO suppressions (workspace_id, email_key, email, reason, expires_at)
    SELECT ${workspaceId}::uuid, 'over-' || i, 'over', 'Bounce', now() - interval '1 second' FROM generate_series(1, 700) i`;
  await prisma.suppression.create({
    data: {
      workspaceId,
      emailKey: 'still',
      email: 'still',
      reason: 'Bounce',
      expiresAt: new Date(Date.now() + hourMs),
    },
  });
  for (const hour of [past, new Date()]) {
    await prisma.deliveryCount.create({
      data: {
        workspaceId,
        hour,
        senderProfileId: randomUUID(),
        domain: 'd',
        slot: 0,
        delivered: 1,
        bounced: 0,
        complained: 0,
      },
    });
  }
  await prisma.softBounce.create({
    data: {
      workspaceId,
      emailKey: 'old',
      moments: [past],
      updatedAt: new Date(Date.now() - 91 * 24 * hourMs),
    },
  });
  const store = new TidyStore(prisma);
  expect(await store.tidy()).toBe(true);
  expect(await store.tidy()).toBe(false);
  expect(await prisma.suppression.count({ where: { email: 'over' } })).toBe(0);
  expect(await prisma.suppression.count({ where: { email: 'still' } })).toBe(1);
  expect(await prisma.deliveryCount.count({ where: { domain: 'd' } })).toBe(1);
  expect(await prisma.softBounce.count({ where: { emailKey: 'old' } })).toBe(0);
});
