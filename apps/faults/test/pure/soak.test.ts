import { expect, test } from '@jest/globals';
import { judgeSamples } from '../../src/soak/judge-samples.ts';
import { slopePerMinute } from '../../src/soak/least-squares.ts';

const minutes = (count: number, valueAt: (minute: number) => number) =>
  Array.from({ length: count * 6 }, (_, at) => ({ atMs: at * 10_000, value: valueAt(at / 6) }));

test('the slope is that of the line, whatever jumps about it', () => {
  expect(slopePerMinute(minutes(10, (minute) => 100 + 3 * minute))).toBeCloseTo(3, 6);
  expect(slopePerMinute(minutes(10, () => 5))).toBe(0);
  expect(slopePerMinute([{ atMs: 0, value: 1 }])).toBe(0);
});

test('what rises steadily is not flat, what rises while it warms up is', () => {
  expect(
    judgeSamples(
      'memory',
      minutes(30, (minute) => 150 + 4 * minute),
    ).isFlat,
  ).toBe(false);
  expect(
    judgeSamples(
      'memory',
      minutes(30, (minute) => 150 + 40 * Math.min(5, minute)),
    ).isFlat,
  ).toBe(true);
  expect(
    judgeSamples(
      'memory',
      minutes(30, (minute) => 150 + Math.sin(minute * 9) * 10),
    ).isFlat,
  ).toBe(true);
});

test('a short time tells nothing', () => {
  expect(
    judgeSamples(
      'memory',
      minutes(2, (minute) => 150 + 40 * minute),
    ).isFlat,
  ).toBeNull();
});
