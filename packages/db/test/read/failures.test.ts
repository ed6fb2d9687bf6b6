import { expect, test } from '@jest/globals';
import { sendsFilterSchema } from '@postroom/contracts';
import { newId, recentFailures, sendsFilterOf } from '@postroom/core';
import { OperationStore, SendReadStore } from '../../src/index.ts';
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
