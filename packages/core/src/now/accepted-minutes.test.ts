import { expect, test } from '@jest/globals';
import { createAcceptedMinutes } from './accepted-minutes.ts';

/** Two sends were accepted in each minute, and no more than so many minutes of them are counted at once, the newest. */
function minutes(mostAtOnce: number) {
  const asked: (readonly [number, number])[] = [];
  const accepted = createAcceptedMinutes({
    countAccepted: async (from, below) => {
      asked.push([from, below]);
      const first = Math.max(from, below - mostAtOnce);
      const all = Array.from({ length: below - first }, (_, at) => ({ minute: first + at, count: 2 }));
      return { from: first, minutes: all };
    },
  });
  return { accepted, asked };
}

/** The 45th second of a minute, so that the one before it is settled. */
const at = (minute: number) => minute * 60_000 + 45_000;

test('each minute that is settled is counted once', async () => {
  const { accepted, asked } = minutes(1_000);
  await accepted.count(at(1_000));
  await accepted.count(at(1_000));
  await accepted.count(at(1_001));
  expect(asked).toEqual([
    [1_000, 1_002],
    [941, 1_000],
    [1_000, 1_002],
    [1_001, 1_003],
    [1_000, 1_001],
  ]);
  expect(accepted.from(942)).toEqual(Array.from({ length: 60 }, () => 2));
});

test('minutes for which there was too much to count at once are not known until they are counted', async () => {
  const { accepted } = minutes(30);
  await accepted.count(at(1_000));
  expect(accepted.from(941).filter((count) => count === null)).toHaveLength(29);
  expect(accepted.from(941).at(0)).toBeNull();
  await accepted.count(at(1_000));
  expect(accepted.from(941)).not.toContain(null);
});

test('what was counted is told until the next count is done, and not once one has failed', async () => {
  let isAway = false;
  let held: Promise<void> | null = null;
  const accepted = createAcceptedMinutes({
    countAccepted: async (from) => {
      await held;
      if (isAway) throw new Error('away');
      return { from, minutes: [{ minute: 1_000, count: 7 }] };
    },
  });
  await accepted.count(at(1_000));
  let letGo = () => {};
  held = new Promise((resolve) => {
    letGo = resolve;
  });
  const next = accepted.count(at(1_000));
  expect(accepted.from(941).at(-1)).toBe(7);
  isAway = true;
  letGo();
  await expect(next).rejects.toThrow('away');
  expect(accepted.from(941).at(-1)).toBeNull();
});

test('minutes that were counted while the clock was ahead are counted again once they come', async () => {
  const counts = new Map([[1_000, 3]]);
  const accepted = createAcceptedMinutes({
    countAccepted: async (from) => ({
      from,
      minutes: [...counts].map(([minute, count]) => ({ minute, count })),
    }),
  });
  await accepted.count(at(1_030));
  await accepted.count(at(1_000));
  counts.set(1_010, 5);
  await accepted.count(at(1_010));
  expect(accepted.from(951).at(-1)).toBe(5);
  await accepted.count(at(1_012));
  expect([1_000, 1_010].map((minute) => accepted.from(953).at(minute - 953))).toEqual([3, 5]);
});
