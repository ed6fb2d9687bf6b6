import { isDefinite } from '../../nouns/client-log.ts';
import { brokenMsOf } from '../../nouns/facts.ts';
import { pauseBounds, settleBounds } from '../../nouns/timing.ts';
import { type IndexedFacts, nameOfKey } from '../index-facts.ts';
import { aboutKey, aboutRun, aboutSend, type Check } from '../violation.ts';

const terminal: readonly string[] = ['Sent', 'Failed', 'Skipped', 'Canceled'];

/** Whether a send has come to its end. */
export const isAtEnd = ({ status }: { readonly status: string }): boolean => terminal.includes(status);

/** What a backlog takes at the rate that SES allows, with room for a start from a slower pace. */
const drainMs = ({ openAtQuiet, ratePerSecond }: IndexedFacts): number =>
  5_000 + (openAtQuiet.length / ratePerSecond) * 1_500;

/**
 * Whether a doubt that stood when the faults had stopped ended by its window: SES had nothing of that attempt to report.
 * Whatever it reported later is about another one.
 */
const wasSentAgainSince = ({ changesOf, quietAtMs }: IndexedFacts, id: string): boolean => {
  const changes = changesOf(id);
  const before = changes.findLast(({ atMs }) => atMs <= quietAtMs);
  return before !== undefined && (changes.at(-1)?.resends ?? 0) > before.resends;
};

/** How long the doubt of a send, if there was one, or the loss of its job may take. */
function settleBound(facts: IndexedFacts, id: string): number {
  const bounds = settleBounds(facts.timing);
  const isInDoubt = facts.attemptsOf(id).some(({ outcome }) => outcome === 'in_doubt');
  if (!isInDoubt) return bounds.jobLost;
  if (wasSentAgainSince(facts, id)) return bounds.unreported;
  return facts.eventsOf(id).length > 0 && facts.ledgerOf(id).length === 1
    ? bounds.reported
    : bounds.unreported;
}

/** What SES answers when it takes nothing from anybody for a while. */
const holding: readonly string[] = [
  'quotaSpent',
  'paused',
  'suspended',
  'credentials',
  'LimitExceededException',
  'SendingPausedException',
  'AccountSuspendedException',
];

/** How long sends may pause by themselves: only what was broken in this run can be their reason. */
function pausesOf(facts: IndexedFacts): (id: string) => number {
  const bounds = pauseBounds(brokenMsOf(facts.faults));
  const isHeld = facts.arrivals.some(({ outcome }) => outcome !== null && holding.includes(outcome));
  return (id) => {
    const isPutOff = facts.attemptsOf(id).some(({ outcome, isSpent }) => outcome === 'retry' && isSpent);
    return Math.max(isHeld ? bounds.hold : 0, isPutOff ? bounds.backOff : 0);
  };
}

/** When a send was due: when the faults had stopped, or at the time that its client gave it. */
function dueAt(facts: IndexedFacts, id: string): number {
  const row = facts.rowById.get(id);
  const scheduledAtMs = row === undefined ? null : (facts.wishOfRow(row)?.scheduledAtMs ?? null);
  return Math.max(facts.quietAtMs, scheduledAtMs ?? 0);
}

/** I3. What a row says of its own time counts for nothing: that is what is looked at. */
export const everythingSettles: Check = (facts) => {
  const { rows, openAtQuiet, isClockJudged } = facts;
  const pauseOf = pausesOf(facts);
  const unsettled = rows
    .filter((row) => !isAtEnd(row))
    .map(({ id, status, isInDoubt }) =>
      aboutSend('I3', id, `is still ${status}${isInDoubt ? ', in doubt' : ''}`),
    );
  if (!isClockJudged) return unsettled;
  const late = openAtQuiet.flatMap(({ id }) => {
    const end = facts.changesOf(id).at(-1);
    if (end === undefined || !isAtEnd(end)) return [];
    const withinMs = settleBound(facts, id) + pauseOf(id) + drainMs(facts);
    const tookMs = end.atMs - dueAt(facts, id);
    if (tookMs <= withinMs) return [];
    return [
      aboutSend('I3', id, `took ${Math.round(tookMs)} ms to its end, ${Math.round(withinMs)} are allowed`),
    ];
  });
  return [...unsettled, ...late];
};

/** I21, where a scenario asks for it: from its row to SES, without anything in its way. */
export const nothingWaitsForOthers: Check = ({ rows, wishBySend, ledgerOf, expects, isClockJudged }) => {
  const { sendsWithinMs: allowedMs } = expects;
  if (allowedMs === null || !isClockJudged) return [];
  return rows.flatMap(({ id, createdAtMs }) => {
    const wish = wishBySend.get(id);
    const [entry] = ledgerOf(id);
    if (wish === undefined || wish.scheduledAtMs !== null || entry === undefined) return [];
    const tookMs = entry.at - createdAtMs;
    return tookMs > allowedMs
      ? [aboutSend('I21', id, `took ${Math.round(tookMs)} ms to SES, ${allowedMs} are allowed`)]
      : [];
  });
};

type Requests = Pick<IndexedFacts, 'requests' | 'faults'>;

const isDuring = (faults: Requests['faults'], atMs: number) =>
  faults.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs);

/** Requests that were made while a fault lasted. */
export const requestsDuringFaults = ({ requests, faults }: Requests) =>
  requests.filter(({ atMs }) => isDuring(faults, atMs));

const slowestOf = (requests: Requests['requests']) => Math.max(0, ...requests.map(({ ms }) => ms));

/** Whoever asks long enough is told. */
export const everyoneIsAnswered: Check = ({ sends }) =>
  sends
    .filter((wish) => !isDefinite(wish))
    .map((wish) => aboutKey('answers', nameOfKey(wish), 'never got a definite answer'));

/** The API's part while something else is broken. */
export const apiAnswers: Check = (facts) => {
  const { answersWithinMs: allowedMs } = facts.expects;
  if (allowedMs === null) return [];
  const during = requestsDuringFaults(facts);
  const unanswered = during.filter(({ status }) => status === null || status >= 500);
  const slow = facts.isClockJudged ? during.filter(({ ms }) => ms > allowedMs) : [];
  return [
    ...(unanswered.length > 0
      ? [aboutRun('answers', `${unanswered.length} of ${during.length} requests got no answer, or a 5xx`)]
      : []),
    ...(slow.length > 0
      ? [
          aboutRun(
            'answers',
            `${slow.length} of ${during.length} requests took longer than ${allowedMs} ms, the longest ${Math.round(slowestOf(during))}`,
          ),
        ]
      : []),
  ];
};

/**
 * How soon after each fault SES got mail again, in milliseconds; null: it never did, or another fault began before it
 * did, `calmMs` after this one.
 */
export const mailAgainAfter = ({ faults, ledger }: Pick<IndexedFacts, 'faults' | 'ledger'>) =>
  faults.map((fault) => {
    const mail = ledger.find(({ at }) => at >= fault.untilMs)?.at ?? Number.POSITIVE_INFINITY;
    const others = faults.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs >= fault.untilMs);
    const calmMs = Math.min(...others) - fault.untilMs;
    const ms = mail - fault.untilMs;
    return { fault, calmMs, ms: ms > calmMs || !Number.isFinite(ms) ? null : ms };
  });

/** After a fault that stopped everything, mail goes out again soon. */
export const mailGoesOutAgain: Check = (facts) => {
  const { mailAgainWithinMs: allowedMs } = facts.expects;
  if (allowedMs === null || !facts.isClockJudged) return [];
  return mailAgainAfter(facts).flatMap(({ fault, ms, calmMs }) => {
    const isInTime = ms !== null && ms <= allowedMs;
    // Nothing may have been left to send by then, or too little time until the next fault.
    if (isInTime || (ms === null && (calmMs <= allowedMs || !Number.isFinite(calmMs)))) return [];
    const after = ms === null ? `not in ${Math.round(calmMs)} ms` : `after ${Math.round(ms)} ms`;
    return [aboutRun('recovery', `${fault.name}: mail again ${after}, ${allowedMs} are allowed`)];
  });
};
