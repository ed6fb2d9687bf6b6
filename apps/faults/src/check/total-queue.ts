import { acceptedAs, type ClientSend, isDefinite, isToErased } from '../nouns/client-log.ts';
import type { RowFact } from '../nouns/facts.ts';
import { isRightlyGivenUp, whyUnknown } from './doubts.ts';
import { type IndexedFacts, isAtEnd, nameOfKey } from './index-facts.ts';

/** The run seen as a queue that clients put into and SES takes from, after Jepsen's `total-queue`. */
export type QueueCounts = {
  /** Keys that clients asked for. */
  readonly asked: number;
  readonly accepted: number;
  readonly turnedDown: number;
  /** Keys of which the clients never learned what became of them. */
  readonly unanswered: number;
  /** Messages that SES took. */
  readonly taken: number;
  /** Accepted, at its end, and SES never got it, though nothing wanted it kept back. */
  readonly lost: number;
  readonly doubled: number;
  /** Those of them that nobody could prevent: SES's events came after the window that waits for them, or never. */
  readonly doubledByLateEvents: number;
  readonly doubledByLostEvents: number;
  /** SES got it, and no client was told that it was accepted. */
  readonly unexpected: number;
  /** A client's try had no answer, or a call was in doubt, and the send went out once all the same. */
  readonly recovered: number;
  readonly unsettled: number;
  /** Sends that were in doubt at some time, and those that were sent again because of it. */
  readonly inDoubt: number;
  readonly resent: number;
  readonly statuses: Readonly<Record<string, number>>;
};

function statusesOf({ rows }: IndexedFacts): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Kinds of which nothing may reach SES. */
const keptBack: readonly string[] = ['suppressed', 'unsubscribed', 'poison'];

/** Kinds of which something may reach SES if their recipients said it too late: what is right is told apart. */
const refusedLater: readonly string[] = ['suppressed_later', 'unsubscribed_later'];

/** Whether nothing of a send was to reach SES. A cancellation that was turned down changes nothing. */
const isKeptBack = (wish: ClientSend, row: RowFact | undefined) => {
  const { kind, cancel } = wish;
  return (
    keptBack.includes(kind) ||
    refusedLater.includes(kind) ||
    (kind === 'canceled' && (cancel === null ? row?.status === 'Canceled' : cancel.status === 200)) ||
    (isToErased(wish) && row?.status === 'Canceled')
  );
};

/** Whether a send may fail so in this run. */
const isAllowedFailure = (facts: IndexedFacts, row: RowFact) =>
  row.status === 'Failed' &&
  facts.expects.allowedFailures.includes(row.failureClass ?? '') &&
  (row.failureClass !== 'in_doubt' || isRightlyGivenUp(facts, row));

const wishesOf = ({ sends }: IndexedFacts) => sends.filter(({ kind }) => kind !== 'reused');

/** Accepted sends that are at an end which is not theirs, and that SES never got. */
export function findLost(facts: IndexedFacts): readonly string[] {
  return wishesOf(facts).flatMap((wish) => {
    const id = acceptedAs(wish);
    if (id === null || facts.ledgerOf(id).length > 0) return [];
    const row = facts.rowById.get(id);
    if (isKeptBack(wish, row)) return [];
    if (row === undefined) return [id];
    return isAtEnd(row) && !isAllowedFailure(facts, row) ? [id] : [];
  });
}

/** Sends that SES got and no client was told of; one that still waits for its answer may be among the rows. */
export function findUnexpected(facts: IndexedFacts): readonly string[] {
  const waiting = new Set(
    wishesOf(facts)
      .filter((wish) => !isDefinite(wish))
      .map(nameOfKey),
  );
  const taken = new Set(facts.ledger.map(({ sendId }) => sendId ?? ''));
  return [...taken].filter((id) => {
    const row = facts.rowById.get(id);
    return !facts.wishBySend.has(id) && (row === undefined || !waiting.has(nameOfKey(row)));
  });
}

/**
 * Why nobody could prevent that a send was doubled: each attempt but the last went into doubt, and nothing said in time
 * that SES had taken it. Null: it was to be prevented.
 */
export function whyDoubled(facts: IndexedFacts, sendId: string): 'lost' | 'late' | null {
  const reasons = facts
    .ledgerOf(sendId)
    .toSorted((a, b) => (a.attempt ?? 0) - (b.attempt ?? 0))
    .slice(0, -1)
    .map((entry) => whyUnknown(facts, entry));
  if (reasons.includes(null)) return null;
  return reasons.includes('late') ? 'late' : 'lost';
}

/** Sends that SES got more than once. */
export const findDoubled = ({ ledger, ledgerOf }: IndexedFacts): readonly string[] =>
  [...new Set(ledger.flatMap(({ sendId }) => (sendId === null ? [] : [sendId])))].filter(
    (sendId) => ledgerOf(sendId).length > 1,
  );

/** Counts what went in and what came out. */
export function totalQueue(facts: IndexedFacts): QueueCounts {
  const wishes = wishesOf(facts);
  const accepted = wishes.filter((wish) => acceptedAs(wish) !== null);
  const doubled = findDoubled(facts);
  const reasons = doubled.map((id) => whyDoubled(facts, id));
  const wasInDoubt = (id: string) => facts.attemptsOf(id).some(({ outcome }) => outcome === 'in_doubt');
  const recovered = accepted.filter((wish) => {
    const id = acceptedAs(wish) ?? '';
    const isShaken = wish.tries.some(({ kind }) => kind === 'unknown') || wasInDoubt(id);
    return isShaken && facts.ledgerOf(id).length === 1;
  });
  return {
    asked: wishes.length,
    accepted: accepted.length,
    turnedDown: wishes.filter((wish) => isDefinite(wish) && acceptedAs(wish) === null).length,
    unanswered: wishes.filter((wish) => !isDefinite(wish)).length,
    taken: facts.ledger.length,
    lost: findLost(facts).length,
    doubled: doubled.length,
    doubledByLateEvents: reasons.filter((reason) => reason === 'late').length,
    doubledByLostEvents: reasons.filter((reason) => reason === 'lost').length,
    unexpected: findUnexpected(facts).length,
    recovered: recovered.length,
    unsettled: facts.rows.filter((row) => !isAtEnd(row)).length,
    inDoubt: facts.rows.filter(({ id }) => wasInDoubt(id)).length,
    resent: facts.rows.filter(({ resends }) => resends > 0).length,
    statuses: statusesOf(facts),
  };
}
