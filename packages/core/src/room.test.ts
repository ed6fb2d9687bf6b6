import { expect, test } from '@jest/globals';
import { createRoom } from './room.ts';

/** How much an owner gets, one after the other. */
function takeAll(room: ReturnType<typeof createRoom>, owner: string): number {
  let taken = 0;
  while (room.take(owner, 1)) taken += 1;
  return taken;
}

test('one owner has at most half of a room, and each that comes finds half of what is left', () => {
  const room = createRoom(120);
  expect(takeAll(room, 'one')).toBe(60);
  expect(takeAll(room, 'two')).toBe(30);
  expect(takeAll(room, 'three')).toBe(15);
  expect(room.take('one', 1)).toBe(false);
  room.giveBack('one', 60);
  expect(room.take('two', 1)).toBe(true);
  expect(takeAll(room, 'four')).toBeGreaterThan(30);
});

test('owners who always want more come to equal shares, with as much left for who has nothing', () => {
  const room = createRoom(1_000);
  const wanting = Array.from({ length: 9 }, (_, at) => String(at));
  const has = new Map(wanting.map((owner) => [owner, takeAll(room, owner)]));
  for (let round = 0; round < 2_000; round += 1) {
    for (const owner of wanting) {
      if (has.get(owner) === 0) continue;
      room.giveBack(owner, 1);
      has.set(owner, (has.get(owner) ?? 0) - 1 + takeAll(room, owner));
    }
  }
  for (const taken of has.values()) expect(Math.abs(taken - 100)).toBeLessThanOrEqual(2);
  expect(takeAll(room, 'new')).toBeGreaterThan(45);
});

test('what is too much for an owner takes nothing', () => {
  const room = createRoom(10);
  expect(room.take('one', 6)).toBe(false);
  expect(room.take('one', 5)).toBe(true);
  room.giveBack('one', 5);
  expect(room.take('two', 5)).toBe(true);
});
