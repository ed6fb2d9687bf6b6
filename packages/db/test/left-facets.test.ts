import { expect, test } from '@jest/globals';
import { newId, type SendsFilter } from '@postroom/core';
import { RetentionStore, SendReadStore, WorkspaceStore } from '../src/index.ts';
import type { SendsPage } from '../src/read/send-read-store.ts';
import { aQueuedSend } from './a-send.ts';
import { fileDatabase } from './file-database.ts';

const database = fileDatabase(1);
const senderProfileId = newId();

const filters: readonly SendsFilter[] = [
  { senderProfileIds: [senderProfileId] },
  { tagName: 'order' },
  { tag: 'news' },
  { senderProfileIds: [senderProfileId, newId()], tag: 'news' },
  { to: 'ada@example.com', tagName: 'order', statuses: ['Queued'] },
];

/** Does what is done once, wherever nothing has an age, and answers how much of what sends are found by went. */
async function onePass(): Promise<number> {
  const store = new RetentionStore(database.prisma, { onceAfterMs: 0 });
  const forGood = { sendsMs: null, eventsMs: null, contentMs: null, webhookMs: null };
  let removed = 0;
  for (let step = await store.removeNext(forGood); step !== null; step = await store.removeNext(forGood)) {
    if (step.kind === 'facets') removed += step.removed;
  }
  return removed;
}

test('what was left behind of sends that are gone hides nothing from lists, and goes with one pass', async () => {
  const { prisma } = database;
  const ids: string[] = [];
  for (let at = 0; at < 5; at += 1) {
    ids.push(await aQueuedSend(database, { senderProfileId, tags: ['news', 'order:1', 'order:2'] }));
  }
  const [old = '', young = ''] = [ids[0], ids[4]];
  await prisma.$executeRaw`DELETE FROM email_sends WHERE id NOT IN (${old}::uuid, ${young}::uuid)`;
  const owner = { workspaceId: await new WorkspaceStore(prisma).ensureDefault(), isSimulated: false };
  const reads = new SendReadStore(prisma);
  for (const filter of filters) {
    const page = async (place: Partial<SendsPage>) => {
      const { items, hasMore } = await reads.list(owner, { filter, limit: 1, ...place });
      return { ids: items.map(({ id }) => id), hasMore };
    };
    expect(await page({})).toEqual({ ids: [young], hasMore: true });
    expect(await page({ cursor: young })).toEqual({ ids: [old], hasMore: false });
    expect(await page({ offset: 1 })).toEqual({ ids: [old], hasMore: false });
    expect(await page({ limit: 2 })).toEqual({ ids: [young, old], hasMore: false });
    expect(await reads.count(owner, filter)).toEqual({ count: 2, isEstimate: false });
    const piece = await reads.listPiece(owner, { filter, limit: 2, most: 500 });
    expect(piece.ids).toEqual([young, old]);
  }
  // Recipient, template, sender, batch, three tags and a name each.
  expect(await onePass()).toBe(3 * 8);
  expect(await prisma.sendFacet.count()).toBe(2 * 8);
});

test('however much was left behind of sends older than all, no list, count or piece reads more for it', async () => {
  const { prisma } = database;
  const profileId = newId();
  const overrides = {
    senderProfileId: profileId,
    tags: ['much', 'left:1'],
    to: { email: 'eve@example.com', name: null },
  };
  const id = await aQueuedSend(database, overrides);
  // Of the other mode, and older than what is left behind.
  await aQueuedSend(database, { id: '00000000-0000-7000-8000-000000000000', simulated: true });
  const owner = { workspaceId: await new WorkspaceStore(prisma).ensureDefault(), isSimulated: false };
  const reads = new SendReadStore(prisma);
  const asked: readonly SendsFilter[] = [
    { senderProfileIds: [profileId] },
    { tag: 'much' },
    { to: 'eve@example.com', tagName: 'left' },
  ];
  const rowsRead = async () => {
    await prisma.$executeRaw`SELECT pg_stat_force_next_flush()`;
    const [row] = await prisma.$queryRaw<{ readonly rows: number }[]>`
      SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::int + sum(seq_tup_read)::int AS rows
      FROM pg_stat_user_tables`;
    return row?.rows ?? 0;
  };
  const readFor = async (filter: SendsFilter) => {
    const before = await rowsRead();
    const { items } = await reads.list(owner, { filter, limit: 10 });
    expect(items.map((send) => send.id)).toEqual([id]);
    expect(await reads.count(owner, filter)).toEqual({ count: 1, isEstimate: false });
    expect((await reads.listPiece(owner, { filter, limit: 10, most: 500 })).ids).toEqual([id]);
    return (await rowsRead()) - before;
  };
  const readForAll = async () => {
    const rows: number[] = [];
    for (const filter of asked) rows.push(await readFor(filter));
    return rows;
  };
  const rowsBefore = await readForAll();
  await prisma.$executeRaw`
    INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
    SELECT workspace_id, simulated, kind, value, ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid
    FROM send_facets, generate_series(1, 300) AS i WHERE send_id = ${id}::uuid`;
  const rowsAfter = await readForAll();
  for (const [at, rows] of rowsAfter.entries()) expect(rows).toBeLessThan((rowsBefore[at] ?? 0) + 30);
});

test('a send that a version before retried is listed for the sender that it has alone, once, and found by it after the pass', async () => {
  const { prisma } = database;
  await prisma.$executeRaw`TRUNCATE retention_walks`;
  const [former, present] = [newId(), newId()];
  const moved = await aQueuedSend(database, { senderProfileId: former, tags: ['moved'] });
  const unfound = await aQueuedSend(database, { tags: ['moved'] });
  const twice = await aQueuedSend(database, { senderProfileId: present, tags: ['moved'] });
  await prisma.$executeRaw`
    UPDATE email_sends SET sender_profile_id = ${present}::uuid, epoch = 1
    WHERE id IN (${moved}::uuid, ${unfound}::uuid, ${twice}::uuid)`;
  await prisma.$executeRaw`
    INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
    SELECT workspace_id, simulated, 'sender', ${former}, id FROM email_sends WHERE id = ${twice}::uuid`;
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const reads = new SendReadStore(prisma);
  const listed = async (senderProfileIds: readonly string[], filter: SendsFilter) => {
    const owner = { workspaceId, isSimulated: false, senderProfileIds };
    const { items, hasMore } = await reads.list(owner, { filter, limit: 10 });
    expect(hasMore).toBe(false);
    expect(await reads.count(owner, filter)).toEqual({ count: items.length, isEstimate: false });
    expect((await reads.listPiece(owner, { filter, limit: 10, most: 500 })).ids).toHaveLength(items.length);
    return items.map(({ id }) => id);
  };
  const filters: readonly SendsFilter[] = [{}, { tag: 'moved' }, { statuses: ['Queued'] }];
  for (const filter of filters) {
    expect(await listed([former], filter)).toEqual([]);
    expect(await listed([former, present], filter)).toEqual([twice]);
  }
  await onePass();
  for (const filter of filters) {
    expect(await listed([former], filter)).toEqual([]);
    expect(await listed([former, present], filter)).toEqual([twice, unfound, moved]);
  }
  const senders = await prisma.sendFacet.findMany({
    where: { kind: 'sender', sendId: { in: [moved, unfound, twice] } },
  });
  expect(senders.map(({ value }) => value)).toEqual([present, present, present]);
});
