import { bareAddress } from '@postroom/servers';
import { type ClientSend, isToErased } from '../../nouns/client-log.ts';
import type { RowFact } from '../../nouns/facts.ts';
import { clockSlackMs, isRightlyCanceled, isRightlyGivenUp } from '../doubts.ts';
import { acceptedWishes, type IndexedFacts } from '../index-facts.ts';
import { aboutSend, type Check } from '../violation.ts';

/** Whether a send was unwanted before it could be claimed: from the beginning, or as was answered before its time. */
function isUnwanted({ kind, refusal, scheduledAtMs }: ClientSend): boolean {
  if (kind === 'suppressed' || kind === 'unsubscribed') return true;
  if (refusal === null || scheduledAtMs === null || refusal.status >= 300) return false;
  return refusal.atMs + refusal.ms + clockSlackMs < scheduledAtMs;
}

/** I16. What has a group is marketing mail: when its worker dies, it ends as a doubt that is held. */
export const unwantedIsSkipped: Check = function* (facts) {
  for (const [wish, sendId] of acceptedWishes(facts.sends)) {
    if (!isUnwanted(wish)) continue;
    const row = facts.rowById.get(sendId);
    const isHeld = row?.lane === 'marketing' && isRightlyGivenUp(facts, row);
    if (facts.ledgerOf(sendId).length > 0)
      yield aboutSend('I16', sendId, `is ${wish.kind} and in the ledger`);
    else if (row?.status !== 'Skipped' && !isHeld)
      yield aboutSend('I16', sendId, `is ${wish.kind} and ${row?.status}`);
  }
};

/** Whether a send had been claimed, or was at its end, when its client was told that it is too late to cancel it. */
function wasTooLate(facts: IndexedFacts, { scheduledAtMs }: ClientSend, row: RowFact, toldAtMs: number) {
  const byMs = toldAtMs + clockSlackMs;
  if (scheduledAtMs !== null && byMs < scheduledAtMs) return false;
  const changes = facts.changesOf(row.id);
  return changes.length === 0
    ? facts.attemptsOf(row.id).some(({ startedAtMs }) => startedAtMs <= byMs)
    : changes.some(({ status, atMs }) => status !== 'Scheduled' && status !== 'Queued' && atMs <= byMs);
}

/** What is wrong with a send whose cancellation was answered; null: nothing. */
function wrongAfterCancel(facts: IndexedFacts, wish: ClientSend, row: RowFact): string | null {
  if (wish.cancel === null) return null;
  const { status, atMs, ms } = wish.cancel;
  const isCanceled = row.status === 'Canceled';
  if (status === 409 && isCanceled) return 'was answered 409 and is Canceled';
  if (status === 409)
    return wasTooLate(facts, wish, row, atMs + ms) ? null : 'was answered 409 before it was claimed';
  if (status !== 200) return `its cancellation was answered ${status}`;
  if (!isCanceled) return `was canceled and is ${row.status}`;
  return isRightlyCanceled(facts, row) ? null : 'was canceled and is in the ledger';
}

/** What is wrong with a send that nobody canceled and that is Canceled all the same; null: nothing. */
function wrongWithoutCancel(facts: IndexedFacts, wish: ClientSend, row: RowFact): string | null {
  if (row.status !== 'Canceled') return null;
  if (!isToErased(wish)) return 'is Canceled and nobody asked for it';
  return isRightlyCanceled(facts, row) ? null : 'was canceled, its person being erased, and is in the ledger';
}

/** I17. A cancellation that was answered 409 came after the claim, and changes nothing. */
export const canceledIsNotSent: Check = function* (facts) {
  for (const [wish, sendId] of acceptedWishes(facts.sends)) {
    const row = facts.rowById.get(sendId);
    if (row === undefined) continue;
    const wrong = (wish.kind === 'canceled' ? wrongAfterCancel : wrongWithoutCancel)(facts, wish, row);
    if (wrong !== null) yield aboutSend('I17', sendId, wrong);
  }
};

/** I18: neither claimed nor given to SES. */
export const nothingIsEarly: Check = function* (facts) {
  for (const [{ scheduledAtMs }, sendId] of acceptedWishes(facts.sends)) {
    if (scheduledAtMs === null) continue;
    const firstMs = Math.min(
      ...facts.attemptsOf(sendId).map(({ startedAtMs }) => startedAtMs + clockSlackMs),
      ...facts.ledgerOf(sendId).map(({ at }) => at),
    );
    const earlyMs = Math.round(scheduledAtMs - firstMs);
    if (firstMs < scheduledAtMs) yield aboutSend('I18', sendId, `was in hand ${earlyMs} ms before its time`);
  }
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const breaking = /[\r\n\u0000]/;

/** Who has to get a message that went to these: whoever was erased from the copies meanwhile gets none. */
const wantedBy = ({ recipients, erasure }: ClientSend, got: readonly string[]) =>
  erasure?.is === 'copy' && !got.includes(erasure.email)
    ? recipients.filter((email) => email !== erasure.email)
    : recipients;

/** I20. */
export const messagesAreAsAsked: Check = function* ({ ledger, headers, wishBySend }) {
  for (const { sendId, seq, from, to, cc, bcc, subject } of ledger) {
    const wish = wishBySend.get(sendId ?? '');
    const all = [...to, ...cc, ...bcc];
    const texts = (headers.get(seq) ?? []).flatMap(({ name, value }) => [name, value]);
    const got = all.map((text) => bareAddress(text).toLowerCase()).sort();
    const wanted = wish === undefined ? got : wantedBy(wish, got);
    if (sendId === null) continue;
    if ([from, subject, ...all, ...texts].some((text) => breaking.test(text)))
      yield aboutSend('I20', sendId, 'has a line break or a NUL in a header');
    else if (got.join() !== [...wanted].sort().join()) {
      const what = `went to ${got.length} recipients that are not the ${wanted.length} asked for`;
      yield aboutSend('I20', sendId, what);
    }
  }
};

/** I11, as SES sees it: each workspace has a sender of its own, and each send a subject that names the two. */
export const messagesAreOfTheirSends: Check = function* ({ ledger, wishBySend }) {
  for (const { sendId, from, subject } of ledger) {
    const wish = wishBySend.get(sendId ?? '');
    if (sendId === null || wish === undefined) continue;
    const isAsAsked = wish.kind === 'hostile' ? subject.startsWith(wish.subject) : subject === wish.subject;
    if (bareAddress(from).toLowerCase() !== wish.from)
      yield aboutSend('I11', sendId, 'went out from a sender that is not the one of its workspace');
    else if (!isAsAsked) yield aboutSend('I11', sendId, 'went out under a subject that is not its own');
  }
};

const rankOf: Readonly<Record<string, number>> = { delayed: 1, delivered: 2, bounced: 3, complained: 4 };
const deliveryOf: Readonly<Record<string, string>> = {
  delay: 'delayed',
  delivery: 'delivered',
  bounce: 'bounced',
  complaint: 'complained',
};

/** I19: the worst that any stored event says; and where no event is lost, the one that the recipient's mailbox gives. */
export const deliveryFitsEvents: Check = function* (facts) {
  for (const { id, status, delivery, simulated } of facts.rows) {
    if (simulated) continue;
    const said = facts
      .eventsOf(id)
      .filter(({ type, isPermanentBounce }) => type !== 'bounce' || isPermanentBounce)
      .flatMap(({ type }) => deliveryOf[type] ?? [])
      .sort((a, b) => (rankOf[b] ?? 0) - (rankOf[a] ?? 0));
    const [worst = null] = said;
    const kind = facts.wishBySend.get(id)?.kind;
    const mailbox = kind === 'bounced' || kind === 'complained' ? kind : 'delivered';
    if (delivery !== worst)
      yield aboutSend('I19', id, `its delivery is ${delivery}, and its events say ${worst}`);
    else if (facts.expects.areEventsComplete && status === 'Sent' && worst !== mailbox)
      yield aboutSend('I19', id, `its delivery is ${worst}, and its mailbox was ${mailbox}`);
  }
};
