import { bareAddress } from '@postroom/servers';
import { acceptedAs, type ClientSend, isToErased } from '../../nouns/client-log.ts';
import type { RowFact } from '../../nouns/facts.ts';
import { clockSlackMs, isRightlyCanceled, isRightlyGivenUp } from '../doubts.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { aboutSend, type Check, type Violation } from '../violation.ts';

/** Looks at each accepted wish together with its send. */
const eachWish = (
  { sends }: IndexedFacts,
  look: (wish: ClientSend, sendId: string) => readonly Violation[],
): readonly Violation[] =>
  sends.flatMap((wish) => {
    const sendId = acceptedAs(wish);
    return sendId === null || wish.kind === 'reused' ? [] : look(wish, sendId);
  });

/** Whether a send was unwanted before it could be claimed: from the beginning, or as was answered before its time. */
function isUnwanted({ kind, refusal, scheduledAtMs }: ClientSend): boolean {
  if (kind === 'suppressed' || kind === 'unsubscribed') return true;
  if (refusal === null || scheduledAtMs === null || refusal.status >= 300) return false;
  return refusal.atMs + refusal.ms + clockSlackMs < scheduledAtMs;
}

/** I16. What has a group is marketing mail: when its worker dies, it ends as a doubt that is held. */
export const unwantedIsSkipped: Check = (facts) =>
  eachWish(facts, (wish, sendId) => {
    const { kind } = wish;
    if (!isUnwanted(wish)) return [];
    if (facts.ledgerOf(sendId).length > 0) return [aboutSend('I16', sendId, `is ${kind} and in the ledger`)];
    const row = facts.rowById.get(sendId);
    const isHeld = row?.lane === 'marketing' && isRightlyGivenUp(facts, row);
    return row?.status === 'Skipped' || isHeld
      ? []
      : [aboutSend('I16', sendId, `is ${kind} and ${row?.status}`)];
  });

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

/** I17. A cancellation that was answered 409 came after the claim, and changes nothing. */
export const canceledIsNotSent: Check = (facts) =>
  eachWish(facts, (wish, sendId) => {
    const row = facts.rowById.get(sendId);
    if (row === undefined) return [];
    if (wish.kind !== 'canceled' && row.status === 'Canceled') {
      if (!isToErased(wish)) return [aboutSend('I17', sendId, 'is Canceled and nobody asked for it')];
      return isRightlyCanceled(facts, row)
        ? []
        : [aboutSend('I17', sendId, 'was canceled, its person being erased, and is in the ledger')];
    }
    if (wish.kind !== 'canceled') return [];
    const wrong = wrongAfterCancel(facts, wish, row);
    return wrong === null ? [] : [aboutSend('I17', sendId, wrong)];
  });

/** I18: neither claimed nor given to SES. */
export const nothingIsEarly: Check = (facts) =>
  eachWish(facts, ({ scheduledAtMs }, sendId) => {
    if (scheduledAtMs === null) return [];
    const firstMs = Math.min(
      ...facts.attemptsOf(sendId).map(({ startedAtMs }) => startedAtMs + clockSlackMs),
      ...facts.ledgerOf(sendId).map(({ at }) => at),
    );
    if (firstMs >= scheduledAtMs) return [];
    return [
      aboutSend('I18', sendId, `was in hand ${Math.round(scheduledAtMs - firstMs)} ms before its time`),
    ];
  });

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const breaking = /[\r\n\u0000]/;

/** I20. */
export const messagesAreAsAsked: Check = ({ ledger, headers, wishBySend }) =>
  ledger.flatMap((entry) => {
    const { sendId, seq, from, to, cc, bcc, subject } = entry;
    if (sendId === null) return [];
    const texts = [
      from,
      subject,
      ...to,
      ...cc,
      ...bcc,
      ...(headers.get(seq) ?? []).flatMap(({ name, value }) => [name, value]),
    ];
    if (texts.some((text) => breaking.test(text)))
      return [aboutSend('I20', sendId, 'has a line break or a NUL in a header')];
    const wish = wishBySend.get(sendId);
    if (wish === undefined) return [];
    const { recipients, erasure } = wish;
    const got = [...to, ...cc, ...bcc].map((text) => bareAddress(text).toLowerCase()).sort();
    // Whoever was erased from the copies meanwhile gets none.
    const isWithout = erasure?.is === 'copy' && !got.includes(erasure.email);
    const wanted = isWithout ? recipients.filter((email) => email !== erasure.email) : recipients;
    return got.join() === [...wanted].sort().join()
      ? []
      : [
          aboutSend(
            'I20',
            sendId,
            `went to ${got.length} recipients that are not the ${wanted.length} asked for`,
          ),
        ];
  });

/** I11, as SES sees it: each workspace has a sender of its own, and each send a subject that names the two. */
export const messagesAreOfTheirSends: Check = ({ ledger, wishBySend }) =>
  ledger.flatMap(({ sendId, from, subject }) => {
    const wish = sendId === null ? undefined : wishBySend.get(sendId);
    if (sendId === null || wish === undefined) return [];
    if (bareAddress(from).toLowerCase() !== wish.from)
      return [aboutSend('I11', sendId, 'went out from a sender that is not the one of its workspace')];
    const isAsAsked = wish.kind === 'hostile' ? subject.startsWith(wish.subject) : subject === wish.subject;
    return isAsAsked ? [] : [aboutSend('I11', sendId, 'went out under a subject that is not its own')];
  });

const rankOf: Readonly<Record<string, number>> = { delayed: 1, delivered: 2, bounced: 3, complained: 4 };
const deliveryOf: Readonly<Record<string, string>> = {
  delay: 'delayed',
  delivery: 'delivered',
  bounce: 'bounced',
  complaint: 'complained',
};

/** I19: the worst that any stored event says; and where no event is lost, the one that the recipient's mailbox gives. */
export const deliveryFitsEvents: Check = (facts) =>
  facts.rows.flatMap((row) => {
    if (row.simulated) return [];
    const said = facts
      .eventsOf(row.id)
      .filter(({ type, isPermanentBounce }) => type !== 'bounce' || isPermanentBounce)
      .map(({ type }) => deliveryOf[type])
      .filter((delivery) => delivery !== undefined)
      .sort((a, b) => (rankOf[b] ?? 0) - (rankOf[a] ?? 0));
    const [worst = null] = said;
    if (row.delivery !== worst)
      return [aboutSend('I19', row.id, `its delivery is ${row.delivery}, and its events say ${worst}`)];
    if (!facts.expects.areEventsComplete || row.status !== 'Sent') return [];
    const kind = facts.wishBySend.get(row.id)?.kind;
    const mailbox = kind === 'bounced' || kind === 'complained' ? kind : 'delivered';
    return worst === mailbox
      ? []
      : [aboutSend('I19', row.id, `its delivery is ${worst}, and its mailbox was ${mailbox}`)];
  });
