import { expect, test } from '@jest/globals';
import { bounceNumberOf, momentOfBounce } from '@postroom/contracts';
import { v7 } from 'uuid';

test('the sends of a millisecond have numbers of their own, and a number says the millisecond', () => {
  const msecs = Date.UTC(2026, 10, 29, 17, 0, 0, 123);
  const numbers = Array.from({ length: 4_096 }, (_, at) =>
    bounceNumberOf(v7({ msecs, seq: 0x7fff_f000 + at })),
  );
  expect(new Set(numbers).size).toBe(4_096);
  expect(numbers.every((number) => momentOfBounce(number).getTime() === msecs)).toBe(true);
  const next = bounceNumberOf(v7({ msecs: msecs + 1, seq: 0 }));
  expect(numbers.every((number) => number < next)).toBe(true);
  expect(Number.isSafeInteger(bounceNumberOf(v7({ msecs: Date.UTC(2095, 0), seq: 0xffff_ffff })))).toBe(true);
});
