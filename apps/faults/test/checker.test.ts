import { describe, expect, test } from '@jest/globals';
import { checkFacts } from '../src/check/check-facts.ts';
import type { Facts } from '../src/facts/facts.ts';
import {
  anAttempt,
  anEntry,
  anEvent,
  aRow,
  aRun,
  aSend,
  startMs as at,
  aWish,
  brokenIn,
  ours,
  theirs,
} from './a-run.ts';
import {
  accepted,
  expecting,
  manyEntries,
  rejected,
  resent,
  sentAgainAfter,
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
    ['whose second send followed from an event that came after the window', aRun([resent(at + 120_061)])],
    ['whose doubt ended by its window after the faults had stopped', sentAgainAfter(130_000)],
    [
      'in which a rate was passed only because the ledger stood still',
      aRun(manyEntries(12, 50), { stalls: [{ monotonicMs: 500, ms: 300 }] }),
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

test('a doubled send may be one of few where events are lost, if it is marked', () => {
  const others = manyEntries(999, 1_000).map((one, nth) => ({
    ...one,
    wish: one.wish === null ? null : { ...one.wish, workspaceId: ours, key: `o${nth}` },
    row: one.row === null ? null : { ...one.row, key: `o${nth}` },
  }));
  const sends = [...others.slice(2), resent(at + 100)];
  const allowing = expecting({ maxDoubledShare: 0.002, areEventsComplete: false });
  expect(brokenIn(aRun(sends, allowing))).toEqual([]);
  expect(brokenIn(aRun(sends))).toContain('I5');
});
