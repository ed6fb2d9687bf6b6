import type { RowFact } from '../../nouns/facts.ts';
import { isRightlyCanceled, isRightlyGivenUp, isRightlyRefused } from '../doubts.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { findDoubled, findLost, findUnexpected, whyDoubled } from '../total-queue.ts';
import { aboutRun, aboutSend, type Check } from '../violation.ts';

/** What a send in the ledger is, or is on its way to. */
const mayBeInLedger: readonly string[] = ['Sent', 'Processing', 'Queued'];

/** Whether what became of a send leaves open whether SES has it, as its policy or its client wanted. */
const mayBeInLedgerUnsent = (facts: IndexedFacts, row: RowFact) =>
  isRightlyCanceled(facts, row) ||
  isRightlyRefused(facts, row) ||
  (facts.expects.allowedFailures.includes('in_doubt') && isRightlyGivenUp(facts, row));

/** I4: nothing is Sent that SES did not get, and nothing that SES got is anything but Sent. */
export const sentIsInLedger: Check = function* (facts) {
  const { rows, ledger, rowById, ledgerOf } = facts;
  for (const id of findLost(facts)) {
    const row = rowById.get(id);
    const why = row === undefined ? 'no row' : `${row.status} ${row.failureMessage ?? ''}`.trimEnd();
    yield aboutSend('I4', id, `is lost: ${why}`);
  }
  for (const id of findUnexpected(facts)) yield aboutSend('I4', id, 'SES got it, and no client was told');
  for (const { id, status, simulated } of rows) {
    if (status === 'Sent' && !simulated && ledgerOf(id).length === 0)
      yield aboutSend('I4', id, 'is Sent and not in the ledger');
  }
  for (const sendId of new Set(ledger.map((entry) => entry.sendId))) {
    const row = rowById.get(sendId ?? '');
    if (sendId === null) yield aboutRun('I4', 'SES got a message without the id of a send');
    else if (row === undefined) yield aboutSend('I4', sendId, 'is in the ledger and has no row');
    else if (!mayBeInLedger.includes(row.status) && !mayBeInLedgerUnsent(facts, row))
      yield aboutSend('I4', sendId, `is in the ledger and ${row.status}`);
  }
};

/** I4, of a template that runs away: it is stopped, and its send fails for this reason. */
export const runawaysFail: Check = function* ({ rows, wishBySend }) {
  for (const { id, status, failureClass } of rows) {
    const isStopped = status === 'Failed' && failureClass === 'rendering';
    if (wishBySend.get(id)?.kind === 'poison' && !isStopped)
      yield aboutSend('I4', id, `runs away and is ${status}`);
  }
};

/**
 * I5. A second acceptance of the same attempt is one call that was made twice, which nothing excuses. A second attempt is
 * excused when it is marked and SES's events about the first were lost or late, each on its own account.
 */
export const nothingIsDoubled: Check = function* (facts) {
  for (const sendId of findDoubled(facts)) {
    const entries = facts.ledgerOf(sendId);
    const resends = facts.rowById.get(sendId)?.resends ?? 0;
    if (new Set(entries.map(({ attempt }) => attempt)).size < entries.length)
      yield aboutSend('I5', sendId, 'SES took the same attempt twice');
    else if (resends < entries.length - 1)
      yield aboutSend('I5', sendId, `is in the ledger ${entries.length} times and marked ${resends} times`);
    else if (whyDoubled(facts, sendId) === null)
      yield aboutSend('I5', sendId, 'is in the ledger more than once, marked, and SES had not kept silent');
  }
};

/** A second, without how much longer one message may be on its way than another; in milliseconds. */
const windowMs = 1_000 - 30;

/**
 * I14, of everything that was given to SES, accepted or not: a message with more recipients than the rate may be alone in
 * its second, and no other second may hold more than the rate. A second is looked at without the time by which messages
 * were on their way for differently long: what was given more than a second apart may have arrived so much closer together.
 */
export const rateIsKept: Check = function* ({ arrivals, ratePerSecond, faults, isClockJudged }) {
  if (!isClockJudged) return;
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
  if (worst.over > 0) yield aboutRun('I14', worst.what);
};

/** I15: what the provider could not take now costs a send nothing. */
export const nothingIsSpent: Check = function* ({ rows, attempts, expects }) {
  if (!expects.isNoAttemptSpent) return;
  for (const { sendId, number, isSpent, outcome } of attempts) {
    if (isSpent && outcome !== 'sent' && outcome !== 'failed')
      yield aboutSend('I15', sendId, `attempt ${number} was spent on ${outcome}`);
  }
  for (const { id, status, failureClass } of rows) {
    if (status === 'Failed' && failureClass !== 'rendering')
      yield aboutSend('I15', id, 'failed although SES only asked to wait');
  }
};
