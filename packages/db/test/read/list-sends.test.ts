import { beforeAll, describe, expect, test } from '@jest/globals';
import { sendStatuses } from '@postroom/contracts';
import { newId, type SendOwner, type SendsFilter } from '@postroom/core';
import { createDraw } from '@postroom/testkit';
import { openDatabase, SendReadStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { idAt, type ListedSend, startListing } from './listed-sends.ts';

const database = fileDatabase(5);

const firstMoment = Date.UTC(2026, 0, 1);
const momentOf = (at: number): Date => new Date(firstMoment + at * 1_000);

const [templateA, templateB] = [newId(), newId()];
const batches = Array.from({ length: 4 }, newId);

function statusAt(at: number, part: number): ListedSend['status'] {
  if (part < 0.05) return 'Failed';
  if (part <= 0.6) return 'Sent';
  return at % 7 === 0 ? 'Scheduled' : 'Queued';
}

function recipientsAt(at: number): readonly string[] {
  if (at % 3 === 1 || at % 120 === 0) return ['cyd@example.com', `reader-${at}@example.com`];
  return at % 5 === 0 ? ['ada@example.com', 'bob@example.com'] : [`reader-${at}@example.com`];
}

const tagsAt = (at: number, part: number): readonly string[] => [
  ...(at % 2 === 0 ? ['even'] : []),
  ...(part < 0.1 || part > 0.9 ? ['ends'] : []),
  ...(part > 0.6 && at % 2 === 1 ? ['odd backlog'] : []),
  ...(at % 5 === 0 ? [`campaign:${at % 2}`, 'other:1'] : []),
];

const senders = [newId(), newId()] as const;

const deliveryAt = (at: number) => (['delivered', 'delivered', 'bounced', null] as const)[at % 4] ?? null;

/**
 * Sends that share their facts in every way: a backlog that is the newest, failures that are the oldest, a tag on
 * every second, one on both ends and nowhere between, one that none of those that were sent has, and a recipient who
 * hardly ever gets the template that is as frequent as he is.
 */
function someSends(count: number): ListedSend[] {
  return Array.from({ length: count }, (_, at) => {
    const part = at / count;
    return {
      id: idAt(momentOf(at)),
      createdAt: momentOf(at),
      status: statusAt(at, part),
      to: recipientsAt(at),
      templateId: [templateA, templateB, null][at % 3] ?? null,
      batchId: batches[Math.floor(part * 4)] ?? '',
      tags: tagsAt(at, part),
      senderProfileId: [senders[0], senders[1], null][at % 3] ?? null,
      delivery: statusAt(at, part) === 'Sent' ? deliveryAt(at) : null,
      providerMessageId: `ses-${at}`,
    };
  });
}

/** What the filter means, in so many words. */
const meets = (filter: SendsFilter) => (send: ListedSend) =>
  (filter.statuses?.includes(send.status) ?? true) &&
  (filter.to === undefined || send.to.includes(filter.to.toLowerCase())) &&
  (filter.tag === undefined || send.tags.includes(filter.tag)) &&
  (filter.tagName === undefined || send.tags.some((tag) => tag.startsWith(`${filter.tagName}:`))) &&
  (filter.senderProfileIds?.includes(send.senderProfileId ?? '') ?? true) &&
  (filter.deliveries === undefined || filter.deliveries.some((one) => one === send.delivery)) &&
  (filter.id === undefined || send.id === filter.id) &&
  (filter.providerMessageId === undefined || send.providerMessageId === filter.providerMessageId) &&
  (filter.templateId === undefined || send.templateId === filter.templateId) &&
  (filter.batchId === undefined || send.batchId === filter.batchId) &&
  (filter.createdFrom === undefined || send.createdAt >= filter.createdFrom) &&
  (filter.createdBefore === undefined || send.createdAt < filter.createdBefore);

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

describe('of 3,000 sends', () => {
  const size = 3_000;
  const sends = someSends(size);
  const newestFirst = sends.toReversed();
  let workspaceId: string;
  let owner: SendOwner;

  beforeAll(async () => {
    const listing = await startListing(database.prisma);
    await listing.write(sends);
    const other = await startListing(database.prisma);
    await other.write(sends.map((send) => ({ ...send, id: idAt(send.createdAt) })));
    await database.prisma.$executeRaw`ANALYZE`;
    workspaceId = listing.workspaceId;
    owner = { workspaceId, isSimulated: false };
  });

  const statusChoices = [
    undefined,
    ['Sent'],
    ['Queued'],
    ['Failed'],
    ['Scheduled', 'Queued'],
    sendStatuses,
  ] as const;
  const facetChoices: readonly SendsFilter[] = [
    {},
    { to: 'Ada@Example.com' },
    { tag: 'even' },
    { tag: 'ends' },
    { tag: 'odd backlog' },
    { tag: 'no such tag' },
    { templateId: templateA },
    { batchId: batches[1] },
    { deliveries: ['delivered'] },
    { deliveries: ['bounced', 'delivered'], tag: 'even' },
    { tagName: 'campaign' },
    { tag: 'campaign:1' },
    { senderProfileIds: [senders[0]] },
    { senderProfileIds: [senders[1], senders[0], newId()], tag: 'even' },
    { senderProfileIds: [] },
    { id: sends[1_500]?.id },
    { id: newId(), tag: 'even' },
    { providerMessageId: 'ses-1200' },
    { providerMessageId: 'ses-1201', tag: 'even' },
    { providerMessageId: 'ses-1200', id: sends[1_201]?.id },
    { providerMessageId: 'no such id' },
    { tag: 'even', templateId: templateB },
    { tag: 'ends', to: 'bob@example.com' },
    { to: 'cyd@example.com', templateId: templateA },
    { tag: 'even', batchId: batches[3], to: 'ada@example.com', templateId: templateA },
  ];
  const timeChoices: readonly SendsFilter[] = [
    {},
    { createdFrom: momentOf(600), createdBefore: momentOf(2_000) },
    { createdFrom: momentOf(2_990) },
    { createdBefore: momentOf(10) },
    { createdFrom: momentOf(10), createdBefore: momentOf(10) },
  ];
  /** Each status beside each of the others, and each time beside each of both. */
  const filters = statusChoices.flatMap((statuses, row) =>
    facetChoices.flatMap((facets, column) => {
      const times = [timeChoices[0], timeChoices[(row + column) % timeChoices.length]];
      return [...new Set(times)].map((time) => ({ statuses, ...facets, ...time }));
    }),
  );

  test('every filter lets through exactly what it says, newest first, and is counted so', async () => {
    for (const filter of createDraw()(filters, filters.length / 3)) {
      const expected = idsOf(newestFirst.filter(meets(filter)));
      const first = await new SendReadStore(database.prisma).list(owner, { filter, limit: 100 });
      expect({ filter, ids: idsOf(first.items) }).toEqual({ filter, ids: expected.slice(0, 100) });
      expect({ filter, hasMore: first.hasMore }).toEqual({ filter, hasMore: expected.length > 100 });
      const count = await new SendReadStore(database.prisma).count(owner, filter);
      expect({ filter, ...count }).toEqual({ filter, count: expected.length, isEstimate: false });
    }
  });

  test.each<SendsFilter>([
    {},
    { statuses: ['Sent'] },
    { tag: 'even' },
    { statuses: ['Sent'], tag: 'even' },
    { statuses: ['Sent', 'Queued'], tag: 'ends', to: 'ada@example.com' },
    { templateId: templateA, tag: 'even', createdFrom: momentOf(500) },
    { to: 'cyd@example.com', templateId: templateA },
  ])('of %j, pages by cursor and by offset are the same list', async (filter) => {
    const expected = idsOf(newestFirst.filter(meets(filter)));
    const [byCursor, byOffset]: [string[], string[]] = [[], []];
    for (let hasMore = true; hasMore; ) {
      const page = await new SendReadStore(database.prisma).list(owner, {
        filter,
        limit: 40,
        cursor: byCursor.at(-1),
      });
      byCursor.push(...idsOf(page.items));
      ({ hasMore } = page);
    }
    for (let hasMore = true; hasMore; ) {
      const page = await new SendReadStore(database.prisma).list(owner, {
        filter,
        limit: 90,
        offset: byOffset.length,
      });
      byOffset.push(...idsOf(page.items));
      ({ hasMore } = page);
    }
    expect(byCursor).toEqual(expected);
    expect(byOffset).toEqual(expected);
  });

  test('where no more than some may be looked at, short pages that go on from there are the same list', async () => {
    const store = new SendReadStore(database.prisma);
    const filter: SendsFilter = { to: 'cyd@example.com', templateId: templateA };
    const expected = idsOf(newestFirst.filter(meets(filter)));
    const seen: string[] = [];
    let [pages, next]: [number, string | null | undefined] = [0, undefined];
    for (; next !== null && pages < 1_000; pages += 1) {
      const page = await store.list(owner, { filter, limit: 10, cursor: next, most: 20 });
      seen.push(...idsOf(page.items));
      next = page.hasMore ? page.items.at(-1)?.id : page.stoppedAt;
    }
    expect(seen).toEqual(expected);
    expect(pages).toBeGreaterThan(10);
    const { count, isEstimate } = await store.count(owner, filter, 20);
    expect([isEstimate, count < 3_000]).toEqual([true, true]);
  });

  test('what few of many share is found on any page, however many lie between', async () => {
    const filter: SendsFilter = { to: 'cyd@example.com', templateId: templateA };
    const expected = idsOf(newestFirst.filter(meets(filter)));
    expect(expected).toHaveLength(25);
    for (const [limit, offset] of [
      [5, 0],
      [5, 8],
      [10, 10],
      [10, 11],
      [1, 12],
      [20, 20],
      [5, 25],
    ] as const) {
      const page = await new SendReadStore(database.prisma).list(owner, { filter, limit, offset });
      expect({ limit, offset, ids: idsOf(page.items), hasMore: page.hasMore }).toEqual({
        limit,
        offset,
        ids: expected.slice(offset, offset + limit),
        hasMore: expected.length > offset + limit,
      });
    }
  });

  test('a batch is counted by status, with a zero for each that none has', async () => {
    const id = batches[0] ?? '';
    await database.prisma.batch.create({
      data: { id, workspaceId, dialect: 'items', total: 760, accepted: 750, rejected: 10 },
    });
    expect(await new SendReadStore(database.prisma).findBatch({ workspaceId, id })).toMatchObject({
      id,
      total: 760,
      counts: { Scheduled: 0, Queued: 0, Processing: 0, Sent: 600, Failed: 150, Skipped: 0, Canceled: 0 },
    });
    expect(await new SendReadStore(database.prisma).findBatch({ workspaceId: newId(), id })).toBeNull();
  });
});

test('of two windows that touch, each send is in exactly one, to the millisecond', async () => {
  const { workspaceId, write } = await startListing(database.prisma);
  const owner = { workspaceId, isSimulated: false };
  const boundary = momentOf(5);
  const moments = [-1, 0, 0, 1].map((ms) => new Date(boundary.getTime() + ms));
  const [sample] = someSends(1);
  if (sample === undefined) throw new Error('there is no sample');
  await write(moments.map((createdAt) => ({ ...sample, id: idAt(createdAt), createdAt })));
  const countOf = async (filter: SendsFilter) =>
    (await new SendReadStore(database.prisma).count(owner, filter)).count;
  expect(await countOf({ createdBefore: boundary })).toBe(1);
  expect(await countOf({ createdFrom: boundary })).toBe(3);
  expect(await countOf({ createdFrom: boundary, createdBefore: new Date(boundary.getTime() + 1) })).toBe(2);
});

test('of more than 1,000 events the opens are left out first', async () => {
  const { workspaceId, write } = await startListing(database.prisma);
  const [send] = someSends(1);
  if (send === undefined) throw new Error('there is no send');
  const sendId = newId();
  await write([{ ...send, id: sendId }]);
  const event = (type: 'open' | 'complaint', at: number) => ({
    id: newId(),
    workspaceId,
    sendId,
    type,
    sourceId: `${type}-${at}`,
    occurredAt: momentOf(at),
  });
  const opens = Array.from({ length: 1_200 }, (_, at) => event('open', at));
  await database.prisma.emailEvent.createMany({ data: [...opens, event('complaint', 5_000)] });
  const history = await new SendReadStore(database.prisma).findHistory({ workspaceId, id: sendId });
  const types = history?.events.map(({ type }) => type);
  expect(types).toHaveLength(1_000);
  expect(types?.filter((type) => type === 'complaint')).toHaveLength(1);
});

test('no statement is compiled: many look-ups look dear, and are not', async () => {
  // A transaction pooler leaves it as it is set for the database, where no session is ours.
  const direct = openDatabase({ url: database.directUrl, maxConnections: 1 });
  try {
    expect(await direct.prisma.$queryRaw`SHOW jit`).toEqual([{ jit: 'off' }]);
  } finally {
    await direct.close();
  }
});
