import type { IndexedFacts } from '../check/index-facts.ts';
import { nameOfKey } from '../check/index-facts.ts';
import type { Violation } from '../check/violation.ts';
import type { ClientTry } from '../facts/client-log.ts';

/** One thing that happened to a send, and who says so. */
export type HistoryLine = { readonly atMs: number; readonly who: string; readonly what: string };

const triedAs = (one: ClientTry): string => {
  switch (one.kind) {
    case 'accepted':
      return `accepted as ${one.sendId}${one.replayed ? ', replayed' : ''}`;
    case 'rejected':
      return `rejected: ${one.error}`;
    case 'refused':
      return `refused with ${one.status}`;
    case 'unknown':
      return `no definite answer: ${one.reason}`;
    default: {
      const unknown: never = one;
      return String(unknown);
    }
  }
};

function clientLines(facts: IndexedFacts, name: string): HistoryLine[] {
  return facts.sends
    .filter((wish) => nameOfKey(wish) === name)
    .flatMap(({ kind, tries, cancel }) => [
      ...tries.map((one) => ({
        atMs: one.atMs,
        who: 'client',
        what: `asked (${kind}), after ${Math.round(one.ms)} ms ${triedAs(one)}`,
      })),
      ...(cancel === null
        ? []
        : [{ atMs: cancel.atMs, who: 'client', what: `canceled, answered ${cancel.status}` }]),
    ]);
}

function sendLines(facts: IndexedFacts, id: string): HistoryLine[] {
  const changes = facts.changesOf(id).map((change) => ({
    atMs: change.atMs,
    who: 'row',
    what:
      `${change.status}${change.isInDoubt ? ' in doubt' : ''}, epoch ${change.epoch}, ` +
      `attempts ${change.attempts}, resends ${change.resends}, lease ${change.leaseToken?.slice(0, 8) ?? 'none'}`,
  }));
  const attempts = facts.attemptsOf(id).flatMap((attempt) => [
    { atMs: attempt.startedAtMs, who: 'attempt', what: `${attempt.number} claimed by ${attempt.worker}` },
    ...(attempt.finishedAtMs === null
      ? []
      : [
          {
            atMs: attempt.finishedAtMs,
            who: 'attempt',
            what: `${attempt.number} ended: ${attempt.outcome}${attempt.isSpent ? ', spent' : ''} ${attempt.errorCode ?? ''} ${attempt.errorMessage ?? ''}`.trimEnd(),
          },
        ]),
  ]);
  const events = facts.eventsOf(id).map(({ receivedAtMs, type, sourceId }) => ({
    atMs: receivedAtMs,
    who: 'event',
    what: `${type} (${sourceId})`,
  }));
  const ledger = facts.ledgerOf(id).map(({ at, seq, attempt, fault }) => ({
    atMs: at,
    who: 'SES',
    what: `took attempt ${attempt} as entry ${seq}${fault === null ? '' : `, then ${fault}`}`,
  }));
  return [...changes, ...attempts, ...events, ...ledger];
}

/** Faults that begin or end so close to something that happened to a send stand in its history, in milliseconds. */
const nearMs = 3_000;

/** Everything that is known about the send or the key of a violation, in the order of time, with the faults around it. */
export function historyOf(facts: IndexedFacts, { sendId, key }: Violation): readonly HistoryLine[] {
  const row = sendId === null ? undefined : facts.rowById.get(sendId);
  const name = key ?? (row === undefined ? null : nameOfKey(row));
  const lines = [
    ...(name === null ? [] : clientLines(facts, name)),
    ...(sendId === null ? [] : sendLines(facts, sendId)),
  ];
  if (lines.length === 0) return [];
  const isNear = (atMs: number) => lines.some((line) => Math.abs(line.atMs - atMs) <= nearMs);
  const faults = facts.faults
    .flatMap(({ name: fault, fromMs, untilMs }) => [
      { atMs: fromMs, who: 'fault', what: `${fault}: begins` },
      { atMs: untilMs, who: 'fault', what: `${fault}: ends` },
    ])
    .filter(({ atMs }) => isNear(atMs));
  return [...lines, ...faults].sort((a, b) => a.atMs - b.atMs);
}
