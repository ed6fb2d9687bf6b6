import { isDefinite } from '../../nouns/client-log.ts';
import { brokenMsOf } from '../../nouns/facts.ts';
import { pauseBounds, settleBounds } from '../../nouns/timing.ts';
import { type IndexedFacts, isAtEnd, nameOfKey } from '../index-facts.ts';
import { aboutKey, aboutRun, aboutSend, type Check } from '../violation.ts';
import { mailAgainAfter, requestsDuringFaults } from '../while-broken.ts';

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
export const everythingSettles: Check = function* (facts) {
  for (const { id, status, isInDoubt } of facts.rows) {
    if (!isAtEnd({ status })) yield aboutSend('I3', id, `is still ${status}${isInDoubt ? ', in doubt' : ''}`);
  }
  if (!facts.isClockJudged) return;
  const pauseOf = pausesOf(facts);
  for (const { id } of facts.openAtQuiet) {
    const end = facts.changesOf(id).at(-1);
    if (end === undefined || !isAtEnd(end)) continue;
    const withinMs = settleBound(facts, id) + pauseOf(id) + drainMs(facts);
    const tookMs = end.atMs - dueAt(facts, id);
    if (tookMs > withinMs)
      yield aboutSend(
        'I3',
        id,
        `took ${Math.round(tookMs)} ms to its end, ${Math.round(withinMs)} are allowed`,
      );
  }
};

/** I21, where a scenario asks for it: from its row to SES, without anything in its way. */
export const nothingWaitsForOthers: Check = function* ({
  rows,
  wishBySend,
  ledgerOf,
  expects,
  isClockJudged,
}) {
  const { sendsWithinMs: allowedMs } = expects;
  if (allowedMs === null || !isClockJudged) return;
  for (const { id, createdAtMs } of rows) {
    const [entry] = ledgerOf(id);
    if (wishBySend.get(id)?.scheduledAtMs !== null || entry === undefined) continue;
    const tookMs = entry.at - createdAtMs;
    if (tookMs > allowedMs)
      yield aboutSend('I21', id, `took ${Math.round(tookMs)} ms to SES, ${allowedMs} are allowed`);
  }
};

/** Whoever asks long enough is told. */
export const everyoneIsAnswered: Check = function* ({ sends }) {
  for (const wish of sends)
    if (!isDefinite(wish)) yield aboutKey('answers', nameOfKey(wish), 'never got a definite answer');
};

/** The API's part while something else is broken. */
export const apiAnswers: Check = function* (facts) {
  const { answersWithinMs: allowedMs } = facts.expects;
  if (allowedMs === null) return;
  const during = requestsDuringFaults(facts);
  const unanswered = during.filter(({ status }) => status === null || status >= 500);
  if (unanswered.length > 0) {
    const what = `${unanswered.length} of ${during.length} requests got no answer, or a 5xx`;
    yield aboutRun('answers', what);
  }
  const slow = facts.isClockJudged ? during.filter(({ ms }) => ms > allowedMs) : [];
  if (slow.length > 0) {
    const longest = Math.round(Math.max(...slow.map(({ ms }) => ms)));
    const what = `${slow.length} of ${during.length} requests took longer than ${allowedMs} ms, the longest ${longest}`;
    yield aboutRun('answers', what);
  }
};

/** After a fault that stopped everything, mail goes out again soon. */
export const mailGoesOutAgain: Check = function* (facts) {
  const { mailAgainWithinMs: allowedMs } = facts.expects;
  if (allowedMs === null || !facts.isClockJudged) return;
  for (const { fault, ms, calmMs } of mailAgainAfter(facts)) {
    // Nothing may have been left to send by then, or too little time until the next fault.
    const isExcused = ms === null && (calmMs <= allowedMs || !Number.isFinite(calmMs));
    if (isExcused || (ms !== null && ms <= allowedMs)) continue;
    const after = ms === null ? `not in ${Math.round(calmMs)} ms` : `after ${Math.round(ms)} ms`;
    yield aboutRun('recovery', `${fault.name}: mail again ${after}, ${allowedMs} are allowed`);
  }
};
