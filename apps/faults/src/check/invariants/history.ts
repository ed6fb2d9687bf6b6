import type { ChangeFact } from '../../nouns/facts.ts';
import { aboutSend, type Check } from '../violation.ts';

/** I6: a lease follows another only when that has ended. */
export const claimsNeverOverlap: Check = function* ({ rows, changesOf, attemptsOf }) {
  for (const { id } of rows) {
    const changes = changesOf(id);
    const isOverlapping = changes.some(({ leaseToken }, at) => {
      const before = changes[at - 1]?.leaseToken ?? null;
      return before !== null && leaseToken !== null && leaseToken !== before;
    });
    const attempts = attemptsOf(id);
    const early = attempts.find((attempt, at) => {
      const before = attempts[at - 1];
      return before !== undefined && (before.finishedAtMs ?? Number.POSITIVE_INFINITY) > attempt.startedAtMs;
    });
    if (isOverlapping) yield aboutSend('I6', id, 'was claimed while a lease of it still held');
    else if (early !== undefined)
      yield aboutSend('I6', id, `attempt ${early.number} began before the one before it was closed`);
  }
};

/**
 * I6, as SES sees it: a worker calls only while its lease outlasts the call, however long it was frozen before. Only a
 * network that held the message back excuses one that comes later.
 */
export const callsStayWithinLeases: Check = function* ({ ledger, attemptsOf, faults }) {
  const held = faults.filter(({ holds }) => holds === 'messages');
  for (const { sendId, attempt, at } of ledger) {
    const lease = attemptsOf(sendId ?? '').find(({ number }) => number === attempt);
    if (sendId === null || lease?.errorCode !== 'LeaseExpired' || at <= (lease.finishedAtMs ?? at)) continue;
    if (!held.some(({ fromMs, untilMs }) => at >= fromMs && at <= untilMs + 1_000))
      yield aboutSend('I6', sendId, `SES got attempt ${attempt} after its lease had ended`);
  }
};

/** The changes that queued a failed send again. */
const retriesOf = (changes: readonly ChangeFact[]) =>
  changes.filter(({ status }, at) => status === 'Queued' && changes[at - 1]?.status === 'Failed');

/** I7. */
export const attemptsAddUp: Check = function* ({ rows, changesOf, attemptsOf, maxAttempts }) {
  for (const { id, attempts, attemptsSpent, status } of rows) {
    const noted = attemptsOf(id);
    // A retry that was asked for begins to count anew.
    const sinceMs = retriesOf(changesOf(id)).at(-1)?.atMs ?? 0;
    const spent = noted.filter(({ isSpent, startedAtMs }) => isSpent && startedAtMs >= sinceMs).length;
    const open = noted.find(({ outcome }) => outcome === null);
    if (noted.length !== attempts)
      yield aboutSend('I7', id, `has ${attempts} attempts and ${noted.length} attempt rows`);
    else if (spent !== attemptsSpent)
      yield aboutSend('I7', id, `spent ${attemptsSpent} attempts, and ${spent} attempt rows say so`);
    else if (attemptsSpent > maxAttempts)
      yield aboutSend('I7', id, `spent ${attemptsSpent} attempts of at most ${maxAttempts}`);
    else if (open !== undefined && status !== 'Processing')
      yield aboutSend('I7', id, `attempt ${open.number} was never closed`);
  }
};

// The sender's domain stands in no message either: what failed is told without addresses.
const secret = /[^\s@<>"]+@[^\s@<>"]+\.[a-z]{2,}|sk_(live|test)_|leakmark/i;

/** I8. */
export const failuresAreTold: Check = function* ({ rows, attempts }) {
  for (const { id, status, failureMessage } of rows) {
    if (status === 'Failed' && (failureMessage ?? '') === '')
      yield aboutSend('I8', id, 'is Failed without a message');
    if (secret.test(failureMessage ?? ''))
      yield aboutSend('I8', id, 'its failure message holds an address or a secret');
  }
  for (const { sendId, number, errorMessage } of attempts) {
    if (secret.test(errorMessage ?? ''))
      yield aboutSend('I8', sendId, `the error of attempt ${number} holds an address or a secret`);
  }
};

/** Where a send may begin, and where it may go from there; what failed, only where an action retries it. */
const edges: Readonly<Record<string, readonly string[]>> = {
  '': ['Scheduled', 'Queued', 'Failed'],
  Scheduled: ['Queued', 'Canceled'],
  Queued: ['Processing', 'Canceled'],
  Processing: ['Sent', 'Failed', 'Skipped', 'Queued'],
};

/** I9, by what the database itself noted. */
export const statusMovesAlongEdges: Check = function* ({ rows, changesOf, expects }) {
  for (const { id, status } of rows) {
    const retries = retriesOf(changesOf(id)).length;
    if (expects.areFailuresRetried && retries > 1)
      yield aboutSend('I9', id, `was retried ${retries} times by one action`);
    const way = changesOf(id).map((change) => change.status);
    const wrong = way.findIndex((next, at) => {
      const before = way[at - 1] ?? '';
      const isRetry = expects.areFailuresRetried && before === 'Failed' && next === 'Queued';
      return next !== before && !isRetry && !(edges[before] ?? []).includes(next);
    });
    const last = way.at(-1);
    if (wrong !== -1) yield aboutSend('I9', id, `went from ${way[wrong - 1] ?? 'nothing'} to ${way[wrong]}`);
    else if (last !== undefined && last !== status)
      yield aboutSend('I9', id, `is ${status}, and its last change made it ${last}`);
  }
};
