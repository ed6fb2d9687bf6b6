import { expect, test } from '@jest/globals';
import { lanesProblems, quotaProblems } from '../../src/rate/rate-report.ts';
import { useOfRate } from '../../src/rate/use-of-rate.ts';

/** So many messages a second, evenly, for ten seconds. */
const evenly = (perSecond: number, recipientsCount = 1) =>
  Array.from({ length: 10 * perSecond }, (_, at) => ({
    monotonicMs: 5_000 + (at * 1_000) / perSecond,
    recipientsCount,
  }));

test('the use of a rate and its fullest second are counted in recipients', () => {
  const { used, peak } = useOfRate(evenly(10, 3), 40);
  expect(used).toBeCloseTo(0.75, 5);
  expect(peak).toBe(30);
  const bunched = [...evenly(10), { monotonicMs: 14_999, recipientsCount: 5 }];
  expect(useOfRate(bunched, 10).peak).toBe(15);
  expect(useOfRate([], 10)).toEqual({ used: 0, peak: 0 });
});

test('a rate that is passed, or left unused, is a problem, and what whole mails cannot use is none', () => {
  const one = { rate: 14, workers: 4, recipients: 3, seconds: 20, fits: 12 / 14 };
  expect(quotaProblems([{ ...one, used: 0.84, peak: 12 }])).toEqual([]);
  expect(quotaProblems([{ ...one, used: 0.8, peak: 15 }])).toHaveLength(2);
});

test('transactional mail that waits for half a second more than alone is a problem', () => {
  const waits = (p99: number) => ({ count: 50, p50: 10, p99, max: p99 });
  const one = { rate: 14, workers: 2, used: 0.98, peak: 14, alone: waits(40) };
  expect(lanesProblems([{ ...one, behind: waits(540) }])).toEqual([]);
  expect(lanesProblems([{ ...one, behind: waits(541) }])).toHaveLength(1);
});
