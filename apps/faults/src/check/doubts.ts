import type { LedgerEntry } from '@postroom/servers';
import { type ClientSend, isToErased } from '../nouns/client-log.ts';
import type { AttemptFact, RowFact } from '../nouns/facts.ts';
import type { IndexedFacts } from './index-facts.ts';

/** The database keeps whole milliseconds, and its clock is read at another moment than ours. */
export const clockSlackMs = 5;

/** An event whose transaction began so shortly before a doubt was ended may not have been seen by who ended it. */
const crossingMs = 1_000;

type Doubt = AttemptFact & { readonly finishedAtMs: number };

const asDoubt = (attempt: AttemptFact | undefined): Doubt | null =>
  attempt?.outcome === 'in_doubt' && attempt.finishedAtMs !== null
    ? { ...attempt, finishedAtMs: attempt.finishedAtMs }
    : null;

/** The doubt in which the attempt of a ledger entry ended; null: it ended otherwise. */
const doubtOf = (facts: IndexedFacts, { sendId, attempt }: LedgerEntry): Doubt | null =>
  asDoubt(facts.attemptsOf(sendId ?? '').find(({ number }) => number === attempt));

/** What the pipeline stored about one acceptance, and not about another attempt of its send. */
const reportsOf = (facts: IndexedFacts, { sendId, attempt, messageId }: LedgerEntry) =>
  facts.eventsOf(sendId ?? '').filter((event) => event.attempt === attempt && event.messageId === messageId);

/**
 * Why nobody could know, when the window of an attempt's doubt ended, that SES had taken it: SES's events about this
 * very message were all lost, or they came later, where they may. Null: it was to be known.
 */
export function whyUnknown(facts: IndexedFacts, entry: LedgerEntry): 'lost' | 'late' | null {
  const doubt = doubtOf(facts, entry);
  if (doubt === null) return null;
  const windowEndMs = doubt.finishedAtMs + facts.timing.inDoubtWindowMs;
  const reports = reportsOf(facts, entry);
  if (reports.some(({ receivedAtMs }) => receivedAtMs <= windowEndMs)) return null;
  if (facts.unreported.has(entry.messageId)) return 'lost';
  return reports.length > 0 && facts.expects.mayEventsBeLate ? 'late' : null;
}

/** Whether a send was rightly given up as unknown: a whole window had passed since its last attempt, and no event had come. */
export function isRightlyGivenUp(facts: IndexedFacts, { id, status, failureClass }: RowFact): boolean {
  const doubt = asDoubt(facts.attemptsOf(id).at(-1));
  if (status !== 'Failed' || failureClass !== 'in_doubt' || doubt === null) return false;
  const windowEndMs = doubt.finishedAtMs + facts.timing.inDoubtWindowMs;
  const endMs = facts.changesOf(id).findLast((change) => change.status === 'Failed')?.atMs ?? windowEndMs;
  if (endMs < windowEndMs - clockSlackMs) return false;
  const knownUntilMs = Math.max(windowEndMs, endMs - crossingMs);
  if (facts.eventsOf(id).some(({ receivedAtMs }) => receivedAtMs <= knownUntilMs)) return false;
  return facts.ledgerOf(id).every((entry) => whyUnknown(facts, entry) !== null);
}

/** When a canceled send was: told to its client, or, of an erased person, written. */
function canceledAt(facts: IndexedFacts, wish: ClientSend | undefined, id: string): number {
  const never = Number.POSITIVE_INFINITY;
  if (wish !== undefined && isToErased(wish))
    return facts.changesOf(id).findLast(({ status }) => status === 'Canceled')?.atMs ?? never;
  const cancel = wish?.cancel ?? null;
  return cancel === null ? never : cancel.atMs + cancel.ms;
}

/**
 * Whether a canceled send waited to be sent again, and all that SES has of it are attempts that had ended in doubt when
 * it was canceled.
 */
export function isRightlyCanceled(facts: IndexedFacts, { id, status, resends }: RowFact): boolean {
  if (status !== 'Canceled') return false;
  const entries = facts.ledgerOf(id);
  if (entries.length === 0) return true;
  const atMs = canceledAt(facts, facts.wishBySend.get(id), id);
  return resends > 0 && entries.every((entry) => (doubtOf(facts, entry)?.finishedAtMs ?? atMs) < atMs);
}

/**
 * Whether a send that became unwanted once it was accepted ended so while SES may have it: what SES has was in doubt and
 * is unknown, and then it was given up, or was to be sent again and found to be unwanted.
 */
export function isRightlyRefused(facts: IndexedFacts, row: RowFact): boolean {
  if ((facts.wishBySend.get(row.id)?.refusal ?? null) === null) return false;
  if (isRightlyGivenUp(facts, row)) return true;
  const isKnown = facts.ledgerOf(row.id).some((entry) => whyUnknown(facts, entry) === null);
  return row.status === 'Skipped' && row.resends > 0 && !isKnown;
}
