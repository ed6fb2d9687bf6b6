import { describe, expect, test } from '@jest/globals';
import { judgeCounts, ratesOf } from './rate-limits.ts';

const limits = {
  leastDeliveries: 200,
  warning: { bounceRate: 0.02, complaintRate: 0.001 },
  pause: { bounceRate: 0.05, complaintRate: 0.003 },
};

const judge = (delivered: number, bounced: number, complained: number) =>
  judgeCounts({ delivered, bounced, complained }, limits);

describe('rates', () => {
  test.each([
    [1_000, 0, 0, 'ok'],
    [981, 19, 0, 'ok'],
    [980, 20, 0, 'warning'],
    [951, 49, 0, 'warning'],
    [950, 50, 0, 'paused'],
    [10_000, 0, 9, 'ok'],
    [10_000, 0, 10, 'warning'],
    [10_000, 0, 29, 'warning'],
    [10_000, 0, 30, 'paused'],
    [980, 20, 3, 'paused'],
  ])('of %d deliveries, %d bounces and %d complaints are %s', (delivered, bounced, complained, state) => {
    expect(judge(delivered, bounced, complained)).toBe(state);
  });

  test.each([
    [0, 0, 0, 'ok'],
    [199, 199, 199, 'ok'],
    [200, 199, 0, 'paused'],
    // So many bounces say enough by themselves.
    [0, 200, 0, 'paused'],
  ])('below 200 deliveries say nothing: %d, %d, %d is %s', (delivered, bounced, complained, state) => {
    expect(judge(delivered, bounced, complained)).toBe(state);
  });

  test('a bound of 0 is reached by the first, and never by none', () => {
    const strict = { ...limits, pause: { bounceRate: 0, complaintRate: 0 } };
    expect(judgeCounts({ delivered: 1_000, bounced: 0, complained: 0 }, strict)).toBe('ok');
    expect(judgeCounts({ delivered: 1_000, bounced: 1, complained: 0 }, strict)).toBe('paused');
  });

  test('are parts of what they are about', () => {
    expect(ratesOf({ delivered: 90, bounced: 10, complained: 9 })).toEqual({
      bounceRate: 0.1,
      complaintRate: 0.1,
    });
    expect(ratesOf({ delivered: 0, bounced: 0, complained: 5 })).toEqual({ bounceRate: 0, complaintRate: 1 });
  });
});
