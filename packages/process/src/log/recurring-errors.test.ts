import { mock } from 'node:test';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createRecurringErrors, type RecurringErrors } from './recurring-errors.ts';

let lines: Record<string, unknown>[];
let errors: RecurringErrors;

beforeEach(() => {
  mock.timers.enable();
  lines = [];
  errors = createRecurringErrors(pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }));
});

afterEach(() => {
  errors.close();
  mock.timers.reset();
});

const event = 'worker_error';

/** Notes an error a thousand times a second for so many seconds. */
function flood(seconds: number, next: (at: number) => unknown): void {
  for (let second = 0; second < seconds; second += 1) {
    for (let at = 0; at < 1_000; at += 1) errors.note({ event, error: next(second * 1_000 + at) });
    mock.timers.tick(1_000);
  }
}

describe('an error at every try is a few lines a minute with a count', () => {
  test.each<[string, (at: number) => unknown]>([
    ['a full Redis', () => new Error("OOM command not allowed when used memory > 'maxmemory'.")],
    [
      'a full Redis that names another script each time',
      (at) => new Error(`OOM command not allowed. script: ${at.toString(16)}, on @user_script:${at}.`),
    ],
    ['a user that may not run commands', (at) => new Error(`NOPERM No permissions to run 'c${at % 30}'`)],
    ['a cluster', (at) => new Error(`CROSSSLOT Keys in request don't hash to the same slot ${at}`)],
    ['jobs that lost their locks', (at) => new Error(`Missing lock for job 01a2-${at}-0. moveToFinished`)],
    ['a port that refuses', (at) => new Error(`connect ECONNREFUSED 127.0.0.1:${at % 65_000}`)],
    ['what nobody foresaw', (at) => new Error(`${'x'.repeat(at % 90)} went wrong`)],
    ['what is no error', () => 'redis is not connected'],
    ['what goes right and anybody may do again', () => undefined],
  ])('%s', (_what, next) => {
    flood(60, next);
    errors.close();
    expect(lines.length).toBeLessThanOrEqual(30);
    const told = lines.reduce((sum, { times = 1 }) => sum + Number(times), 0);
    expect(told).toBe(60_000);
  });

  test('the first is told at once, then one line after growing pauses', () => {
    flood(71, () => new Error('READONLY You cannot write against a read only replica.'));
    expect(lines.map(({ times }) => times ?? 'first')).toEqual(['first', 9_999, 20_000, 40_000]);
  });
});

test('different errors are told apart, each at once', () => {
  errors.note({ event, error: new Error('OOM command not allowed') });
  errors.note({ event, error: new Error('MISCONF Redis is configured to save') });
  errors.note({ event: 'sweep_failed', error: new Error('OOM command not allowed') });
  expect(lines.map(({ event: name, errorMessage }) => [name, errorMessage])).toEqual([
    ['worker_error', 'OOM command not allowed'],
    ['worker_error', 'MISCONF Redis is configured to save'],
    ['sweep_failed', 'OOM command not allowed'],
  ]);
});

test('what comes again after a quiet time is told at once again', () => {
  errors.note({ event, error: 'away' });
  mock.timers.tick(60_000);
  errors.note({ event, error: 'away' });
  expect(lines).toHaveLength(2);
});

test('what was counted is told when the process ends, with its sums', () => {
  for (let jobs = 1; jobs <= 3; jobs += 1) {
    errors.note({ event: 'enqueue_missed', error: 'redis is not connected', sums: { jobs } });
  }
  errors.close();
  expect(lines.map(({ jobs, times, reason }) => ({ jobs, times, reason }))).toEqual([
    { jobs: 1, times: undefined, reason: 'redis is not connected' },
    { jobs: 5, times: 2, reason: 'redis is not connected' },
  ]);
});
