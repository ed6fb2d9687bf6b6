import { expect, test } from '@jest/globals';
import { MessageRoom } from './message-room.ts';

const kibibyte = 1024;

const aRoom = () => new MessageRoom({ maxBytes: 1_000 * kibibyte, maxWorkspaceBytes: 600 * kibibyte });

const of = (workspaceId: string, attachmentKib: number, { waitMs = 0, snapshotId = 'one' } = {}) => ({
  workspaceId,
  snapshotId,
  attachmentBytes: attachmentKib * kibibyte,
  waitMs,
});

test('ordinary messages are not counted, and find room when there is none', async () => {
  const room = aRoom();
  const held = [await room.take(of('a', 700)), await room.take(of('b', 700))];
  expect(held).not.toContain(null);
  expect(await room.take(of('c', 300))).toBeNull();
  for (let at = 0; at < 200; at += 1) {
    const place = await room.take(of('a', 20));
    expect(place?.fit(40 * kibibyte)).toBe(true);
  }
  expect(room.bytes).toBe(1_400 * kibibyte);
});

test('a workspace alone leaves room to others', async () => {
  const room = aRoom();
  for (const kib of [300, 299, 500]) expect(await room.take(of('a', kib))).not.toBeNull();
  expect(await room.take(of('a', 100))).toBeNull();
  expect(await room.take(of('b', 100))).toBeNull();
  const other = aRoom();
  await other.take(of('a', 700));
  expect(await other.take(of('a', 100))).toBeNull();
  expect(await other.take(of('b', 100))).not.toBeNull();
});

test('whoever waits is let in when another leaves, in the order of coming', async () => {
  const room = aRoom();
  const first = await room.take(of('a', 700));
  const order: string[] = [];
  const wait = async (kib: number, name: string) => {
    const place = await room.take(of('a', kib, { waitMs: 60_000 }));
    order.push(name);
    return place;
  };
  const waiting = [wait(650, 'second'), wait(100, 'third'), wait(100, 'fourth'), wait(100, 'fifth')];
  expect(await room.take(of('a', 100, { waitMs: 60_000 }))).toBeNull();
  first?.leave();
  (await waiting[0])?.leave();
  await Promise.all(waiting);
  expect(order).toEqual(['second', 'third', 'fourth', 'fifth']);
  expect(room.bytes).toBe(300 * kibibyte);
});

test('a text that turns out to be large is counted, or given up; the next of its template waits for as much', async () => {
  const room = aRoom();
  const some = { snapshotId: 'large' };
  const [one, two] = [await room.take(of('a', 0, some)), await room.take(of('a', 0, some))];
  expect(one?.fit(800 * kibibyte)).toBe(true);
  expect(two?.fit(800 * kibibyte)).toBe(false);
  two?.leave();
  expect(room.bytes).toBe(800 * kibibyte);
  expect(await room.take(of('a', 0, some))).toBeNull();
  expect(await room.take(of('a', 0))).not.toBeNull();
  one?.leave();
  const next = await room.take(of('a', 0, some));
  expect(room.bytes).toBe(800 * kibibyte);
  expect(next?.fit(1 * kibibyte)).toBe(true);
  expect(room.bytes).toBe(0);
});

test('what was let in is not given up for a text that is not much larger than was counted', async () => {
  const room = aRoom();
  const place = await room.take(of('a', 700));
  const last = await room.take(of('b', 700));
  expect(room.bytes).toBe(1_400 * kibibyte);
  expect(place?.fit(20)).toBe(true);
  expect(last?.fit(500 * kibibyte)).toBe(false);
  expect(last?.fit(300 * kibibyte)).toBe(true);
  expect(room.bytes).toBe(1_700 * kibibyte + 20);
});

test('leaving twice counts once', async () => {
  const room = aRoom();
  const place = await room.take(of('a', 700));
  place?.leave();
  place?.leave();
  expect(room.bytes).toBe(0);
});
