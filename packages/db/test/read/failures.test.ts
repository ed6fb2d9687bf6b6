import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { sendsFilterSchema } from '@postroom/contracts';
import { newId, recentFailures, sendsFilterOf } from '@postroom/core';
import { eraseFromSends } from '../../src/erasures/erase-sends.ts';
import { EventStore, OperationStore, RetentionStore, SendReadStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(4);

async function failed(message: string | null, updatedAt = new Date()): Promise<string> {
  const id = await aQueuedSend(database);
  await database.prisma.emailSend.update({
    where: { id },
    data: { status: 'Failed', failureClass: 'rejected', failureMessage: message, updatedAt },
  });
  return id;
}

const ownerOf = async (id: string) => {
  const { workspaceId } = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
  return { workspaceId, isSimulated: false };
};

const byCause = async (id: string) =>
  recentFailures({ failures: new OperationStore(database.prisma), now: () => new Date() }, await ownerOf(id));

test('failures that differ by an id, an address, a number or a time alone are one cause, and others are not', async () => {
  const said = [
    (id: string) =>
      `SES refused the message: MessageRejected: Message ${id} is not to be sent to ada${id}@example.com.`,
    (id: string) =>
      `SES refused the message: 550 5.1.1 at 2026-11-29T10:0${id.charCodeAt(20) % 10}:00.120Z from 10.0.0.${id.charCodeAt(30)}`,
    (_: string) => 'Rendering failed: no helper',
  ];
  for (const text of said) for (let at = 0; at < 3; at += 1) await failed(text(newId()));
  const id = await failed(null);
  await failed('Rendering failed: no helper', new Date(0));
  const { causes, isPartial } = await byCause(id);
  expect(isPartial).toBe(false);
  expect(causes.map(({ cause, count }) => [count, cause])).toEqual(
    expect.arrayContaining([
      [3, 'SES refused the message: MessageRejected: Message <id> is not to be sent to <address>'],
      [3, 'SES refused the message: 550 5.1.1 at <time> from <address>'],
      [3, 'Rendering failed: no helper'],
      [1, 'no reason is known'],
    ]),
  );
  expect(causes).toHaveLength(4);
});

test('the filter of a cause lets through its sends and no others, also by way of JSON', async () => {
  const ids = [await failed(`Refused ${newId()}: because`), await failed(`Refused ${newId()}: because`)];
  await failed(`Refused ${newId()}: since`);
  await failed(`Refused ${newId()}: because`, new Date(0));
  const owner = await ownerOf(ids[0] ?? '');
  const { causes } = await byCause(ids[0] ?? '');
  const cause = causes.find((one) => one.cause === 'Refused <id>: because');
  expect(cause).toMatchObject({ count: 2, class: 'rejected' });
  const filter = sendsFilterOf(sendsFilterSchema.parse(JSON.parse(JSON.stringify(cause?.filter))));
  const reads = new SendReadStore(database.prisma);
  const found: string[] = [];
  let pieces = 0;
  let cursor: string | null = null;
  do {
    const piece = await reads.listPiece(owner, { filter, cursor: cursor ?? undefined, limit: 10, most: 3 });
    found.push(...piece.ids);
    cursor = piece.cursor;
    pieces += 1;
  } while (cursor !== null);
  expect(found).toEqual(ids.toReversed());
  expect(pieces).toBeGreaterThan(1);
  expect(await reads.count(owner, filter)).toEqual({ count: 2, isEstimate: false });
  expect(await reads.count(owner, { ...filter, statuses: ['Sent'] })).toEqual({
    count: 0,
    isEstimate: false,
  });
});

test('the latest to fail are looked at, whenever they were accepted, and it is said when there are more', async () => {
  // Hours from now, when nothing else fails.
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
  const id = await failed('late', inHours(10));
  for (let at = 0; at < 2; at += 1) await failed('early', inHours(5));
  const owner = await ownerOf(id);
  const store = new OperationStore(database.prisma);
  for (const find of [
    (hours: number, most: number) => store.findByCause(owner, inHours(hours), most),
    (hours: number, most: number) => store.findCausesOfAll(inHours(hours), most),
  ]) {
    expect(await find(9, 2)).toMatchObject({ isPartial: false, causes: [{ cause: 'late', count: 1 }] });
    expect(await find(4, 3)).toMatchObject({ isPartial: false, causes: [{ count: 2 }, { count: 1 }] });
    expect(await find(4, 1)).toMatchObject({
      isPartial: true,
      causes: expect.arrayContaining([expect.objectContaining({ cause: 'late' })]),
    });
  }
});

const erase = (emailKey: string) => async (id: string) => {
  const { workspaceId } = await ownerOf(id);
  const person = { erasureId: newId(), workspaceId, emailKey, profileIds: [] };
  await database.prisma.$transaction((tx) => eraseFromSends(tx, person, [id]));
};

/** SES reports late on what failed: a bounce of the first recipient. */
const reportBounce = (id: string) =>
  new EventStore(database.sql).record([
    {
      ...{ sourceId: newId(), type: 'bounce', sendId: id, attempt: 1, providerMessageId: 'm' },
      ...{ occurredAt: new Date(), isPermanentBounce: true, recipients: ['ada@example.com'], detail: {} },
    },
  ]);

const removeContent = async (_id: string) => {
  const policy = { sendsMs: null, eventsMs: null, contentMs: 1, webhookMs: null };
  await new RetentionStore(database.prisma).removeNext(policy);
};

type Update = {
  readonly count: number;
  readonly why?: string;
  readonly runs?: readonly ((id: string) => Promise<unknown>)[];
};
/** Per file, how many statements update sends; those that leave failed ones failed, and why the others do not. */
const updates: Readonly<Record<string, Update>> = {
  'accept/send-store.ts': { count: 1, why: 'only what is queued' },
  'change/change-many.ts': { count: 1, why: 'queued again, or waiting' },
  'change/send-change-store.ts': { count: 2, why: 'queued again, or waiting' },
  'deliver/attempt-store.ts': { count: 2, why: 'only what is in hand' },
  'deliver/claim-store.ts': { count: 1, why: 'only what is queued' },
  'deliver/event-statement.ts': { count: 1, runs: [reportBounce] },
  'deliver/event-store.ts': { count: 1, why: 'only what is in doubt' },
  'deliver/sweep-store.ts': { count: 4, why: 'only what waits or is in hand' },
  'erasures/erase-sends.ts': { count: 2, runs: [erase('ada@example.com'), erase('copy@example.com')] },
  'retention/walk-sends.ts': { count: 1, runs: [removeContent] },
};

test('a failed send that is changed and stays failed failed when it did, whatever changes it', async () => {
  const root = new URL('../../src/', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('generated'),
  );
  const found: Record<string, number> = {};
  for (const file of files) {
    const count = (await readFile(new URL(file, root), 'utf8')).split('UPDATE email_sends').length - 1;
    if (count > 0) found[file] = count;
  }
  expect(found).toEqual(
    Object.fromEntries(Object.entries(updates).map(([file, { count }]) => [file, count])),
  );

  const since = new Date(Date.now() - 3_600_000);
  const before = new Date(since.getTime() - 3_600_000);
  for (const run of Object.values(updates).flatMap(({ runs = [] }) => runs)) {
    const id = await aQueuedSend(database, {
      cc: [{ email: 'copy@example.com', name: null }],
      data: { a: 'b' },
    });
    const data = { status: 'Failed', failureClass: 'rejected', updatedAt: before } as const;
    const was = await database.prisma.emailSend.update({ where: { id }, data });
    await run(id);
    const is = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    expect(is).not.toEqual(was);
    expect(is).toMatchObject({ status: 'Failed', updatedAt: before });
    const lately = await new SendReadStore(database.prisma).list(await ownerOf(id), {
      filter: { failedFrom: since },
      limit: 100,
    });
    expect(lately.items.map((send) => send.id)).not.toContain(id);
  }
});
