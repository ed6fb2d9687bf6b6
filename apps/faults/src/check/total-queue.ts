import { acceptedAs, isDefinite } from '../facts/client-log.ts';
import { type IndexedFacts, nameOfKey } from './index-facts.ts';
import { isAtEnd } from './invariants/settling.ts';

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
  /** Those of them that nobody could prevent: SES's events came after the window that waits for them. */
  readonly doubledByLateEvents: number;
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
const keptBack: readonly string[] = ['suppressed', 'unsubscribed', 'canceled', 'poison'];

const wishesOf = ({ sends }: IndexedFacts) => sends.filter(({ kind }) => kind !== 'reused');

/** Accepted sends that are at an end which is not theirs, and that SES never got. */
export function findLost(facts: IndexedFacts): readonly string[] {
  return wishesOf(facts).flatMap((wish) => {
    const id = acceptedAs(wish);
    if (id === null || facts.ledgerOf(id).length > 0 || keptBack.includes(wish.kind)) return [];
    const row = facts.rowById.get(id);
    if (row === undefined) return [id];
    const isAllowed =
      row.status === 'Failed' && facts.expects.allowedFailures.includes(row.failureClass ?? '');
    return isAtEnd(row) && !isAllowed ? [id] : [];
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
 * Whether a send was doubled because SES's events took longer than the window that waits for them: then nobody could
 * know better. Its attempt went into doubt, and what SES reported of it came after the window.
 */
export function isReportedLate(facts: IndexedFacts, sendId: string): boolean {
  const [first] = facts.ledgerOf(sendId);
  const doubt = facts.attemptsOf(sendId).find(({ number }) => number === first?.attempt);
  if (doubt?.outcome !== 'in_doubt' || doubt.finishedAtMs === null) return false;
  const [report] = facts.eventsOf(sendId);
  return report !== undefined && report.receivedAtMs > doubt.finishedAtMs + facts.timing.inDoubtWindowMs;
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
    doubledByLateEvents: doubled.filter((id) => isReportedLate(facts, id)).length,
    unexpected: findUnexpected(facts).length,
    recovered: recovered.length,
    unsettled: facts.rows.filter((row) => !isAtEnd(row)).length,
    inDoubt: facts.rows.filter(({ id }) => wasInDoubt(id)).length,
    resent: facts.rows.filter(({ resends }) => resends > 0).length,
    statuses: statusesOf(facts),
  };
}
