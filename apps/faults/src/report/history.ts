import { type IndexedFacts, nameOfKey } from '../check/index-facts.ts';
import type { Violation } from '../check/violation.ts';
import type { ClientSend, ClientTry } from '../nouns/client-log.ts';
import type { RowFact } from '../nouns/facts.ts';

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

const answeredAs = (what: string, answer: ClientSend['cancel']): HistoryLine[] =>
  answer === null
    ? []
    : [
        {
          atMs: answer.atMs,
          who: 'client',
          what: `${what}, after ${Math.round(answer.ms)} ms answered ${answer.status}`,
        },
      ];

const clientLines = (wishes: readonly ClientSend[]): HistoryLine[] =>
  wishes.flatMap(({ kind, tries, cancel, refusal, erasure }) => [
    ...tries.map((one) => ({
      atMs: one.atMs,
      who: 'client',
      what: `asked (${kind}), after ${Math.round(one.ms)} ms ${triedAs(one)}`,
    })),
    ...answeredAs('canceled', cancel),
    ...answeredAs('unwanted', refusal),
    ...answeredAs(`erased (the ${erasure?.is})`, erasure?.answered ?? null),
  ]);

/** How a row stands in the end, told when it was made: a database that notes no changes tells nothing else of it. */
const rowLine = ({ createdAtMs, ...row }: RowFact): HistoryLine => ({
  atMs: createdAtMs,
  who: 'row',
  what:
    `made under ${nameOfKey(row)}; in the end ${row.status}, delivery ${row.delivery ?? 'unknown'}, ` +
    `attempts ${row.attempts}, ${row.failureClass ?? 'no failure'} ${row.failureMessage ?? ''}`.trimEnd(),
});

function sendLines(facts: IndexedFacts, id: string): HistoryLine[] {
  const row = facts.rowById.get(id);
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
  const events = facts.eventsOf(id).map(({ receivedAtMs, type, sourceId, attempt }) => ({
    atMs: receivedAtMs,
    who: 'event',
    what: `${type} of attempt ${attempt ?? 'unknown'} (${sourceId})`,
  }));
  const ledger = facts.ledgerOf(id).map(({ at, seq, attempt, fault, messageId }) => ({
    atMs: at,
    who: 'SES',
    what:
      `took attempt ${attempt} as entry ${seq}${fault === null ? '' : `, then ${fault}`}` +
      `${facts.unreported.has(messageId) ? '; every event of it is lost' : ''}`,
  }));
  const made = row === undefined ? [] : [rowLine(row)];
  return [...made, ...changes, ...attempts, ...events, ...ledger];
}

/** Faults that begin or end so close to something that happened to a send stand in its history, in milliseconds. */
const nearMs = 3_000;

/** Every send that a key ever stood for: that of the violation, those of the key's rows, and those that clients were told. */
function idsOf(facts: IndexedFacts, sendId: string | null, wishes: readonly ClientSend[], name: string) {
  const rows = facts.rowsByKey.get(name) ?? [];
  const told = wishes.flatMap(({ tries }) =>
    tries.flatMap((one) => (one.kind === 'accepted' ? [one.sendId] : [])),
  );
  return [...new Set([...(sendId === null ? [] : [sendId]), ...rows.map(({ id }) => id), ...told])];
}

/**
 * Everything that is known about the send or the key of a violation, in the order of time, with the faults around it:
 * what clients said, and the story of each send that the key ever stood for.
 */
export function historyOf(facts: IndexedFacts, { sendId, key }: Violation): readonly HistoryLine[] {
  const row = sendId === null ? undefined : facts.rowById.get(sendId);
  const name = key ?? (row === undefined ? '' : nameOfKey(row));
  const wishes = facts.sends.filter((wish) => nameOfKey(wish) === name);
  const ids = idsOf(facts, sendId, wishes, name);
  const lines = [
    ...clientLines(wishes),
    ...ids.flatMap((id) =>
      sendLines(facts, id).map((line) =>
        ids.length === 1 ? line : { ...line, what: `${id}: ${line.what}` },
      ),
    ),
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
