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
