import { expect, test } from '@jest/globals';
import { newId, type SendsFilter } from '@postroom/core';
import { RetentionStore, SendReadStore, WorkspaceStore } from '../src/index.ts';
import type { SendsPage } from '../src/read/send-read-store.ts';
import { aQueuedSend } from './a-send.ts';
import { fileDatabase } from './file-database.ts';

const database = fileDatabase(3);
const senderProfileId = newId();

const filters: readonly SendsFilter[] = [
  { senderProfileIds: [senderProfileId] },
  { tagName: 'order' },
  { tag: 'news' },
  { senderProfileIds: [senderProfileId, newId()], tag: 'news' },
  { to: 'ada@example.com', tagName: 'order', statuses: ['Queued'] },
];

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
  const store = new RetentionStore(prisma, { onceAfterMs: 0 });
  const policy = { sendsMs: 86_400_000, eventsMs: null, contentMs: null, webhookMs: null };
  let removed = 0;
  for (let step = await store.removeNext(policy); step !== null; step = await store.removeNext(policy)) {
    if (step.kind === 'facets') removed += step.removed;
  }
  // Recipient, template, sender, batch, three tags and a name each.
  expect(removed).toBe(3 * 8);
  expect(await prisma.sendFacet.count()).toBe(2 * 8);
});
