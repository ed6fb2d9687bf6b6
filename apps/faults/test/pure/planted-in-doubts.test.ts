import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../src/nouns/facts.ts';
import { anAttempt, anEntry, anEvent, aRow, aRun, startMs as at, brokenIn } from './a-run.ts';
import { expecting, givenUp, many, resent } from './sends.ts';

const lateAllowed = expecting({ mayEventsBeLate: true });
const unknownAllowed = expecting({ allowedFailures: ['in_doubt'] });
const lossy = expecting({ areEventsComplete: false });

describe('the checker finds', () => {
  const planted: readonly (readonly [string, string, Facts])[] = [
    ['I5', 'sends that were doubled because their events were dropped', aRun(many(200, resent(null)))],
    ['I5', 'the same where events may be late', aRun(many(200, resent(null)), lateAllowed)],
    [
      'I5',
      'the same where events are lost, but not those',
      aRun([resent(null)], { ...lossy, unreported: new Set(['m2']) }),
    ],
    ['I5', 'a doubled send whose event came late and had no reason to', aRun([resent(at + 120_061)])],
    ['I5', 'a doubled send that SES had reported in time', aRun([resent(at + 119_000)], lateAllowed)],
    [
      'I5',
      'a doubled send of which an event was stored, though SES published none',
      aRun([resent(at + 100)], { ...lossy, unreported: new Set(['m1']) }),
    ],
    [
      'I4',
      'a doubt that was given up although its event had come',
      aRun(
        [
          givenUp(120_000, {
            row: aRow({ status: 'Failed', failureClass: 'in_doubt', failureMessage: 'u' }),
            events: [anEvent()],
            ledger: [anEntry()],
          }),
        ],
        unknownAllowed,
      ),
    ],
    [
      'I4',
      'the same when nobody noted the changes of the row',
      aRun(
        [
          givenUp(120_000, {
            row: aRow({ status: 'Failed', failureClass: 'in_doubt', failureMessage: 'u' }),
            events: [anEvent()],
            ledger: [anEntry()],
            changes: [],
          }),
        ],
        unknownAllowed,
      ),
    ],
    [
      'I4',
      'a doubt of a send that was never claimed',
      aRun(
        [
          givenUp(120_000, {
            row: aRow({
              status: 'Failed',
              failureClass: 'in_doubt',
              failureMessage: 'u',
              delivery: null,
              attempts: 0,
              attemptsSpent: 0,
            }),
            attempts: [],
            changes: [],
          }),
        ],
        unknownAllowed,
      ),
    ],
    [
      'I4',
      'a doubt of a send whose last attempt was none',
      aRun([givenUp(120_000, { attempts: [anAttempt({ outcome: 'retry' })] })], unknownAllowed),
    ],
    ['I4', 'a doubt that was given up before its window had ended', aRun([givenUp(119_000)], unknownAllowed)],
    [
      'I4',
      'a doubt that was given up because its events were dropped',
      aRun([givenUp(120_000, { ledger: [anEntry()] })], unknownAllowed),
    ],
  ];

  test.each(planted)('%s: %s', (invariant, _, facts) => {
    expect(brokenIn(facts)).toContain(invariant);
  });
});
