import { describe, expect, test } from '@jest/globals';
import { checkFacts } from '../../src/check/check-facts.ts';
import type { Facts } from '../../src/nouns/facts.ts';
import {
  aCancel,
  anArrival,
  anAttempt,
  anEntry,
  anEvent,
  aRow,
  aRun,
  aSend,
  startMs as at,
  aWish,
  theirs,
} from './a-run.ts';
import {
  accepted,
  canceledWhileQueuedAgain,
  expecting,
  givenUp,
  manyEntries,
  putOff,
  rejected,
  resent,
  sentAgainAfter,
  settledAfterDoubt,
  skipped,
  turnedDown,
  unknown,
} from './sends.ts';

describe('a run is found sound', () => {
  const sound: readonly (readonly [string, Facts])[] = [
    ['in which one send went as it should', aRun([aSend()])],
    [
      'in which two workspaces used the same key',
      aRun([
        aSend(),
        aSend({
          wish: aWish({ workspaceId: theirs, tries: [accepted('send-2')] }),
          row: aRow({ id: 'send-2', workspaceId: theirs }),
          attempts: [anAttempt({ sendId: 'send-2' })],
          changes: [],
          events: [anEvent({ sendId: 'send-2' })],
          ledger: [anEntry({ sendId: 'send-2', seq: 2 })],
        }),
      ]),
    ],
    ['in which suppressed and unsubscribed recipients were skipped', aRun([skipped('suppressed')])],
    ['in which items were turned down', aRun([turnedDown({ kind: 'incomplete', tries: [rejected] })])],
    [
      'in which a client was answered only the second time',
      aRun([aSend({ wish: aWish({ tries: [unknown, accepted('send-1')] }) })]),
    ],
    [
      'whose second send followed from an event that came after the window, as it may',
      aRun([resent(at + 120_061)], expecting({ mayEventsBeLate: true })),
    ],
    [
      'whose second send followed from the loss of every event about the first',
      aRun([resent(null)], { ...expecting({ areEventsComplete: false }), unreported: new Set(['m1']) }),
    ],
    [
      'whose doubt was given up after its window, as its policy says',
      aRun([givenUp(120_001)], expecting({ allowedFailures: ['in_doubt'] })),
    ],
    [
      'whose doubt was given up because every event about it was lost',
      aRun([givenUp(120_001, { ledger: [anEntry()] })], {
        ...expecting({ allowedFailures: ['in_doubt'], areEventsComplete: false }),
        unreported: new Set(['m1']),
      }),
    ],
    ['which SES had an earlier attempt of, when it was canceled', aRun([canceledWhileQueuedAgain()])],
    [
      'which was canceled too late',
      aRun([aSend({ wish: aWish({ kind: 'canceled', cancel: aCancel(50, 409) }) })]),
    ],
    ['which waited for its next attempt after an outage of SES', putOff(40_000)],
    [
      'in which a worker that was told to stop put a call in doubt whose answer SES kept back',
      aRun([settledAfterDoubt], {
        exits: [{ kind: 'worker', pid: 77, atMs: at + 30, tookMs: 100, code: 0, signal: null }],
        arrivals: [anArrival({ outcome: 'hangAfterAccepting' })],
      }),
    ],
    ['whose doubt ended by its window after the faults had stopped', sentAgainAfter(130_000)],
    [
      'in which every bound of time was passed, on a machine whose clock is not judged',
      aRun(manyEntries(12, 50), {
        ...expecting({ answersWithinMs: 500, mailAgainWithinMs: 5_000, sendsWithinMs: 1 }),
        isClockJudged: false,
        faults: [{ name: 'Redis is away', fromMs: at - 9_000, untilMs: at - 6_000, holds: null }],
        requests: [{ atMs: at - 8_000, ms: 9_000, status: 200 }],
        exits: [{ kind: 'worker', pid: 78, atMs: at + 30, tookMs: 26_000, code: 0, signal: null }],
      }),
    ],
    ['in which an event was doubled', aRun([aSend({ events: [anEvent(), anEvent({ type: 'send' })] })])],
  ];

  test.each(sound)('%s', (_, facts) => {
    expect(checkFacts(facts).violations).toEqual([]);
  });
});

test('lost, doubled, unexpected, recovered and unsettled are counted', () => {
  const more = aSend({
    wish: aWish({ key: 'k2', tries: [accepted('send-2')] }),
    row: aRow({ id: 'send-2', key: 'k2', status: 'Queued' }),
    attempts: [],
    changes: [],
    events: [],
    ledger: [],
  });
  const stranger = aSend({ wish: null, row: null, ledger: [anEntry({ sendId: 'send-3', seq: 9 })] });
  const { queue } = checkFacts(aRun([resent(at + 100), more, stranger, aSend({ wish: null, row: null })]));
  expect(queue).toMatchObject({ asked: 2, accepted: 2, lost: 0, doubled: 1, unexpected: 1, unsettled: 1 });
  const shaken = aSend({ wish: aWish({ tries: [unknown, accepted('send-1')] }) });
  expect(checkFacts(aRun([shaken])).queue).toMatchObject({ recovered: 1, lost: 0 });
  expect(checkFacts(aRun([aSend({ row: null, ledger: [] })])).queue.lost).toBe(1);
});

test('those that were doubled because events were lost or late are counted apart', () => {
  const late = aRun([resent(at + 120_061)], expecting({ mayEventsBeLate: true }));
  expect(checkFacts(late).queue).toMatchObject({
    doubled: 1,
    doubledByLateEvents: 1,
    doubledByLostEvents: 0,
  });
  const lost = aRun([resent(null)], { unreported: new Set(['m1']) });
  expect(checkFacts(lost).queue).toMatchObject({
    doubled: 1,
    doubledByLateEvents: 0,
    doubledByLostEvents: 1,
  });
});
