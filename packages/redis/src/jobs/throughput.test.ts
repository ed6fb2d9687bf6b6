import { expect, test } from '@jest/globals';
import { alignMinutes, minutesUntil } from './throughput.ts';

const at = (minute: number) => minute * 60_000 + 30_000;

test('counts stand in the minutes in which jobs ended, whatever time has passed since', () => {
  const metrics = { meta: { count: 17, prevTS: at(100), prevCount: 12 }, data: [4, 0, 8] };
  expect(alignMinutes(metrics, minutesUntil(at(100), 5))).toEqual([0, 8, 0, 4, 5]);
  expect(alignMinutes(metrics, minutesUntil(at(102), 5))).toEqual([0, 4, 5, 0, 0]);
});

test('a queue that has ended no job has ended none in any minute', () => {
  const metrics = { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] };
  expect(alignMinutes(metrics, minutesUntil(at(3), 3))).toEqual([0, 0, 0]);
});
