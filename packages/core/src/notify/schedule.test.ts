import { describe, expect, test } from '@jest/globals';
import { pauseAfterMs, retryAfterMs, triesPerRound } from './schedule.ts';

const middle = { askedMs: null, random: 0.5 };
const hour = 3_600_000;

test('a round has eight tries, further and further apart', () => {
  const pauses = Array.from({ length: triesPerRound }, (_, at) => pauseAfterMs(at + 1, middle));
  expect(pauses).toEqual([5_000, 300_000, 1_800_000, 2 * hour, 5 * hour, 10 * hour, 10 * hour, null]);
});

test('a pause is a tenth longer or shorter by chance', () => {
  expect(pauseAfterMs(2, { askedMs: null, random: 0 })).toBe(270_000);
  expect(pauseAfterMs(2, { askedMs: null, random: 0.999_999 })).toBe(330_000);
});

test('what a receiver asks for holds where it is longer, up to a day', () => {
  expect(pauseAfterMs(1, { askedMs: 60_000, random: 0.5 })).toBe(60_000);
  expect(pauseAfterMs(2, { askedMs: 1_000, random: 0.5 })).toBe(300_000);
  expect(pauseAfterMs(1, { askedMs: 100 * hour, random: 0.5 })).toBe(24 * hour);
  expect(pauseAfterMs(8, { askedMs: 60_000, random: 0.5 })).toBeNull();
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-29T01:00:00Z');
  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sun, 29 Nov 2026 01:00:30 GMT', 30_000],
    ['Sun, 29 Nov 2026 00:00:00 GMT', 0],
    ['-5', null],
    ['1.5', null],
    ['0x10', null],
    ['soon', null],
    ['2027', 2_027_000],
    ['December', null],
    ['', null],
    [undefined, null],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });
});
