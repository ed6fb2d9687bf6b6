import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../src/nouns/facts.ts';
import {
  aCancel,
  aChange,
  anAttempt,
  anEntry,
  aRow,
  aRun,
  aSend,
  startMs as at,
  aWish,
  brokenIn,
  theirs,
} from './a-run.ts';
import { accepted, putOff, refused, rejected, sentAgainAfter, skipped, turnedDown } from './sends.ts';

describe('the checker finds', () => {
  const planted: readonly (readonly [string, string, Facts])[] = [
    ['I1', 'an accepted send without a row', aRun([aSend({ row: null })])],
    ['I1', 'two rows of one key', aRun([aSend(), aSend({ wish: null, row: aRow({ id: 'send-2' }) })])],
    [
      'I2',
      'a row that nobody asked for',
      aRun([
        aSend(),
        { ...skipped('suppressed'), wish: null, row: aRow({ id: 'x', key: null, status: 'Skipped' }) },
      ]),
    ],
    [
      'I2',
      'a row under a key that nobody used',
      aRun([
        aSend(),
        aSend({ wish: null, row: aRow({ id: 'x', key: 'k9', status: 'Canceled' }), ledger: [] }),
      ]),
    ],
    [
      'I2',
      'a row of a rejected item',
      aRun([aSend({ wish: aWish({ kind: 'incomplete', tries: [rejected] }) })]),
    ],
    [
      'I2',
      'a row of a refused request',
      aRun([aSend({ wish: aWish({ kind: 'refused', tries: [refused] }) })]),
    ],
    ['I2', 'a wish that was turned down for nothing', aRun([turnedDown({ tries: [rejected] })])],
    ['I2', 'a wish that had to be turned down', aRun([aSend({ wish: aWish({ kind: 'incomplete' }) })])],
    [
      'I3',
      'a send that never came to its end',
      aRun([aSend({ row: aRow({ status: 'Processing', isInDoubt: true }), changes: [] })]),
    ],
    [
      'I3',
      'a send that came to its end too late',
      aRun(
        [
          aSend({
            changes: [
              aChange(),
              aChange({ status: 'Processing' }),
              aChange({ status: 'Sent', atMs: at + 60_000 }),
            ],
          }),
        ],
        { openAtQuiet: [{ id: 'send-1' }] },
      ),
    ],
    ['I3', 'a send that gave itself an hour until its next attempt', putOff(3_600_000)],
    ['I3', 'a doubt that ended long after its window', sentAgainAfter(260_000)],
    ['I4', 'a lost send', aRun([aSend({ ledger: [], events: [], row: aRow({ delivery: null }) })])],
    [
      'I4',
      'a send that failed for nothing',
      aRun([
        aSend({
          row: aRow({
            status: 'Failed',
            failureClass: 'unreachable',
            failureMessage: 'away',
            delivery: null,
          }),
          changes: [],
          events: [],
          ledger: [],
        }),
      ]),
    ],
    [
      'I4',
      'a send that failed after its cancellation had been turned down',
      aRun([
        aSend({
          wish: aWish({ kind: 'canceled', cancel: aCancel(50, 409) }),
          row: aRow({ status: 'Failed', failureClass: 'unreachable', failureMessage: 'x', delivery: null }),
          attempts: [anAttempt({ outcome: 'failed' })],
          changes: [],
          events: [],
          ledger: [],
        }),
      ]),
    ],
    ['I4', 'a plain send that was skipped', aRun([{ ...skipped('suppressed'), wish: aWish() }])],
    ['I4', 'a template that ran away and was sent', aRun([aSend({ wish: aWish({ kind: 'poison' }) })])],
    ['I4', 'a message that nobody asked for', aRun([aSend({ wish: null, row: aRow() })])],
    ['I4', 'a message without a row', aRun([aSend({ wish: null, row: null })])],
    [
      'I4',
      'a failed send that SES has',
      aRun([aSend({ row: aRow({ status: 'Failed', failureMessage: 'no' }), changes: [] })]),
    ],
    [
      'I5',
      'a doubled send without a mark',
      aRun([aSend({ ledger: [anEntry(), anEntry({ seq: 2, attempt: 2 })] })]),
    ],
    [
      'I5',
      'an attempt that SES took twice, marked or not',
      aRun([aSend({ row: aRow({ resends: 1 }), ledger: [anEntry(), anEntry({ seq: 2 })] })]),
    ],
    [
      'I6',
      'a claim while a lease held',
      aRun([
        aSend({
          changes: [
            aChange(),
            aChange({ status: 'Processing', leaseToken: 'lease-1' }),
            aChange({ status: 'Processing', leaseToken: 'lease-2' }),
            aChange({ status: 'Sent' }),
          ],
        }),
      ]),
    ],
    [
      'I6',
      'an attempt that began before the last was closed',
      aRun([
        aSend({
          row: aRow({ attempts: 2, attemptsSpent: 2 }),
          attempts: [anAttempt({ finishedAtMs: at + 90 }), anAttempt({ number: 2, startedAtMs: at + 80 })],
        }),
      ]),
    ],
    [
      'I6',
      'a call that a worker made after its lease had ended',
      aRun([
        aSend({
          attempts: [anAttempt({ outcome: 'in_doubt', errorCode: 'LeaseExpired', finishedAtMs: at + 30 })],
        }),
      ]),
    ],
    ['I7', 'a missing attempt row', aRun([aSend({ attempts: [] })])],
    ['I7', 'attempts that were spent and not noted', aRun([aSend({ row: aRow({ attemptsSpent: 2 }) })])],
    ['I7', 'more attempts than the maximum', aRun([aSend()], { maxAttempts: 0 })],
    [
      'I7',
      'an attempt that was never closed',
      aRun([
        aSend({ attempts: [anAttempt({ outcome: null, isSpent: false })], row: aRow({ attemptsSpent: 0 }) }),
      ]),
    ],
    ['I8', 'a failure without a message', aRun([aSend({ row: aRow({ status: 'Failed' }), changes: [] })])],
    [
      'I8',
      'an address in a failure message',
      aRun([aSend({ row: aRow({ failureMessage: 'no mailbox k1@recipients.example' }) })]),
    ],
    [
      'I8',
      'a key in the error of an attempt',
      aRun([aSend({ attempts: [anAttempt({ errorMessage: 'key sk_live_kkkk' })] })]),
    ],
    [
      'I9',
      'a status that went backwards',
      aRun([
        aSend({
          changes: [
            aChange(),
            aChange({ status: 'Processing' }),
            aChange({ status: 'Sent' }),
            aChange({ status: 'Queued' }),
            aChange({ status: 'Processing' }),
            aChange({ status: 'Sent' }),
          ],
        }),
      ]),
    ],
    [
      'I9',
      'a send that one action retried twice',
      aRun(
        [
          aSend({
            changes: [
              'Queued',
              'Processing',
              'Failed',
              'Queued',
              'Processing',
              'Failed',
              'Queued',
              'Processing',
              'Sent',
            ].map((status) => aChange({ status })),
          }),
        ],
        { expects: { ...aRun([]).expects, areFailuresRetried: true } },
      ),
    ],
    ['I9', 'a status that began anywhere', aRun([aSend({ changes: [aChange({ status: 'Sent' })] })])],
    [
      'I10',
      'two sends of one key',
      aRun([aSend({ wish: aWish({ tries: [accepted('send-1'), accepted('send-2')] }) })]),
    ],
    [
      'I10',
      'a known key that was accepted with another body',
      aRun([aSend(), turnedDown({ kind: 'reused', tries: [accepted('send-1')] })]),
    ],
    ['I11', 'a send in another workspace', aRun([aSend({ row: aRow({ workspaceId: theirs }) })])],
    [
      'I11',
      'a message with the sender of another workspace',
      aRun([aSend({ ledger: [anEntry({ from: 'Other <orders@other.example>' })] })]),
    ],
    [
      'I11',
      'a message with the subject of another send',
      aRun([aSend({ ledger: [anEntry({ subject: 'Hello, other' })] })]),
    ],
  ];

  test.each(planted)('%s: %s', (invariant, _, facts) => {
    expect(brokenIn(facts)).toContain(invariant);
  });
});
