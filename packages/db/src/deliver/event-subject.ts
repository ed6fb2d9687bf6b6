import { addressKey, parseEmail } from '@postroom/contracts';
import {
  type DeliveryFact,
  erasedEmail,
  meaningOf,
  type Notice,
  noticeOfEvent,
  type ProviderEvent,
} from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';
import { lowered } from '../lowered.ts';

type Listed = readonly { readonly email: string }[] | null;

/** Whom a send went to, and whose it is, as far as an event may be about it. */
export type EventSubject = {
  readonly workspace_id: string;
  readonly simulated: boolean;
  readonly is_erased: boolean;
  /** It has come to the end that nothing changes: no event settles it. */
  readonly is_sent: boolean;
  readonly sender_profile_id: string | null;
  readonly from_domain: string;
  readonly lane: string;
  readonly subscription_group_id: string | null;
  readonly profile_id: string | null;
  readonly to_email: string;
  readonly to_key: string;
  readonly to_others: Listed;
  readonly cc: Listed;
  readonly bcc: Listed;
};

/** The sends that events are about, by id; those that are not known are not there. */
export async function findSubjects(
  sql: Sql,
  sendIds: readonly string[],
): Promise<ReadonlyMap<string, EventSubject>> {
  const rows = await sql.query<EventSubject & { readonly id: string }>`
    /* find_event_subjects */
    SELECT s.* FROM ${each(Prisma.sql`${sendIds}::uuid[]`)} AS w(id) CROSS JOIN LATERAL (
      SELECT id, workspace_id, simulated, erased_at IS NOT NULL AS is_erased, status = 'Sent' AS is_sent,
        sender_profile_id,
        ${lowered(Prisma.sql`substring(from_email FROM '[^@]*$')`)} AS from_domain, lane::text, subscription_group_id, profile_id,
        to_email, to_key, to_others, cc, bcc
      FROM email_sends WHERE id = w.id OFFSET 0) s`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** The compared form of an address that somebody else wrote: SES may give a domain in Unicode or in capitals. */
export function keyOf(address: string): string {
  const parsed = parseEmail(address);
  return addressKey(parsed.kind === 'ok' ? parsed.value : address.trim());
}

/** Who of a send's recipients an address is, without saying the address: `to`, `to[1]`, `cc[0]`, or `other`. */
function roleOf(address: string, { to_key, to_others, cc }: EventSubject): string {
  const key = keyOf(address);
  if (key === to_key) return 'to';
  const isIt = ({ email }: { readonly email: string }) => addressKey(email) === key;
  const other = to_others?.findIndex(isIt) ?? -1;
  if (other >= 0) return `to[${other + 1}]`;
  const copy = cc?.findIndex(isIt) ?? -1;
  return copy >= 0 ? `cc[${copy}]` : 'other';
}

/** What tells whether there was anybody else; a list is null where there was none. */
type Alone = Pick<EventSubject, 'is_erased' | 'to_key'> & {
  readonly [list in 'to_others' | 'cc' | 'bcc']: unknown;
};

/**
 * Whether a send went to its primary recipient and to nobody else, so that any address is theirs. Where somebody else was erased
 * it may be that person's: a list that they left empty was not always told from none.
 */
export const isToOne = ({ to_others, cc, bcc, is_erased, to_key }: Alone): boolean =>
  to_others === null && cc === null && bcc === null && (!is_erased || to_key === erasedKey);

/** The same of a row of `email_sends`. */
export const isToOneRow = Prisma.sql`(to_others IS NULL AND cc IS NULL AND bcc IS NULL
  AND (erased_at IS NULL OR to_key = ${erasedKey}))`;

/** The same as `roleOf` but where there is nobody else: an address that theirs was forwarded to is the primary recipient's. */
const placeOf = (address: string, subject: EventSubject): string =>
  isToOne(subject) ? 'to' : roleOf(address, subject);

/**
 * Whether an event is about one recipient of a send, the primary one unless told. One that names nobody is about the primary
 * one, and so is any of a send that went to nobody else, whatever address the mailbox was forwarded to.
 */
function isAbout(event: ProviderEvent, subject: EventSubject, wanted = subject.to_key): boolean {
  if (event.recipients.length === 0 || isToOne(subject)) return true;
  return event.recipients.some((address) => keyOf(address) === wanted);
}

/**
 * By whom the delivery of a send is decided: the primary recipient, and where the message went without them, the first of those
 * whom others may hear of that it went to.
 */
function decidingKey({ sentTo = [] }: ProviderEvent, subject: EventSubject): string {
  const { to_key, to_others, cc } = subject;
  if (sentTo.length === 0 || to_key === erasedKey || isToOne(subject)) return to_key;
  const went = new Set(sentTo.map(keyOf));
  const keysOf = (list: Listed) => (list ?? []).map(({ email }) => addressKey(email));
  const all = [to_key, ...keysOf(to_others), ...keysOf(cc)];
  const first = all.find((key) => went.has(key));
  if (first === undefined) return to_key;
  // Somebody whom it went to is known no more: it may have been for them to decide, and is for nobody after them.
  const erasedAt = all.indexOf(addressKey(erasedEmail));
  const isBehindErased = erasedAt >= 0 && erasedAt < all.indexOf(first);
  const known = new Set([...all, ...keysOf(subject.bcc)]);
  return isBehindErased && [...went].some((key) => !known.has(key)) ? erasedKey : first;
}

/** What an event says of the delivery of its send, or null for nothing. */
export function factOf(event: ProviderEvent, subject: EventSubject): DeliveryFact | null {
  return isAbout(event, subject, decidingKey(event, subject)) ? meaningOf(event).delivery : null;
}

/** What is kept of an event: what it says of each recipient, with their places in the send and not their addresses. */
export function detailOf(event: ProviderEvent, subject: EventSubject): Readonly<Record<string, unknown>> {
  const reports = (event.reports ?? []).map(({ email, ...said }) => ({
    recipient: placeOf(email, subject),
    ...said,
  }));
  const told = reports.find(({ recipient }) => recipient === 'to') ?? reports[0];
  // That an event is about the primary recipient goes without saying.
  const isWorthTelling = reports.some(
    (report) => report.recipient !== 'to' || Object.keys(report).length > 1,
  );
  return {
    ...event.detail,
    ...(told?.diagnostic === undefined ? {} : { diagnostic: told.diagnostic }),
    ...(meaningOf(event).isByProvider ? { provider: true } : {}),
    ...(isWorthTelling ? { recipients: reports } : {}),
    ...(event.attempt === null ? {} : { attempt: event.attempt }),
  };
}

/** Who of a send's recipients an event is about, by their places in it, as `roleOf` says them; `to` goes without saying. */
function placesOf(event: ProviderEvent, subject: EventSubject): readonly string[] {
  if (isAbout(event, subject)) return ['to'];
  return [...new Set(event.recipients.map((address) => roleOf(address, subject)))];
}

/**
 * What is told of an event, or null. Nothing is of one that is about copies alone of whom nobody may hear, and the places of
 * other recipients are told with it: of whom it is, a receiver would not guess.
 */
export function toldOf(event: ProviderEvent, subject: EventSubject): Notice | null {
  const places = placesOf(event, subject).filter((place) => place !== 'other');
  if (places.length === 0) return null;
  const reports = event.reports ?? [];
  const report = reports.find(({ email }) => places.includes(placeOf(email, subject))) ?? reports[0];
  const notice = noticeOfEvent(event, report?.diagnostic);
  if (notice === null || places.includes('to')) return notice;
  return { ...notice, facts: { ...notice.facts, recipients: places.slice(0, 50) } };
}
