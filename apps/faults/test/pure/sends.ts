import type { Facts } from '../../src/nouns/facts.ts';
import {
  aCancel,
  aChange,
  anAttempt,
  anEntry,
  anEvent,
  aRow,
  aRun,
  aSend,
  aWish,
  type SendFacts,
  startMs,
} from './a-run.ts';

const unspoilt = aRun([aSend()]);

/** A run that promises more than usual. */
export const expecting = (overrides: Partial<Facts['expects']>): Partial<Facts> => ({
  expects: { ...unspoilt.expects, ...overrides },
});

/** A try that was accepted as that send. */
export const accepted = (sendId: string) =>
  ({ atMs: startMs, ms: 10, kind: 'accepted', sendId, replayed: false }) as const;

/** A try that was rejected. */
export const rejected = { atMs: startMs, ms: 10, kind: 'rejected', error: 'missing_variables' } as const;

/** A try whose request was refused. */
export const refused = { atMs: startMs, ms: 10, kind: 'refused', status: 400 } as const;

/** A try without an answer. */
export const unknown = { atMs: startMs, ms: 10, kind: 'unknown', reason: 'reset' } as const;

/**
 * A send whose first attempt went into doubt at 60 ms, and that was sent again when the window had ended. SES took
 * both; the pipeline heard of the second at once, and of the first then, or never.
 */
export const resent = (reportedAtMs: number | null) =>
  aSend({
    row: aRow({ attempts: 2, attemptsSpent: 2, resends: 1, epoch: 1 }),
    attempts: [
      anAttempt({ outcome: 'in_doubt' }),
      anAttempt({ number: 2, startedAtMs: startMs + 130_000, finishedAtMs: startMs + 130_050 }),
    ],
    changes: [],
    events: [
      ...(reportedAtMs === null ? [] : [anEvent({ receivedAtMs: reportedAtMs })]),
      anEvent({ sourceId: 'delivery:2', attempt: 2, messageId: 'm2', receivedAtMs: startMs + 130_100 }),
    ],
    ledger: [
      anEntry(),
      anEntry({ seq: 2, messageId: 'm2', attempt: 2, at: startMs + 130_020, monotonicMs: 130_020 }),
    ],
  });

/** The same send so many times, each under a key and an id of its own, one after the other. */
export const many = (count: number, { wish, row, ...rest }: SendFacts): readonly SendFacts[] =>
  Array.from({ length: count }, (_, nth) => {
    const sendId = `send-${nth}`;
    const own = <Item>(items: readonly Item[]) => items.map((item) => ({ ...item, sendId }));
    return {
      wish: wish === null ? null : { ...wish, key: `k${nth}`, tries: [accepted(sendId)] },
      row: row === null ? null : { ...row, id: sendId, key: `k${nth}` },
      attempts: own(rest.attempts),
      changes: own(rest.changes),
      events: own(rest.events),
      ledger: own(rest.ledger).map((entry) => ({ ...entry, monotonicMs: entry.monotonicMs + nth * 200 })),
    };
  });

/** A send whose worker died before it called, and that was sent again, so many milliseconds after the faults had stopped. */
export const sentAgainAfter = (afterMs: number): Facts => {
  const sentAtMs = unspoilt.quietAtMs + afterMs;
  const again = { attempts: 1, resends: 1, epoch: 1 };
  const send = aSend({
    row: aRow({ ...again, attempts: 2, attemptsSpent: 2 }),
    attempts: [
      anAttempt({ outcome: 'in_doubt', errorCode: 'LeaseExpired' }),
      anAttempt({ number: 2, startedAtMs: sentAtMs - 50, finishedAtMs: sentAtMs }),
    ],
    changes: [
      aChange(),
      aChange({ seq: 2, atMs: startMs + 20, status: 'Processing', attempts: 1, leaseToken: 'lease-1' }),
      aChange({ seq: 3, atMs: startMs + 60, status: 'Processing', attempts: 1, isInDoubt: true }),
      aChange({ seq: 4, atMs: sentAtMs - 60, ...again }),
      aChange({
        seq: 5,
        atMs: sentAtMs - 50,
        ...again,
        status: 'Processing',
        attempts: 2,
        leaseToken: 'lease-2',
      }),
      aChange({ seq: 6, atMs: sentAtMs, ...again, status: 'Sent', attempts: 2 }),
    ],
    events: [anEvent({ attempt: 2, receivedAtMs: sentAtMs + 40 })],
    ledger: [anEntry({ attempt: 2, at: sentAtMs - 20, monotonicMs: 1_000 + afterMs })],
  });
  return aRun([send], { openAtQuiet: [{ id: 'send-1' }] });
};

/** A send whose doubt stood for so long until it was given up, in milliseconds; SES has what is in the ledger. */
export const givenUp = (afterMs: number, overrides: Partial<SendFacts> = {}) =>
  aSend({
    row: aRow({ status: 'Failed', delivery: null, failureClass: 'in_doubt', failureMessage: 'unknown' }),
    attempts: [anAttempt({ outcome: 'in_doubt' })],
    changes: [
      aChange(),
      aChange({ seq: 2, atMs: startMs + 20, status: 'Processing', attempts: 1, leaseToken: 'lease-1' }),
      aChange({ seq: 3, atMs: startMs + 60, status: 'Processing', attempts: 1, isInDoubt: true }),
      aChange({ seq: 4, atMs: startMs + 60 + afterMs, status: 'Failed', attempts: 1 }),
    ],
    events: [],
    ledger: [],
    ...overrides,
  });

/** A send whose only attempt went into doubt, and that SES's event brought to its end. */
export const settledAfterDoubt = aSend({ attempts: [anAttempt({ outcome: 'in_doubt' })] });

/** A send that SES could not be reached for, and that was tried again so many milliseconds after the faults had stopped. */
export const putOff = (afterMs: number): Facts => {
  const sentAtMs = unspoilt.quietAtMs + afterMs;
  const send = aSend({
    row: aRow({ attempts: 2, attemptsSpent: 2 }),
    attempts: [
      anAttempt({ outcome: 'retry' }),
      anAttempt({ number: 2, startedAtMs: sentAtMs - 100, finishedAtMs: sentAtMs }),
    ],
    changes: [
      aChange(),
      aChange({ seq: 2, atMs: startMs + 20, status: 'Processing', leaseToken: 'lease-1' }),
      aChange({ seq: 3, atMs: startMs + 60 }),
      aChange({ seq: 4, atMs: sentAtMs - 100, status: 'Processing', leaseToken: 'lease-2' }),
      aChange({ seq: 5, atMs: sentAtMs, status: 'Sent' }),
    ],
    events: [anEvent({ attempt: 2, receivedAtMs: sentAtMs + 40 })],
    ledger: [anEntry({ attempt: 2, at: sentAtMs - 20 })],
  });
  return aRun([send], {
    openAtQuiet: [{ id: 'send-1' }],
    faults: [{ name: 'SES is down', fromMs: startMs, untilMs: startMs + 1_000, holds: null }],
  });
};

/** A send that its client canceled while it waited to be sent again, SES having the first attempt. */
export const canceledWhileQueuedAgain = (overrides: Partial<SendFacts> = {}) =>
  aSend({
    wish: aWish({ kind: 'canceled', cancel: aCancel(131_000, 200) }),
    row: aRow({ status: 'Canceled', resends: 1, epoch: 1 }),
    attempts: [anAttempt({ outcome: 'in_doubt' })],
    changes: [],
    events: [anEvent({ receivedAtMs: startMs + 140_000 })],
    ...overrides,
  });

/** A send that nobody wanted to have. */
export const skipped = (kind: 'suppressed' | 'unsubscribed') =>
  aSend({
    wish: aWish({ kind }),
    row: aRow({ status: 'Skipped', delivery: null, attemptsSpent: 0 }),
    attempts: [anAttempt({ outcome: 'skipped', isSpent: false })],
    changes: [],
    events: [],
    ledger: [],
  });

/** A wish of which nothing came. */
export const turnedDown = (wish: Parameters<typeof aWish>[0]) =>
  aSend({ wish: aWish(wish), row: null, attempts: [], changes: [], events: [], ledger: [] });

/** Sends that reached SES one after the other. */
export const manyEntries = (count: number, everyMs: number) =>
  Array.from({ length: count }, (_, nth) => {
    const id = `send-${nth}`;
    return aSend({
      wish: aWish({ key: `k${nth}`, tries: [accepted(id)], recipients: ['k@recipients.example'] }),
      row: aRow({ id, key: `k${nth}` }),
      attempts: [anAttempt({ sendId: id })],
      changes: [],
      events: [anEvent({ sendId: id })],
      ledger: [
        anEntry({ seq: nth + 1, sendId: id, monotonicMs: nth * everyMs, to: ['k@recipients.example'] }),
      ],
    });
  });
