import { expect, test } from '@jest/globals';
import { idleAmong, sharesOf } from '../../src/check/shares.ts';

const workers = [11, 12, 13, 14];
const idle = (...sent: readonly number[]) => {
  const before = new Map(workers.map((pid) => [pid, 100]));
  const after = new Map(workers.map((pid, at) => [pid, 100 + (sent[at] ?? 0)]));
  return idleAmong(workers, sharesOf(workers, before, after));
};

test('each worker takes its part where it has a tenth of an even share, and one that sent nothing takes none', () => {
  expect(idle(25, 25, 25, 25)).toEqual([]);
  expect(idle(940, 30, 26, 4)).toEqual([14]);
  expect(idle(2, 1, 1, 0)).toEqual([14]);
  expect(idle(0, 0, 0, 0)).toEqual(workers);
});

test('a worker that was not there before has sent nothing before', () => {
  expect(
    sharesOf(
      [11, 12],
      new Map([[11, 5]]),
      new Map([
        [11, 6],
        [12, 3],
      ]),
    ),
  ).toEqual([1, 3]);
});
