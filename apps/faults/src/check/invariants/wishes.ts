import { bareAddress } from '@postroom/testkit';
import { acceptedAs, type ClientSend } from '../../facts/client-log.ts';
import type { RowFact } from '../../facts/facts.ts';
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

/** I16. What has a group is marketing mail: when its worker dies, it ends as a doubt that is held. */
export const unwantedIsSkipped: Check = (facts) =>
  eachWish(facts, ({ kind }, sendId) => {
    if (kind !== 'suppressed' && kind !== 'unsubscribed') return [];
    if (facts.ledgerOf(sendId).length > 0) return [aboutSend('I16', sendId, `is ${kind} and in the ledger`)];
    const row = facts.rowById.get(sendId);
    const isHeld = row?.failureClass === 'in_doubt' && row.lane === 'marketing';
    return row?.status === 'Skipped' || isHeld
      ? []
      : [aboutSend('I16', sendId, `is ${kind} and ${row?.status}`)];
  });

/** What is wrong with a send whose cancellation was answered so; null: nothing. */
function wrongAfterCancel(status: number, row: RowFact, isTaken: boolean): string | null {
  const isCanceled = row.status === 'Canceled';
  if (status === 409) return isCanceled ? 'was answered 409 and is Canceled' : null;
  if (status !== 200) return `its cancellation was answered ${status}`;
  if (!isCanceled) return `was canceled and is ${row.status}`;
  // One that was in doubt before may have been taken by an earlier attempt: its row says so.
  return isTaken && row.resends === 0 ? 'was canceled and is in the ledger' : null;
}

/** I17. A cancellation that was answered 409 came after the claim, and changes nothing. */
export const canceledIsNotSent: Check = (facts) =>
  eachWish(facts, ({ kind, cancel }, sendId) => {
    const row = facts.rowById.get(sendId);
    if (row === undefined) return [];
    if (kind !== 'canceled')
      return row.status === 'Canceled'
        ? [aboutSend('I17', sendId, 'is Canceled and nobody asked for it')]
        : [];
    if (cancel === null) return [];
    const wrong = wrongAfterCancel(cancel.status, row, facts.ledgerOf(sendId).length > 0);
    return wrong === null ? [] : [aboutSend('I17', sendId, wrong)];
  });

/** I18. */
export const nothingIsEarly: Check = (facts) =>
  eachWish(facts, ({ scheduledAtMs }, sendId) => {
    if (scheduledAtMs === null) return [];
    const early = facts.ledgerOf(sendId).find(({ at }) => at < scheduledAtMs);
    if (early === undefined) return [];
    return [aboutSend('I18', sendId, `went out ${Math.round(scheduledAtMs - early.at)} ms before its time`)];
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
    const wanted = wishBySend.get(sendId)?.recipients;
    if (wanted === undefined) return [];
    const got = [...to, ...cc, ...bcc].map((text) => bareAddress(text).toLowerCase()).sort();
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
