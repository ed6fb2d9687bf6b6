import { expect, test } from '@jest/globals';
import { aRun, aSend, aWish, brokenIn, startMs } from './a-run.ts';
import { skipped } from './sends.ts';

const scheduledAtMs = startMs + 20;

const sentOf = (kind: 'suppressed_later' | 'unsubscribed_later', answeredAtMs: number, status = 201) =>
  aRun([aSend({ wish: aWish({ kind, scheduledAtMs, refusal: { atMs: answeredAtMs - 3, ms: 3, status } }) })]);

test.each(['suppressed_later', 'unsubscribed_later'] as const)(
  'I16: a send that is %s and went out although that was answered before its time',
  (kind) => {
    expect(brokenIn(sentOf(kind, startMs + 10))).toContain('I16');
  },
);

test('a recipient whose refusal was answered after the time of the send, or turned down, may get it', () => {
  expect(brokenIn(sentOf('suppressed_later', startMs + 30))).toEqual([]);
  expect(brokenIn(sentOf('suppressed_later', startMs + 10, 409))).toEqual([]);
});

test('a send that became unwanted before its time is Skipped, and is not missed', () => {
  const { wish: _, ...send } = skipped('suppressed');
  const refusal = { atMs: startMs + 7, ms: 3, status: 201 };
  const wish = aWish({ kind: 'suppressed_later', scheduledAtMs, refusal });
  expect(brokenIn(aRun([{ ...send, wish }]))).toEqual([]);
});
