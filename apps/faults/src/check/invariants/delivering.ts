import type { StallFact } from '../../facts/facts.ts';
import { findDoubled, findLost, findUnexpected, isReportedLate } from '../total-queue.ts';
import { aboutRun, aboutSend, type Check, type Violation } from '../violation.ts';

/** Whether what became of a send leaves open whether SES has it, as its policy or its client wanted. */
const mayBeInLedgerUnsent = (row: {
  readonly status: string;
  readonly failureClass: string | null;
  readonly resends: number;
}) =>
  (row.status === 'Failed' && row.failureClass === 'in_doubt') ||
  (row.status === 'Canceled' && row.resends > 0);

/** I4: nothing is Sent that SES did not get, and nothing that SES got is anything but Sent. */
export const sentIsInLedger: Check = (facts) => {
  const { rows, ledger, rowById, ledgerOf, expects } = facts;
  const isUnknownAllowed = expects.allowedFailures.includes('in_doubt');
  const lost = findLost(facts).map((id) => {
    const row = rowById.get(id);
    const why = row === undefined ? 'no row' : `${row.status} ${row.failureMessage ?? ''}`.trimEnd();
    return aboutSend('I4', id, `is lost: ${why}`);
  });
  const unexpected = findUnexpected(facts).map((id) =>
    aboutSend('I4', id, 'SES got it, and no client was told'),
  );
  const unsent = rows
    .filter(({ id, status, simulated }) => status === 'Sent' && !simulated && ledgerOf(id).length === 0)
    .map(({ id }) => aboutSend('I4', id, 'is Sent and not in the ledger'));
  const strange = [...new Set(ledger.map(({ sendId }) => sendId))].flatMap((sendId): Violation[] => {
    if (sendId === null) return [aboutRun('I4', 'SES got a message without the id of a send')];
    const row = rowById.get(sendId);
    if (row === undefined) return [aboutSend('I4', sendId, 'is in the ledger and has no row')];
    if (row.status === 'Sent' || row.status === 'Processing' || row.status === 'Queued') return [];
    if (mayBeInLedgerUnsent(row) && (isUnknownAllowed || row.status === 'Canceled')) return [];
    return [aboutSend('I4', sendId, `is in the ledger and ${row.status}`)];
  });
  return [...lost, ...unexpected, ...unsent, ...strange];
};

/** I4, of a template that runs away: it is stopped, and its send fails for this reason. */
export const runawaysFail: Check = ({ rows, wishBySend }) =>
  rows.flatMap(({ id, status, failureClass }) => {
    if (wishBySend.get(id)?.kind !== 'poison') return [];
    const isStopped = status === 'Failed' && failureClass === 'rendering';
    return isStopped ? [] : [aboutSend('I4', id, `runs away and is ${status}`)];
  });

/** I5. A second acceptance of the same attempt is one call that was made twice, which nothing excuses. */
export const nothingIsDoubled: Check = (facts) => {
  const { rows, rowById, ledgerOf, expects } = facts;
  const doubled = findDoubled(facts);
  const wrong = doubled.flatMap((sendId) => {
    const entries = ledgerOf(sendId);
    if (new Set(entries.map(({ attempt }) => attempt)).size < entries.length)
      return [aboutSend('I5', sendId, 'SES took the same attempt twice')];
    const resends = rowById.get(sendId)?.resends ?? 0;
    if (resends >= entries.length - 1) return [];
    return [aboutSend('I5', sendId, `is in the ledger ${entries.length} times and marked ${resends} times`)];
  });
  const marked = doubled.filter(
    (sendId) => !wrong.some((violation) => violation.sendId === sendId) && !isReportedLate(facts, sendId),
  );
  const allowed = Math.floor(rows.length * expects.maxDoubledShare);
  if (marked.length <= allowed) return wrong;
  return [
    ...wrong,
    aboutRun('I5', `${marked.length} are doubled, ${allowed} may be`),
    ...marked.map((sendId) => aboutSend('I5', sendId, 'is in the ledger more than once, marked')),
  ];
};

/** Late arrivals that this process saw at once because it stood still, in milliseconds of standing. */
const stoodStillMs = (stalls: readonly StallFact[], fromMs: number, untilMs: number): number =>
  stalls
    .filter(({ monotonicMs }) => monotonicMs >= fromMs && monotonicMs <= untilMs + 200)
    .reduce((total, { ms }) => total + ms, 0);

/** How much longer one message may be on its way to SES than another, on a machine that runs nothing else. */
const unevenWayMs = 30;

/**
 * I14, with room for messages that were on their way for differently long, for the last message of a second, whose
 * recipients cannot be spread, and for the moments at which this process, and so the ledger's clock, stood still.
 */
export const rateIsKept: Check = ({ ledger, stalls, ratePerSecond, faults, patience }) => {
  const bunched = faults.filter(({ holds }) => holds !== null);
  const entries = ledger.filter(
    ({ at }) => !bunched.some(({ fromMs, untilMs }) => at >= fromMs && at <= untilMs + 2_000),
  );
  let worst = { over: 0, what: '' };
  let sum = 0;
  let first = 0;
  for (const { recipientsCount, monotonicMs } of entries) {
    sum += recipientsCount;
    for (let old = entries[first]; old !== undefined; old = entries[first]) {
      if (old.monotonicMs > monotonicMs - 1_000) break;
      sum -= old.recipientsCount;
      first += 1;
    }
    if (sum <= ratePerSecond) continue;
    const stalledMs = stoodStillMs(stalls, monotonicMs - 1_000, monotonicMs);
    const allowed = Math.ceil(ratePerSecond * (1 + (stalledMs + unevenWayMs * patience) / 1_000));
    const over = sum - (recipientsCount - 1) - allowed;
    if (over <= worst.over) continue;
    const stood = `this process stood still for ${Math.round(stalledMs)} ms of it`;
    worst = { over, what: `${sum} recipients in a second at a rate of ${ratePerSecond}; ${stood}` };
  }
  return worst.over > 0 ? [aboutRun('I14', worst.what)] : [];
};

/** I15: what the provider could not take now costs a send nothing. */
export const nothingIsSpent: Check = ({ rows, attempts, expects }) => {
  if (!expects.isNoAttemptSpent) return [];
  const costly = attempts.filter(
    ({ isSpent, outcome }) => isSpent && outcome !== 'sent' && outcome !== 'failed',
  );
  const failed = rows.filter(
    ({ status, failureClass }) => status === 'Failed' && failureClass !== 'rendering',
  );
  return [
    ...costly.map(({ sendId, number, outcome }) =>
      aboutSend('I15', sendId, `attempt ${number} was spent on ${outcome}`),
    ),
    ...failed.map(({ id }) => aboutSend('I15', id, 'failed although SES only asked to wait')),
  ];
};
