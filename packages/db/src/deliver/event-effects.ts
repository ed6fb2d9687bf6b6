import { addressKey } from '@postroom/contracts';
import {
  countedAs,
  deliveryRanks,
  meaningOf,
  newId,
  type ProviderEvent,
  suppressionBy,
} from '@postroom/core';
import { detailOf, type EventSubject, factOf, isToOne, keyOf, toldOf } from './event-subject.ts';

/** Somebody whom an event is about; `is_hidden`: their send was erased, and of the address only a hash may be kept. */
type About = { readonly email: string; readonly email_key: string; readonly is_hidden: boolean };

/** An event as it is stored, and what it counts. */
export type EventRecord = ReturnType<typeof recordOf>;

/** A suppression that is made if its event is stored. */
type WantedSuppression = About & {
  readonly event_id: string;
  readonly workspace_id: string;
  readonly reason: string;
  readonly origin: string;
  readonly expires_at: string | null;
};

/** Somebody who is unsubscribed if the event is stored: from the group of the send, or else from that of marketing. */
type WantedUnsubscribe = {
  readonly event_id: string;
  readonly workspace_id: string;
  readonly email: string;
  readonly email_key: string;
  readonly group_id: string | null;
  readonly own_profile_id: string | null;
  readonly new_profile_id: string;
};

/** A soft bounce of an address, which is counted if its event is stored. */
type WantedSoftBounce = About & {
  readonly event_id: string;
  readonly workspace_id: string;
  readonly moment: string;
};

/** What events change beside their own rows. */
export type EventEffects = {
  readonly records: readonly EventRecord[];
  readonly suppressions: readonly WantedSuppression[];
  readonly unsubscribes: readonly WantedUnsubscribe[];
  readonly softBounces: readonly WantedSoftBounce[];
};

const nobody = '00000000-0000-0000-0000-000000000000';

function recordOf(event: ProviderEvent, subject: EventSubject) {
  const fact = factOf(event, subject);
  const told = toldOf(event, subject);
  const counted = subject.simulated ? null : countedAs(meaningOf(event));
  const recipients = Math.max(1, new Set(event.recipients.map(keyOf)).size);
  const countOf = (kind: typeof counted) => (counted === kind ? recipients : 0);
  return {
    id: newId(),
    workspace_id: subject.workspace_id,
    send_id: event.sendId,
    type: event.type,
    source_id: event.sourceId,
    provider_message_id: event.providerMessageId,
    occurred_at: event.occurredAt.toISOString(),
    detail: detailOf(event, subject),
    // From 1; 0 says nothing of the delivery.
    rank: fact === null ? 0 : deliveryRanks.indexOf(fact) + 1,
    sender_profile_id: subject.sender_profile_id ?? nobody,
    domain: subject.from_domain,
    delivered: countOf('delivered'),
    bounced: countOf('bounced'),
    // SES names all who may have complained, of whom one did: SES developer guide, "Complained recipients".
    complained: counted === 'complained' ? 1 : 0,
    notice: told?.type ?? null,
    facts: told?.facts ?? null,
  };
}

const erasedEarlier = (address: string): About => ({
  email: '',
  email_key: keyOf(address),
  is_hidden: true,
});

/**
 * Whom an event is about, of those whom its send went to. One that names nobody, or, of a send to one person, an address
 * that theirs was forwarded to, is about the primary recipient. Whom a send that was erased went to is known from the event
 * alone.
 */
function aboutOf(event: ProviderEvent, subject: EventSubject): readonly About[] {
  const copies = [...(subject.to_others ?? []), ...(subject.cc ?? []), ...(subject.bcc ?? [])];
  const all = [{ email: subject.to_email, email_key: subject.to_key }, ...copies.map(withKey)].map((one) => ({
    ...one,
    is_hidden: false,
  }));
  const named = new Set(event.recipients.map(keyOf));
  const found = all.filter(({ email_key }) => named.has(email_key));
  if (subject.is_erased) {
    const known = new Set(found.map(({ email_key }) => email_key));
    return [...found, ...[...named].filter((key) => !known.has(key)).map(erasedEarlier)];
  }
  if (found.length > 0) return found;
  return named.size === 0 || isToOne(subject) ? all.slice(0, 1) : [];
}

const withKey = ({ email }: { readonly email: string }) => ({ email, email_key: addressKey(email) });

type Subjects = ReadonlyMap<string, EventSubject>;

/** What events of known sends come to; of a simulated send nothing that live mail depends on. Pure, but for new ids. */
export function effectsOf(events: readonly ProviderEvent[], subjects: Subjects): EventEffects {
  const records: EventRecord[] = [];
  const suppressions: WantedSuppression[] = [];
  const unsubscribes: WantedUnsubscribe[] = [];
  const softBounces: WantedSoftBounce[] = [];
  for (const event of events) {
    const subject = subjects.get(event.sendId);
    if (subject === undefined) continue;
    const record = recordOf(event, subject);
    records.push(record);
    if (subject.simulated) continue;
    const { delivery, suppression: wanted } = meaningOf(event);
    if (wanted === 'none' && delivery !== 'soft_bounced') continue;
    const base = { event_id: record.id, workspace_id: subject.workspace_id };
    const about = aboutOf(event, subject);
    const suppression = suppressionBy(event);
    if (suppression !== null) {
      const { reason, origin } = suppression;
      const expires_at = suppression.expiresAt?.toISOString() ?? null;
      suppressions.push(...about.map((one) => ({ ...base, ...one, reason, origin, expires_at })));
    }
    if (wanted === 'unsubscribe') {
      unsubscribes.push(
        ...about.filter((one) => !one.is_hidden).map((one) => unsubscribeOf(one, subject, base)),
      );
    }
    if (delivery === 'soft_bounced') {
      softBounces.push(...about.map((one) => ({ ...base, ...one, moment: record.occurred_at })));
    }
  }
  return { records, suppressions, unsubscribes, softBounces };
}

function unsubscribeOf(
  { email, email_key }: About,
  subject: EventSubject,
  base: Pick<WantedUnsubscribe, 'event_id' | 'workspace_id'>,
): WantedUnsubscribe {
  const isPrimary = email_key === subject.to_key;
  return {
    ...base,
    email,
    email_key,
    group_id: subject.subscription_group_id,
    own_profile_id: isPrimary ? subject.profile_id : null,
    new_profile_id: newId(),
  };
}
