import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../src/nouns/facts.ts';
import {
  aCancel,
  aChange,
  anArrival,
  anAttempt,
  anEntry,
  anEvent,
  aRow,
  aRun,
  aSend,
  startMs as at,
  aWish,
  brokenIn,
} from './a-run.ts';
import { canceledWhileQueuedAgain, expecting, manyEntries, turnedDown, unknown } from './sends.ts';

/** Messages of so many recipients at that many milliseconds. */
const arrivalsOf = (...some: readonly (readonly [number, number])[]) =>
  some.map(([recipientsCount, monotonicMs]) => anArrival({ recipientsCount, monotonicMs }));

/** A run whose fault begins and ends around `at`, and which the API has to bear. */
const redisAway = {
  ...expecting({ answersWithinMs: 500 }),
  faults: [{ name: 'Redis is away', fromMs: at - 1, untilMs: at + 1, holds: null }],
};

/** A send that was delivered, and then complained about. */
const complained = aSend({
  row: aRow({ delivery: 'complained' }),
  events: [anEvent(), anEvent({ type: 'complaint', sourceId: 'complaint:1' })],
});
const [ofComplainer = ''] = aWish().recipients.map((email) => `${aRow().workspaceId} ${email}`);
const countedOnce = new Map([[aRow().workspaceId, { delivered: 1, bounced: 0, complained: 1 }]]);

describe('the checker finds', () => {
  const planted: readonly (readonly [string, string, Facts])[] = [
    ['I14', 'a burst beyond the rate', aRun(manyEntries(12, 50))],
    [
      'I14',
      'many recipients at the end of a second that was full already',
      aRun([aSend()], { arrivals: arrivalsOf([9, 0], [10, 900]) }),
    ],
    [
      'I14',
      'a message larger than the rate that is not alone in its second',
      aRun([aSend()], { arrivals: arrivalsOf([30, 0], [1, 900]) }),
    ],
    [
      'I14',
      'a burst of calls that SES refused',
      aRun([aSend()], {
        arrivals: Array.from({ length: 12 }, (_, nth) =>
          anArrival({ monotonicMs: nth * 50, outcome: 'throttle' }),
        ),
      }),
    ],
    [
      'I15',
      'an attempt that was spent on throttling',
      aRun(
        [
          aSend({
            row: aRow({ attempts: 2, attemptsSpent: 2 }),
            attempts: [
              anAttempt({ outcome: 'retry' }),
              anAttempt({ number: 2, startedAtMs: at + 70, finishedAtMs: at + 90 }),
            ],
          }),
        ],
        expecting({ isNoAttemptSpent: true }),
      ),
    ],
    ['I16', 'mail to a suppressed address', aRun([aSend({ wish: aWish({ kind: 'suppressed' }) })])],
    [
      'I17',
      'mail that was canceled',
      aRun([
        aSend({
          wish: aWish({ kind: 'canceled', cancel: aCancel(0, 200) }),
          row: aRow({ status: 'Canceled' }),
          changes: [],
        }),
      ]),
    ],
    [
      'I17',
      'a send that was canceled although the client was told that it is too late',
      aRun([
        aSend({
          wish: aWish({ kind: 'canceled', cancel: aCancel(30, 409) }),
          row: aRow({ status: 'Canceled', delivery: null }),
          changes: [],
          events: [],
          ledger: [],
        }),
      ]),
    ],
    [
      'I17',
      'a cancellation that was turned down long before the time of its send',
      aRun([
        aSend({
          wish: aWish({ kind: 'canceled', scheduledAtMs: at + 4_000, cancel: aCancel(50, 409) }),
          attempts: [anAttempt({ startedAtMs: at + 4_020, finishedAtMs: at + 4_060 })],
          changes: [
            aChange({ status: 'Scheduled' }),
            aChange({ atMs: at + 4_000 }),
            aChange({ atMs: at + 4_020, status: 'Processing', leaseToken: 'lease-1' }),
            aChange({ atMs: at + 4_060, status: 'Sent' }),
          ],
          ledger: [anEntry({ at: at + 4_040 })],
        }),
      ]),
    ],
    [
      'I17',
      'a cancellation that was turned down before the claim',
      aRun([aSend({ wish: aWish({ kind: 'canceled', cancel: aCancel(5, 409) }) })]),
    ],
    [
      'I17',
      'an attempt that SES took after its send had been canceled',
      aRun([
        canceledWhileQueuedAgain({
          row: aRow({ status: 'Canceled', attempts: 2, attemptsSpent: 2, resends: 1 }),
          attempts: [
            anAttempt({ outcome: 'in_doubt' }),
            anAttempt({ number: 2, startedAtMs: at + 132_000, finishedAtMs: at + 132_100 }),
          ],
          ledger: [anEntry({ attempt: 2, at: at + 132_050 })],
        }),
      ]),
    ],
    [
      'I18',
      'a claim before its time',
      aRun([aSend({ wish: aWish({ scheduledAtMs: at + 30 }), changes: [] })]),
    ],
    ['I18', 'mail before its time', aRun([aSend({ wish: aWish({ scheduledAtMs: at + 5_000 }) })])],
    [
      'I19',
      'a delivery that the events do not say',
      aRun([aSend({ events: [anEvent(), anEvent({ type: 'complaint' })] })]),
    ],
    ['I19', 'an event that never arrived', aRun([aSend({ row: aRow({ delivery: null }), events: [] })])],
    [
      'I30',
      'a complaint that suppresses nobody',
      aRun([complained], { consequences: { suppressed: new Set(), counted: countedOnce } }),
    ],
    [
      'I30',
      'an address that no event suppresses',
      aRun([complained], {
        consequences: {
          suppressed: new Set([ofComplainer, `${aRow().workspaceId} other@x.example`]),
          counted: countedOnce,
        },
      }),
    ],
    [
      'I30',
      'an event that counts twice',
      aRun([complained], {
        consequences: {
          suppressed: new Set([ofComplainer]),
          counted: new Map([[aRow().workspaceId, { delivered: 1, bounced: 0, complained: 2 }]]),
        },
      }),
    ],
    ['I20', 'a line break in a subject', aRun([aSend({ ledger: [anEntry({ subject: 'a\r\nBcc: b' })] })])],
    [
      'I20',
      'a NUL in a header',
      aRun([aSend()], { headers: new Map([[1, [{ name: 'X-A', value: 'a\u0000b' }]]]) }),
    ],
    [
      'I20',
      'a recipient that nobody asked for',
      aRun([aSend({ ledger: [anEntry({ bcc: ['thief@evil.example'] })] })]),
    ],
    [
      'I21',
      'a send that waited for another',
      aRun([aSend({ ledger: [anEntry({ at: at + 2_000 })] })], expecting({ sendsWithinMs: 1_500 })),
    ],
    [
      'I22',
      'a process that took too long to end',
      aRun([aSend()], { exits: [{ kind: 'api', pid: 1, atMs: at, tookMs: 25_001, code: 0, signal: null }] }),
    ],
    [
      'I22',
      'a process that was killed in the end',
      aRun([aSend()], {
        exits: [{ kind: 'worker', pid: 1, atMs: at, tookMs: 10, code: null, signal: 'SIGKILL' }],
      }),
    ],
    [
      'I22',
      'a lease that a worker left behind',
      aRun(
        [
          aSend({
            attempts: [
              anAttempt({ outcome: 'in_doubt', errorCode: 'LeaseExpired', finishedAtMs: at + 30_000 }),
            ],
          }),
        ],
        {
          exits: [{ kind: 'worker', pid: 77, atMs: at + 30, tookMs: 10, code: 0, signal: null }],
        },
      ),
    ],
    [
      'I22',
      'a call that a worker put in doubt when it was told to stop',
      aRun([aSend({ attempts: [anAttempt({ outcome: 'in_doubt', errorCode: 'RequestAborted' })] })], {
        exits: [{ kind: 'worker', pid: 77, atMs: at + 30, tookMs: 100, code: 0, signal: null }],
      }),
    ],
    [
      'I23',
      'an address in a log',
      aRun([aSend()], { leaks: [{ where: 'log', what: 'an address', line: 'to k1@recipients.example' }] }),
    ],
    ['answers', 'a client that was never told', aRun([turnedDown({ tries: [unknown] })])],
    [
      'answers',
      'a slow answer during a fault',
      aRun([aSend()], {
        ...redisAway,
        requests: [{ atMs: at, ms: 501, status: 200 }],
      }),
    ],
    [
      'answers',
      'a 503 during a fault that the API has to bear',
      aRun([aSend()], {
        ...redisAway,
        requests: [{ atMs: at, ms: 5, status: 503 }],
      }),
    ],
    [
      'recovery',
      'workers that came back late',
      aRun([aSend()], {
        ...expecting({ mailAgainWithinMs: 5_000 }),
        faults: [{ name: 'Redis is away', fromMs: at - 9_000, untilMs: at - 6_000, holds: null }],
      }),
    ],
  ];

  test.each(planted)('%s: %s', (invariant, _, facts) => {
    expect(brokenIn(facts)).toContain(invariant);
  });
});

test.each([
  ['full seconds that do not overlap', arrivalsOf([10, 0], [10, 1_000], [10, 2_000])],
  ['a message larger than the rate that is alone in its second', arrivalsOf([1, 0], [30, 1_000], [1, 4_000])],
])('the checker passes %s', (_what, arrivals) => {
  expect(brokenIn(aRun([aSend()], { arrivals }))).not.toContain('I14');
});

test.each(['Redis is away', 'PostgreSQL is away'])(
  'what no clock is needed for is judged without one: a 503 while %s',
  (name) => {
    const facts = aRun([aSend()], {
      ...redisAway,
      faults: [{ name, fromMs: at - 100, untilMs: at + 100, holds: null }],
      isClockJudged: false,
      requests: [{ atMs: at, ms: 5, status: 503 }],
    });
    expect(brokenIn(facts)).toContain('answers');
  },
);
