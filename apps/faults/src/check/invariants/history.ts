import { aboutSend, type Check } from '../violation.ts';

/** I6: a lease follows another only when that has ended. */
export const claimsNeverOverlap: Check = ({ rows, changesOf, attemptsOf }) =>
  rows.flatMap(({ id }) => {
    const changes = changesOf(id);
    const overlap = changes.find((change, at) => {
      const before = changes[at - 1]?.leaseToken ?? null;
      return before !== null && change.leaseToken !== null && change.leaseToken !== before;
    });
    if (overlap !== undefined) return [aboutSend('I6', id, 'was claimed while a lease of it still held')];
    const attempts = attemptsOf(id);
    const early = attempts.find((attempt, at) => {
      const before = attempts[at - 1];
      return before !== undefined && (before.finishedAtMs ?? Number.POSITIVE_INFINITY) > attempt.startedAtMs;
    });
    return early === undefined
      ? []
      : [aboutSend('I6', id, `attempt ${early.number} began before the one before it was closed`)];
  });

/**
 * I6, as SES sees it: a worker calls only while its lease outlasts the call, however long it was frozen before. Only a
 * network that held the message back excuses one that comes later.
 */
export const callsStayWithinLeases: Check = ({ ledger, attemptsOf, faults }) => {
  const held = faults.filter(({ holds }) => holds === 'messages');
  return ledger.flatMap(({ sendId, attempt, at }) => {
    const lease = attemptsOf(sendId ?? '').find(({ number }) => number === attempt);
    if (sendId === null || lease?.errorCode !== 'LeaseExpired' || at <= (lease.finishedAtMs ?? at)) return [];
    if (held.some(({ fromMs, untilMs }) => at >= fromMs && at <= untilMs + 1_000)) return [];
    return [aboutSend('I6', sendId, `SES got attempt ${attempt} after its lease had ended`)];
  });
};

/** I7. */
export const attemptsAddUp: Check = ({ rows, attemptsOf, maxAttempts }) =>
  rows.flatMap(({ id, attempts, attemptsSpent, status }) => {
    const noted = attemptsOf(id);
    const spent = noted.filter(({ isSpent }) => isSpent).length;
    if (noted.length !== attempts)
      return [aboutSend('I7', id, `has ${attempts} attempts and ${noted.length} attempt rows`)];
    if (spent !== attemptsSpent)
      return [aboutSend('I7', id, `spent ${attemptsSpent} attempts, and ${spent} attempt rows say so`)];
    if (attemptsSpent > maxAttempts)
      return [aboutSend('I7', id, `spent ${attemptsSpent} attempts of at most ${maxAttempts}`)];
    const open = noted.find(({ outcome }) => outcome === null);
    if (open === undefined || status === 'Processing') return [];
    return [aboutSend('I7', id, `attempt ${open.number} was never closed`)];
  });

// The sender's domain stands in no message either: what failed is told without addresses.
const secret = /[^\s@<>"]+@[^\s@<>"]+\.[a-z]{2,}|sk_(live|test)_|leakmark/i;

/** I8. */
export const failuresAreTold: Check = ({ rows, attempts }) => [
  ...rows.flatMap(({ id, status, failureMessage }) => {
    if (status === 'Failed' && (failureMessage ?? '') === '')
      return [aboutSend('I8', id, 'is Failed without a message')];
    return secret.test(failureMessage ?? '')
      ? [aboutSend('I8', id, 'its failure message holds an address or a secret')]
      : [];
  }),
  ...attempts
    .filter(({ errorMessage }) => secret.test(errorMessage ?? ''))
    .map(({ sendId, number }) =>
      aboutSend('I8', sendId, `the error of attempt ${number} holds an address or a secret`),
    ),
];

/** Where a send may begin, and where it may go from there; nothing here retries failed sends by hand. */
const edges: Readonly<Record<string, readonly string[]>> = {
  '': ['Scheduled', 'Queued', 'Failed'],
  Scheduled: ['Queued', 'Canceled'],
  Queued: ['Processing', 'Canceled'],
  Processing: ['Sent', 'Failed', 'Skipped', 'Queued'],
};

/** I9, by what the database itself noted. */
export const statusMovesAlongEdges: Check = ({ rows, changesOf }) =>
  rows.flatMap(({ id, status }) => {
    let current = '';
    for (const change of changesOf(id)) {
      if (change.status === current) continue;
      if (!(edges[current] ?? []).includes(change.status))
        return [aboutSend('I9', id, `went from ${current === '' ? 'nothing' : current} to ${change.status}`)];
      current = change.status;
    }
    return current === status || current === ''
      ? []
      : [aboutSend('I9', id, `is ${status}, and its last change made it ${current}`)];
  });
