import { describe, expect, test } from '@jest/globals';
import { createReturnTimes } from './return-times.ts';

function timesAt() {
  let nowMs = 0;
  const times = createReturnTimes(() => nowMs);
  const later = (ms: number) => {
    nowMs += ms;
  };
  /** Attempts of a workspace that end so far apart. */
  const endEvery = (workspaceId: string, everyMs: number) => {
    for (let at = 0; at < 50; at += 1) {
      later(everyMs);
      times.ended(workspaceId);
    }
  };
  return { times, later, endEvery };
}

describe('what found no place', () => {
  test('comes again as far apart as the attempts of its workspace end', () => {
    const { times, endEvery } = timesAt();
    endEvery('slow', 200);
    const next = Array.from({ length: 10 }, () => Math.round(times.nextMs('slow') / 10) * 10);
    expect(next).toEqual([200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000]);
  });

  test('of thousands of a slow workspace comes within half a minute, and other workspaces at once', () => {
    const { times, endEvery } = timesAt();
    endEvery('slow', 1_000);
    endEvery('quick', 5);
    const next = Array.from({ length: 5_000 }, () => times.nextMs('slow'));
    expect(Math.max(...next)).toBe(30_000);
    expect(times.nextMs('quick')).toBeLessThan(10);
    expect(times.nextMs('new')).toBeLessThan(50);
  });

  test('has its turn counted from now on once those before it have had theirs', () => {
    const { times, later, endEvery } = timesAt();
    endEvery('slow', 100);
    for (let at = 0; at < 20; at += 1) times.nextMs('slow');
    later(60_000);
    expect(Math.round(times.nextMs('slow') / 10) * 10).toBe(100);
  });

  test('learns nothing from a pause', () => {
    const { times, later, endEvery } = timesAt();
    endEvery('w', 100);
    later(600_000);
    times.ended('w');
    expect(Math.round(times.nextMs('w') / 10) * 10).toBe(100);
  });
});

describe('what met a hold', () => {
  test('comes again behind its end, one a little after the other', () => {
    const { times } = timesAt();
    expect([1, 2, 3].map(() => times.heldMs('sender:a', 2_000))).toEqual([2_005, 2_010, 2_015]);
    expect(times.heldMs('sender:b', 500)).toBe(505);
  });

  test('by the tens of thousands does so within a minute, spread over it', () => {
    const { times } = timesAt();
    const waits = Array.from({ length: 40_000 }, () => times.heldMs('sender:a', 1_000));
    expect(Math.max(...waits)).toBeLessThanOrEqual(61_000);
    const perSecond = new Map<number, number>();
    for (const wait of waits) {
      const second = Math.floor(wait / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThan(1_000);
  });

  test('has its time counted from now on once those before it have had theirs', () => {
    const { times, later } = timesAt();
    for (let at = 0; at < 100; at += 1) times.heldMs('sender:a', 1_000);
    later(10_000);
    expect(times.heldMs('sender:a', 1_000)).toBe(1_005);
  });
});
