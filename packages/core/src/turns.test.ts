import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createPace, nextTurn } from './turns.ts';

let turn: number;
let counting: NodeJS.Immediate;

beforeEach(() => {
  turn = 0;
  const count = () => {
    turn += 1;
    counting = setImmediate(count);
  };
  counting = setImmediate(count);
});
afterEach(() => clearImmediate(counting));

/** Keeps the loop for so much time of the process. */
function work(ms: number): void {
  const startedAt = performance.now();
  while (performance.now() - startedAt < ms);
}

/** What some do in three pieces each, and the turns of the loop in which these were done. */
async function piecesOf(count: number, piece: () => void) {
  const done: { readonly who: number; readonly turn: number }[] = [];
  const doThree = async (who: number) => {
    for (let step = 0; step < 3; step += 1) {
      await nextTurn();
      piece();
      done.push({ who, turn });
    }
  };
  await Promise.all(Array.from({ length: count }, (_, who) => doThree(who)));
  const perTurn = new Map<number, number>();
  for (const one of done) perTurn.set(one.turn, (perTurn.get(one.turn) ?? 0) + 1);
  return { order: done.map(({ who }) => who), mostInOneTurn: Math.max(...perTurn.values()) };
}

const inTurn = (count: number) => Array.from({ length: 3 * count }, (_, at) => at % count);

describe('turns of the loop', () => {
  test('long pieces of many are done one in each turn, in the order of asking', async () => {
    const { order, mostInOneTurn } = await piecesOf(8, () => work(16));
    expect(mostInOneTurn).toBe(1);
    expect(order).toEqual(inTurn(8));
  });

  test('short pieces share a turn, up to a number', async () => {
    const { order, mostInOneTurn } = await piecesOf(40, () => undefined);
    expect(mostInOneTurn).toBeLessThanOrEqual(16);
    expect(order).toEqual(inTurn(40));
  });

  test('one that asks as the last of the others goes has a turn as well', async () => {
    await nextTurn();
    await nextTurn();
    await Promise.all([nextTurn(), nextTurn()]);
    await nextTurn();
    expect(turn).toBeGreaterThanOrEqual(4);
  });
});

test('a paced loop gives others a turn once a slice is used up, and none before', async () => {
  const pace = createPace();
  await pace();
  expect(turn).toBe(0);
  work(16);
  await pace();
  expect(turn).toBeGreaterThan(0);
});
