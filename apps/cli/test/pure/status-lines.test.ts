import { expect, test } from '@jest/globals';
import { linesOf, spanOf } from '../../src/status/lines.ts';
import type { State } from '../../src/status/state.ts';

const idle: State = {
  at: new Date(3_600_000).toISOString(),
  silent: [],
  countedAt: null,
  seesInstallation: true,
  throughput: { firstMinute: 1, accepted: [300, 40], finished: [200, 4], failed: [1, 0] },
  waiting: [],
  backlogs: [],
  failures: { causes: [], isPartial: false, countedAt: '2026-11-29T10:00:00.000Z' },
  workers: [],
  smtp: [],
  holds: [],
  pace: null,
  accounts: [],
  lastEvent: 'none',
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

test('what waits is told by lane and workspace, with the age of the oldest, and what is in doubt is marked', () => {
  const group = { lane: 'marketing', inDoubt: 0, oldestDueSeconds: 600 } as const;
  const waiting = [
    { ...group, status: 'Queued', count: 10_034 },
    { ...group, status: 'Processing', count: 5, inDoubt: 2 },
    { ...group, status: 'Scheduled', count: 7, oldestDueSeconds: null },
  ] as const;
  const backlogs = ['Acme', 'Globex'].map((name) => ({
    workspaceId: name,
    name,
    scheduled: 7,
    queued: 5_017,
    processing: 5,
  }));
  expect(textOf({ waiting, backlogs })).toEqual(
    expect.arrayContaining([
      'Waiting: 0 transactional, 10,034 marketing (the oldest for 10 min)',
      'Scheduled: 7',
      '!In hand: 3, and 2 in doubt',
      'Workspaces: Acme: 5,017 waiting, 7 scheduled, 5 in hand',
      ': Globex: 5,017 waiting, 7 scheduled, 5 in hand',
    ]),
  );
});

test('what the page of the dashboard tells is told: rates, holds with what ends them, SMTP, pace, quota, events and failures', () => {
  const startedAt = new Date(3_000_000).toISOString();
  const quota = { max24Hours: 50_000, sent24Hours: 100 };
  const state: Partial<State> = {
    smtp: [{ name: 'smtp-1', startedAt, connections: 1, taken: 2, refused: 3 }],
    holds: [
      {
        scope: 'account',
        name: 'The SES account',
        reason: 'quota_spent',
        means: 'It is spent.',
        todo: 'Wait.',
        heldForSeconds: 7_200,
      },
    ],
    pace: { recipientsPerSecond: 14, isSet: true, quota },
    accounts: [{ name: 'eu', recipientsPerSecond: 1, quota: null }],
    lastEvent: { type: 'bounce', at: startedAt },
    failures: {
      isPartial: true,
      countedAt: '2026-11-29T10:00:00.000Z',
      causes: [{ class: 'rejected', cause: 'SES refused it', count: 3, lastAt: startedAt, filter: {} }],
    },
  };
  expect(textOf(state)).toEqual([
    'Accepted: 40 this minute, 340 in an hour',
    'Finished: 4 this minute, 204 in an hour',
    'Failed: 0 this minute, 1 in an hour',
    'Waiting: 0 transactional, 0 marketing',
    'Scheduled: 0',
    'In hand: 0, and 0 in doubt',
    '!Workers: none: mail waits until one is started',
    'SMTP: smtp-1, 1 connection, 2 taken and 3 refused in 10 min',
    '!On hold: The SES account: quota_spent, for 2 h. It is spent. Wait.',
    'Pace: 14 recipients a second, 100 of 50,000 in 24 hours, as was set',
    ': account eu: 1 recipient a second',
    'Last event: bounce, 10 min ago',
    '!Failures: 3 times or more rejected: SES refused it',
  ]);
});

test('what is not known because a server does not answer is told so, and never as nothing', () => {
  const throughput = { firstMinute: 1, accepted: [null, null], finished: null, failed: null };
  const silent = { throughput, waiting: null, failures: null, workers: null, holds: null, lastEvent: null };
  const partly = { ...throughput, accepted: [5, 0, null] };
  expect(textOf({ throughput: partly })).toContain('Accepted: – this minute, 5 in 2 known minutes');
  const told = textOf({ ...silent, silent: ['PostgreSQL', 'Redis'] });
  const unknown = (title: string, server: string) =>
    `!${title}: not known: ${server} does not answer in time`;
  expect(told).toEqual([
    '!PostgreSQL: does not answer: no mail is taken until it is back',
    '!Redis: does not answer: mail is taken and waits',
    unknown('Accepted', 'PostgreSQL'),
    unknown('Finished', 'Redis'),
    unknown('Failed', 'Redis'),
    ...['Waiting', 'Scheduled', 'In hand'].map((title) => unknown(title, 'PostgreSQL')),
    unknown('Workers', 'Redis'),
    unknown('On hold', 'Redis'),
    unknown('Pace', 'Redis'),
    unknown('Last event', 'PostgreSQL'),
    unknown('Failures', 'PostgreSQL'),
  ]);
});
