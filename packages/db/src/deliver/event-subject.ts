import { addressKey, parseEmail } from '@postroom/contracts';
import { type DeliveryFact, meaningOf, type ProviderEvent } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** Whom a send went to, as far as an event may be about one of them. */
export type EventSubject = {
  readonly workspace_id: string;
  readonly to_key: string;
  readonly to_others: readonly { readonly email: string }[] | null;
  readonly cc: readonly { readonly email: string }[] | null;
  readonly has_bcc: boolean;
};

/** The sends that events are about, by id; those that are not known are not there. */
export async function findSubjects(
  prisma: PrismaClient,
  sendIds: readonly string[],
): Promise<ReadonlyMap<string, EventSubject>> {
  const rows = await prisma.$queryRaw<(EventSubject & { readonly id: string })[]>`
    /* find_event_subjects */
    SELECT s.* FROM unnest(${[...sendIds]}::uuid[]) AS w(id) CROSS JOIN LATERAL (
      SELECT id, workspace_id, to_key, to_others, cc, bcc IS NOT NULL AS has_bcc
      FROM email_sends WHERE id = w.id OFFSET 0) s`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** The compared form of an address that somebody else wrote: SES may give a domain in Unicode or in capitals. */
function keyOf(address: string): string {
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

/**
 * Whether an event is about a send's primary recipient, by whom alone its delivery is decided. One that names nobody is,
 * and so is any of a send that went to nobody else, whatever address the mailbox was forwarded to.
 */
function isAboutPrimary(event: ProviderEvent, subject: EventSubject): boolean {
  if (event.recipients.length === 0) return true;
  if (subject.to_others === null && subject.cc === null && !subject.has_bcc) return true;
  return event.recipients.some((address) => keyOf(address) === subject.to_key);
}

/** What an event says of the delivery of its send, or null for nothing. */
export function factOf(event: ProviderEvent, subject: EventSubject): DeliveryFact | null {
  return isAboutPrimary(event, subject) ? meaningOf(event).delivery : null;
}

/** What is kept of an event: what it says of each recipient, with their places in the send and not their addresses. */
export function detailOf(event: ProviderEvent, subject: EventSubject): Readonly<Record<string, unknown>> {
  const reports = (event.reports ?? []).map(({ email, ...said }) => ({
    recipient: roleOf(email, subject),
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
