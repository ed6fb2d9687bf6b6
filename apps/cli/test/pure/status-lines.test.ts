import { expect, test } from '@jest/globals';
import { linesOf, spanOf } from '../../src/status/lines.ts';
import type { State } from '../../src/status/state.ts';

const idle: State = {
  at: new Date(0).toISOString(),
  backlog: [],
  setRate: null,
  failures: [],
  queue: { workers: [], holds: [], jobs: 0 },
};

const textOf = (state: Partial<State>) =>
  linesOf({ ...idle, ...state }).map(({ title, text, isBad }) => `${isBad ? '!' : ''}${title}: ${text}`);

test.each([
  [0, '0 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7_200, '2 h'],
  [172_800, '2 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(spanOf(seconds)).toBe(text);
});

test('what waits is told by lane, with the age of the oldest, and what is in doubt is marked', () => {
  const group = { lane: 'marketing', inDoubt: 0, oldestDueSeconds: 600 };
  const backlog = [
    { ...group, status: 'Queued', count: 10_034 },
    { ...group, status: 'Processing', count: 5, inDoubt: 2 },
    { ...group, status: 'Scheduled', count: 7, oldestDueSeconds: null },
  ];
  expect(textOf({ backlog })).toEqual(
    expect.arrayContaining([
      'Waiting: 0 transactional, 10,034 marketing (the oldest for 10 min)',
      'Scheduled: 7',
      '!In hand: 3, and 2 in doubt',
    ]),
  );
});

test('no worker, a hold, a failure and a Redis that is away are marked', () => {
  const held = { reason: 'quota_spent', heldForMs: 7_200_000, accountId: null, account: null };
  const ofEu = { ...held, accountId: 'a', account: 'eu' };
  const holds = [
    { ...held, scope: 'account' },
    { ...ofEu, scope: 'account:a' },
    { ...ofEu, scope: 'configuration_set:news' },
  ];
  const failures = [{ class: 'rejected', message: 'SES refused the message', count: 3 }];
  expect(textOf({ failures, setRate: 14, queue: { workers: [], holds, jobs: 0 } })).toEqual([
    'Waiting: 0 transactional, 0 marketing',
    'Scheduled: 0',
    'In hand: 0, and 0 in doubt',
    '!Workers: none: mail waits until one is started',
    '!On hold: account: quota_spent, for 2 h',
    '!: account of eu: quota_spent, for 2 h',
    '!: configuration_set:news of eu: quota_spent, for 2 h',
    'Rate: set to 14 recipients per second',
    '!Failed: 3 times rejected: SES refused the message',
  ]);
  expect(textOf({ queue: null })).toContain('!Redis: does not answer: mail is taken and waits');
});
