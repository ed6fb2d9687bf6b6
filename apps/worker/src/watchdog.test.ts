import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { watchProgress } from './watchdog.ts';

const stuckAfterMs = 240;
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Watches, and counts the looks: the end of a watch is told in looks, not in time. */
function watch(options: {
  readonly sinceLastClaimMs?: () => number;
  readonly answer: () => Promise<boolean>;
}) {
  const seen = { looks: 0, isStuck: false };
  const { sinceLastClaimMs = () => 3_600_000, answer } = options;
  const { stuck, stop } = watchProgress({
    sinceLastClaimMs: () => {
      seen.looks += 1;
      return sinceLastClaimMs();
    },
    hasDueWork: answer,
    stuckAfterMs,
  });
  stops.push(stop);
  void stuck.then(() => {
    seen.isStuck = true;
  });
  return seen;
}

test('a worker with due work and no claim is stuck after twelve looks, and not before', async () => {
  const seen = watch({ answer: async () => true });
  await eventually(() => seen.isStuck);
  // A look that the machine itself delayed counts for nothing, so there may be more.
  expect(seen.looks).toBeGreaterThanOrEqual(12);
});

test.each<[string, Parameters<typeof watch>[0]]>([
  ['that claims', { answer: async () => true, sinceLastClaimMs: () => 0 }],
  ['without due work', { answer: async () => false }],
  ['whose servers are away', { answer: async () => Promise.reject(new Error('away')) }],
  ['whose servers do not answer', { answer: () => new Promise(() => undefined) }],
])('a worker %s is not stuck', async (_what, options) => {
  const seen = watch(options);
  await eventually(() => seen.looks > 30);
  expect(seen.isStuck).toBe(false);
});

test('what was found before a claim or an outage does not count afterwards', async () => {
  let looks = 0;
  const seen = watch({
    answer: async () => {
      looks += 1;
      return looks % 12 !== 0;
    },
  });
  await eventually(() => seen.looks > 40);
  expect(seen.isStuck).toBe(false);
});
