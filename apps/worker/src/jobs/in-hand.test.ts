import { expect, test } from '@jest/globals';
import { createInHand } from './in-hand.ts';

test('a worker takes what its share needs in 0.3 seconds and while sends are worked on, and one at the least', () => {
  const inHand = createInHand(50);
  const send = (seconds: number, waited: number) => {
    inHand.lasted(seconds);
    inHand.waited(waited);
  };
  for (let nth = 0; nth < 100; nth += 1) send(0.34, 0.3);
  expect([200 / 8, 14, 14 / 8, 0.1].map(inHand.most)).toEqual([10, 6, 1, 1]);
  expect(inHand.most(1_000_000)).toBe(50);
  for (let nth = 0; nth < 100; nth += 1) send(0.94, 0.3);
  expect(inHand.most(14)).toBe(14);
});
