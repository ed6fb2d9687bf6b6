import { assertNever } from '../postroom-error.ts';
import type { ProviderEvent } from '../send/provider-outcome.ts';

/** What is known of a recipient's copy, from the least final to the most: a later event of a lower rank changes nothing. */
export const deliveryRanks = ['delayed', 'soft_bounced', 'delivered', 'bounced', 'complained'] as const;
export type DeliveryFact = (typeof deliveryRanks)[number];

/** What an event of the provider says of the recipients that it is about. */
export type EventMeaning = {
  /** Null: it says nothing of whether the mail arrived. */
  readonly delivery: DeliveryFact | null;
  /** The provider refused the recipient or the message itself: nothing left the house. */
  readonly isByProvider: boolean;
  /** Whether the recipient may get more mail: `for_a_while` for what an address check of the provider refused. */
  readonly suppression: 'none' | 'for_good' | 'for_a_while' | 'unsubscribe';
  /** Whether it counts in the rates of bounces and complaints. */
  readonly isRated: boolean;
};

const nothing: EventMeaning = { delivery: null, isByProvider: false, suppression: 'none', isRated: false };

const hardBounce: EventMeaning = {
  delivery: 'bounced',
  isByProvider: false,
  suppression: 'for_good',
  isRated: true,
};

/**
 * A soft bounce is told once, when SES tries no longer (or by an automatic reply to mail that arrived): it ranks below
 * a delivery, so that in either order a recipient who got the mail has got it.
 */
const softBounce: EventMeaning = { ...nothing, delivery: 'soft_bounced' };

const refused: EventMeaning = { ...nothing, delivery: 'bounced', isByProvider: true };

/** SES developer guide, "Contents of event data": the sub-types of a permanent bounce that are not one of a mailbox. */
const permanentBySubType: ReadonlyMap<string, EventMeaning> = new Map([
  ['Suppressed', { ...hardBounce, isByProvider: true }],
  ['OnAccountSuppressionList', { ...refused, suppression: 'for_good' }],
  ['OnTenantSuppressionList', { ...refused, suppression: 'for_good' }],
  ['UnsubscribedRecipient', { ...refused, suppression: 'unsubscribe' }],
  ['EmailValidationSuppressed', { ...refused, suppression: 'for_a_while' }],
]);

function bounceMeaning({ isPermanentBounce, detail }: Judged): EventMeaning {
  switch (detail.bounceType ?? (isPermanentBounce ? 'Permanent' : 'Undetermined')) {
    case 'Permanent':
      return permanentBySubType.get(String(detail.bounceSubType ?? '')) ?? hardBounce;
    case 'Transient':
    case 'Undetermined':
      return softBounce;
    default:
      return nothing;
  }
}

function complaintMeaning({ detail }: Judged): EventMeaning {
  if (detail.complaintSubType === 'OnAccountSuppressionList') return { ...refused, suppression: 'for_good' };
  // RFC 5965 section 7.3 and the IANA registry of feedback types: it takes a complaint back.
  if (detail.complaintFeedbackType === 'not-spam') return nothing;
  return { ...hardBounce, delivery: 'complained' };
}

type Judged = Pick<ProviderEvent, 'type' | 'isPermanentBounce' | 'detail'>;

/**
 * What an event means, by its type and sub-types and never by its name alone. Pure.
 */
export function meaningOf(event: Judged): EventMeaning {
  switch (event.type) {
    case 'delivery':
      return { ...nothing, delivery: 'delivered' };
    case 'delay':
      return { ...nothing, delivery: 'delayed' };
    case 'bounce':
      return bounceMeaning(event);
    case 'complaint':
      return complaintMeaning(event);
    // SES took the message, found malware in it and gave it to nobody.
    case 'reject':
      return refused;
    case 'send':
    case 'open':
    case 'click':
    case 'subscription':
    case 'rendering_failure':
    case 'other':
      return nothing;
    default:
      return assertNever(event.type);
  }
}

/** As what an event counts in the rates; null: it does not. What the provider refused by itself is in neither part of them. */
export function countedAs({
  delivery,
  isRated,
}: EventMeaning): 'delivered' | 'bounced' | 'complained' | null {
  if (delivery === 'delivered') return 'delivered';
  if (!isRated) return null;
  return delivery === 'complained' ? 'complained' : 'bounced';
}

/** How long an address stays suppressed that an address check of the provider refused, in milliseconds: it may be wrong. */
const doubtfulAddressMs = 30 * 24 * 3_600_000;

/** A suppression that follows from an event, for each recipient that it is about. */
export type SuppressionByEvent = {
  readonly reason: 'Bounce' | 'Complaint';
  readonly origin: 'event' | 'provider';
  /** Null: for good. */
  readonly expiresAt: Date | null;
};

/** The suppression that follows from an event, or null for none. Pure. */
export function suppressionBy(event: Judged & Pick<ProviderEvent, 'occurredAt'>): SuppressionByEvent | null {
  const { suppression, isByProvider } = meaningOf(event);
  if (suppression === 'none' || suppression === 'unsubscribe') return null;
  const expiresAt =
    suppression === 'for_good' ? null : new Date(event.occurredAt.getTime() + doubtfulAddressMs);
  return {
    reason: event.type === 'complaint' ? 'Complaint' : 'Bounce',
    origin: isByProvider ? 'provider' : 'event',
    expiresAt,
  };
}
