import type { RowFact } from '../../nouns/facts.ts';
import { isRightlyCanceled, isRightlyGivenUp, isRightlyRefused } from '../doubts.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { findDoubled, findLost, findUnexpected, whyDoubled } from '../total-queue.ts';
import { aboutRun, aboutSend, type Check, type Violation } from '../violation.ts';

/** Whether what became of a send leaves open whether SES has it, as its policy or its client wanted. */
const mayBeInLedgerUnsent = (facts: IndexedFacts, row: RowFact) =>
  isRightlyCanceled(facts, row) ||
  isRightlyRefused(facts, row) ||
  (facts.expects.allowedFailures.includes('in_doubt') && isRightlyGivenUp(facts, row));

/** I4: nothing is Sent that SES did not get, and nothing that SES got is anything but Sent. */
export const sentIsInLedger: Check = (facts) => {
  const { rows, ledger, rowById, ledgerOf } = facts;
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
    if (mayBeInLedgerUnsent(facts, row)) return [];
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

/**
 * I5. A second acceptance of the same attempt is one call that was made twice, which nothing excuses. A second attempt is
 * excused when it is marked and SES's events about the first were lost or late, each on its own account.
 */
export const nothingIsDoubled: Check = (facts) =>
  findDoubled(facts).flatMap((sendId) => {
    const entries = facts.ledgerOf(sendId);
    if (new Set(entries.map(({ attempt }) => attempt)).size < entries.length)
      return [aboutSend('I5', sendId, 'SES took the same attempt twice')];
    const resends = facts.rowById.get(sendId)?.resends ?? 0;
    if (resends < entries.length - 1)
      return [
        aboutSend('I5', sendId, `is in the ledger ${entries.length} times and marked ${resends} times`),
      ];
    return whyDoubled(facts, sendId) === null
      ? [aboutSend('I5', sendId, 'is in the ledger more than once, marked, and SES had not kept silent')]
      : [];
  });

/** A second, without how much longer one message may be on its way than another; in milliseconds. */
const windowMs = 1_000 - 30;

/**
 * I14, of everything that was given to SES, accepted or not: a message with more recipients than the rate may be alone in
 * its second, and no other second may hold more than the rate. A second is looked at without the time by which messages
 * were on their way for differently long: what was given more than a second apart may have arrived so much closer together.
 */
export const rateIsKept: Check = ({ arrivals, ratePerSecond, faults, isClockJudged }) => {
  if (!isClockJudged) return [];
  const bunched = faults.filter(({ holds }) => holds !== null);
  const entries = arrivals.filter(
    ({ at }) => !bunched.some(({ fromMs, untilMs }) => at >= fromMs && at <= untilMs + 2_000),
  );
  let worst = { over: 0, what: '' };
  for (const [at, { recipientsCount, monotonicMs }] of entries.entries()) {
    let sum = 0;
    for (let nth = at; ; nth -= 1) {
      const earlier = entries[nth];
      if (earlier === undefined || earlier.monotonicMs <= monotonicMs - windowMs) break;
      sum += earlier.recipientsCount;
    }
    const isAlone = sum === recipientsCount;
    const over = isAlone ? 0 : sum - Math.ceil(ratePerSecond);
    if (over <= worst.over) continue;
    worst = { over, what: `${sum} recipients in ${windowMs} ms at a rate of ${ratePerSecond}` };
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
