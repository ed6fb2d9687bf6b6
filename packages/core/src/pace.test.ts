import { describe, expect, test } from '@jest/globals';
import { nextTurn } from './pace.ts';

describe('turns of the loop', () => {
  test('many that wait go one in each turn, in the order in which they asked', async () => {
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn += 1;
      if (!isOver) setImmediate(count);
    };
    const went: { readonly who: number; readonly turn: number }[] = [];
    const piece = async (who: number) => {
      for (let step = 0; step < 3; step += 1) {
        await nextTurn();
        went.push({ who, turn });
      }
    };
    setImmediate(count);
    await Promise.all(Array.from({ length: 10 }, (_, who) => piece(who)));
    isOver = true;
    expect(new Set(went.map((one) => one.turn)).size).toBe(30);
    expect(went.map(({ who }) => who)).toEqual(Array.from({ length: 30 }, (_, at) => at % 10));
  });

  test('one that asks as the last of the others goes has a turn as well', async () => {
    await nextTurn();
    await nextTurn();
    await Promise.all([nextTurn(), nextTurn()]);
    await nextTurn();
  });
});
