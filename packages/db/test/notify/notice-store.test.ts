import { beforeEach, describe, expect, test } from '@jest/globals';
import { maxWebhooks } from '@postroom/contracts';
import { type ClaimedNotice, newWebhookSecret, type SendOwner } from '@postroom/core';
import { NoticeLogStore, NoticeStore, WebhookEndpointStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, aWorkspace, failed, recordOf } from './notices.ts';

const database = fileDatabase(8);
const leaseMs = 60_000;
const store = () => new NoticeStore(database.prisma, { leaseMs });
const log = () => new NoticeLogStore(database.prisma);
const endpoints = () => new WebhookEndpointStore(database.prisma);

let owner: SendOwner;
let id: string;
beforeEach(async () => {
  owner = await aWorkspace(database.prisma);
  id = await anEndpoint(database.prisma, owner);
});

const webhook = () => ({ ...owner, id });

async function addNotices(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await log().addTest(webhook(), { type: 'email.sent', facts: { at } });
}

async function claimed(limit = 10): Promise<readonly ClaimedNotice[]> {
  const result = await store().claim(id, limit);
  return result.kind === 'claimed' ? result.notices : [];
}

/** Lets time pass for what this endpoint has: all of its moments move into the past. */
async function passTime(ms: number): Promise<void> {
  await database.prisma.$executeRaw`
    UPDATE webhook_notices SET next_attempt_at = next_attempt_at - ${ms} * interval '1 millisecond'
    WHERE endpoint_id = ${id}::uuid`;
  await database.prisma.$executeRaw`
    UPDATE webhook_endpoints SET failing_since = failing_since - ${ms} * interval '1 millisecond',
      previous_secret_until = previous_secret_until - ${ms} * interval '1 millisecond',
      earlier_secrets = (
        SELECT coalesce(jsonb_agg(x || jsonb_build_object(
          'until', (x ->> 'until')::timestamptz - ${ms} * interval '1 millisecond')), '[]')
        FROM jsonb_array_elements(earlier_secrets) x),
      deleted_at = deleted_at - ${ms} * interval '1 millisecond'
    WHERE id = ${id}::uuid`;
}

const isDue = async () => {
  const { due, doubtful } = await store().findDue({ after: null, limit: 1_000 });
  return [...due, ...doubtful].includes(id);
};

async function failOnce(): Promise<string | null> {
  const [notice] = await claimed(1);
  if (notice === undefined) throw new Error('nothing was due');
  return (await store().record(recordOf(notice, failed))).disabled;
}

test('workers that claim at once get each notice once, and no more than they asked for', async () => {
  await addNotices(30);
  const hands = await Promise.all(Array.from({ length: 6 }, () => claimed(5)));
  const ids = hands.flat().map((notice) => notice.id);
  expect(hands.every((hand) => hand.length <= 5)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await claimed(30)).toHaveLength(30 - ids.length);
});

test('what a worker that died had in hand is due again when its lease ends, with another lease', async () => {
  await addNotices(1);
  const [first] = await claimed();
  expect([await claimed(), await isDue()]).toEqual([[], false]);
  await passTime(leaseMs);
  expect(await isDue()).toBe(true);
  const [second] = await claimed();
  expect(second).toMatchObject({ id: first?.id, attempt: 2 });
  if (first === undefined || second === undefined) throw new Error('nothing was claimed');
  expect((await store().record(recordOf(first))).isRecorded).toBe(false);
  expect((await store().record(recordOf(second))).isRecorded).toBe(true);
  expect(await log().find({ webhook: webhook(), id: second.id })).toMatchObject({
    notice: { state: 'delivered', attempts: 2 },
    attempts: [{ number: 2, statusCode: 200, answer: 'ok' }],
  });
});

test('what failed is due again after its pause, and not before', async () => {
  await addNotices(1);
  const [notice] = await claimed();
  if (notice === undefined) throw new Error('nothing was claimed');
  await store().record(recordOf(notice, { ...failed, delayMs: 300_000 }));
  await passTime(200_000);
  expect(await isDue()).toBe(false);
  await passTime(100_001);
  expect(await claimed()).toMatchObject([{ id: notice.id, tries: 2 }]);
});

test('of an endpoint where nothing arrives one notice at a time is tried, until one does', async () => {
  await addNotices(6);
  for (let tries = 0; tries < 3; tries += 1) await failOnce();
  const one = await claimed(10);
  expect(one).toHaveLength(1);
  const [notice] = one;
  if (notice !== undefined) await store().record(recordOf(notice));
  expect((await claimed(10)).length).toBeGreaterThan(1);
});

describe('an endpoint is disabled', () => {
  test('after ten failures in five days without anything that arrived, and the others alone are told', async () => {
    const other = await anEndpoint(database.prisma, owner);
    await addNotices(1);
    for (let tries = 1; tries <= 9; tries += 1) expect(await failOnce()).toBeNull();
    await passTime(5 * 24 * 3_600_000);
    expect(await failOnce()).toBe('failing');
    expect(await endpoints().find(webhook())).toMatchObject({ enabled: false, disabledReason: 'failing' });
    const told = await database.prisma.webhookNotice.findMany({ where: { type: 'webhook.disabled' } });
    expect(told).toMatchObject([
      {
        endpointId: other,
        facts: { webhookId: id, reason: 'failing', url: 'https://receiver.example/' },
      },
    ]);
  });

  test('not by many failures of a short time, nor by few of a long one', async () => {
    await addNotices(1);
    for (let tries = 1; tries <= 20; tries += 1) expect(await failOnce()).toBeNull();
    const [notice] = await claimed();
    if (notice !== undefined) await store().record(recordOf(notice));
    await addNotices(1);
    await failOnce();
    await passTime(6 * 24 * 3_600_000);
    expect(await failOnce()).toBeNull();
    expect(await endpoints().find(webhook())).toMatchObject({ enabled: true });
  });

  test('at once by 410, and what waits for it is given up, until it is enabled and replayed', async () => {
    await addNotices(3);
    const [notice] = await claimed(1);
    if (notice === undefined) throw new Error('nothing was due');
    const { disabled } = await store().record(recordOf(notice, { ...failed, state: 'failed', isGone: true }));
    expect(disabled).toBe('gone');
    expect(await store().claim(id, 10)).toMatchObject({ kind: 'closed' });
    expect(await store().claim(id, 10)).toEqual({ kind: 'closed', ended: 0 });
    const { items } = await log().list(webhook(), { limit: 10, status: 'failed' });
    expect(items.length).toBeGreaterThanOrEqual(3);
    await endpoints().update(webhook(), { enabled: true });
    expect(await endpoints().find(webhook())).toMatchObject({
      enabled: true,
      disabledReason: null,
      failingSince: null,
    });
    const { replayed } = await log().replayMany(webhook(), { since: new Date(0), failedOnly: true });
    expect(replayed).toBe(items.length);
    expect((await claimed()).map((one) => one.id)).toContain(notice.id);
  });
});

test('what comes of a try says nothing of an endpoint that has moved since', async () => {
  await addNotices(2);
  const [gone, failing] = await claimed(2);
  if (gone === undefined || failing === undefined) throw new Error('not all were due');
  const moved = { url: 'https://moved.example/' };
  await endpoints().update(webhook(), moved);
  const recorded = await store().record(recordOf(gone, { ...failed, state: 'failed', isGone: true }));
  expect(recorded).toEqual({ isRecorded: true, disabled: null });
  await store().record(recordOf(failing, { ...failed, delayMs: 300_000 }));
  expect(await endpoints().find(webhook())).toMatchObject({ ...moved, enabled: true, failingSince: null });
  expect(await claimed()).toMatchObject([{ ...moved, id: gone.id }]);
});

test('a replay goes out under the same id, with a new round of tries', async () => {
  await addNotices(2);
  for (const notice of await claimed())
    await store().record(recordOf(notice, { state: 'failed', statusCode: 500 }));
  const { items } = await log().list(webhook(), { limit: 10 });
  const [newest] = items;
  await log().replay({ webhook: webhook(), id: newest?.id ?? '' });
  expect(await claimed()).toMatchObject([{ id: newest?.id, tries: 1, attempt: 2 }]);
});

test('a range is replayed, or what failed of it', async () => {
  await addNotices(4);
  const notices = await claimed();
  for (const [at, notice] of notices.entries())
    await store().record(recordOf(notice, at % 2 === 0 ? {} : { state: 'failed' }));
  const since = new Date(Date.now() - 60_000);
  const later = new Date(Date.now() + 60_000);
  expect(await log().replayMany(webhook(), { since: later, failedOnly: false })).toEqual({
    replayed: 0,
    nextSince: null,
  });
  expect(await log().replayMany(webhook(), { since, until: later, failedOnly: true })).toMatchObject({
    replayed: 2,
  });
  expect(await log().replayMany(webhook(), { since, failedOnly: false })).toMatchObject({ replayed: 2 });
  expect(await claimed()).toHaveLength(4);
});

/** Gives the endpoint so many new secrets, one after the other; answers all that it has had, the newest first. */
async function rotated(times: number): Promise<readonly string[]> {
  const { secret } = await database.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id } });
  const had = [secret];
  for (let made = 0; made < times; made += 1) {
    const next = newWebhookSecret();
    await endpoints().rotateSecret(webhook(), next);
    had.unshift(next);
  }
  return had;
}

/** What signs a notice that is claimed now. */
const signing = async () => {
  await addNotices(1);
  return (await claimed())[0]?.secrets;
};

test('a secret that was replaced signs for a day more, however often there was another since', async () => {
  const hourMs = 3_600_000;
  const [second, first] = await rotated(1);
  expect(await signing()).toEqual([second, first]);
  await passTime(10 * hourMs);
  const [fourth, third] = await rotated(2);
  expect(await signing()).toEqual([fourth, third, second, first]);
  await passTime(14 * hourMs);
  expect(await signing()).toEqual([fourth, third, second]);
  await passTime(10 * hourMs);
  const [fifth] = await rotated(1);
  expect(await signing()).toEqual([fifth, fourth]);
});

test('of very many new secrets in a day those sign that receivers have had longest, and the newest', async () => {
  const had = await rotated(12);
  expect(await signing()).toEqual([...had.slice(0, 2), ...had.slice(-8)]);
});

test('a workspace has so many endpoints, also when they are made at once', async () => {
  const makes = await Promise.all(
    Array.from({ length: maxWebhooks + 5 }, () =>
      anEndpoint(database.prisma, owner).then(
        () => true,
        () => false,
      ),
    ),
  );
  // One was there already.
  expect(makes.filter((isMade) => isMade)).toHaveLength(maxWebhooks - 1);
});

test('lists go on where they ended, in whatever state and of whatever event', async () => {
  await addNotices(7);
  await log().addTest(webhook(), { type: 'email.bounced', facts: {} });
  await addNotices(2);
  for (const notice of await claimed(3)) await store().record(recordOf(notice));
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await log().list(webhook(), { limit: 4, cursor });
    seen.push(...page.items.map((item) => item.id));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen).toHaveLength(10);
  expect(seen).toEqual([...seen].sort().reverse());
  const bounced = await log().list(webhook(), { limit: 4, event: 'email.bounced' });
  expect(bounced).toMatchObject({ items: [{ type: 'email.bounced', last: null }], next: null });
  const delivered = await log().list(webhook(), { limit: 4, status: 'delivered' });
  expect(delivered.items.map(({ last }) => last?.answer)).toEqual(['ok', 'ok', 'ok']);
});

test('what is left of a deleted endpoint is removed, and then the endpoint', async () => {
  await addNotices(3);
  expect(await endpoints().remove(webhook())).toBe(true);
  expect(await endpoints().find(webhook())).toBeNull();
  expect(await log().addTest(webhook(), { type: 'email.sent', facts: {} })).toBeNull();
  expect(await store().removeDeleted()).toBe(false);
  await passTime(60_001);
  expect([await store().removeDeleted(), await store().removeDeleted()]).toEqual([true, true]);
  const left = await database.prisma.webhookNotice.count({ where: { endpointId: id } });
  const row = await database.prisma.webhookEndpoint.findUnique({ where: { id } });
  expect([left, row, await store().removeDeleted()]).toEqual([0, null, false]);
});

test('another workspace and the other mode see and change nothing of it', async () => {
  await addNotices(1);
  const [notice] = await claimed();
  const strangers = [await aWorkspace(database.prisma), { ...owner, isSimulated: true }];
  for (const stranger of strangers) {
    const theirs = { ...stranger, id };
    expect(await endpoints().find(theirs)).toBeNull();
    expect(await endpoints().update(theirs, { enabled: false })).toBeNull();
    expect(await endpoints().rotateSecret(theirs, newWebhookSecret())).toBeNull();
    expect(await endpoints().remove(theirs)).toBe(false);
    expect(await log().find({ webhook: theirs, id: notice?.id ?? '' })).toBeNull();
    expect(await log().replay({ webhook: theirs, id: notice?.id ?? '' })).toBeNull();
    expect(await log().addTest(theirs, { type: 'email.sent', facts: {} })).toBeNull();
    expect(await log().replayMany(theirs, { since: new Date(0), failedOnly: false })).toMatchObject({
      replayed: 0,
    });
    expect((await endpoints().list(stranger, { limit: 10 })).items).toEqual([]);
  }
});
