import { createHash } from 'node:crypto';
import { isKeptMoment, sendIdHeader } from '@postroom/contracts';
import type { ProviderEvent, ProviderEventType, RecipientReport } from '@postroom/core';
import { maskAddresses, maskPrivate } from '../errors/mask.ts';
import { attemptTag, sendIdTag } from '../send/send-email-input.ts';
import { type SesEvent, sesEventSchema } from './ses-event-schema.ts';

/** The events of one SNS message, or why it holds none of ours. */
export type ParsedSesEvent =
  | { readonly kind: 'event'; readonly events: readonly ProviderEvent[] }
  | {
      readonly kind: 'ignored';
      readonly reason: 'not_json' | 'not_an_event' | 'unknown_type' | 'no_send_id';
    };

type Facts = {
  readonly timestamp?: string | undefined;
  readonly feedbackId?: string | undefined;
  /** Absent: it is about the message as a whole, and so about all of its recipients. */
  readonly recipients?: readonly string[];
  readonly reports?: readonly RecipientReport[];
  readonly detail?: Readonly<Record<string, string | number | undefined>>;
};

const typeByName: ReadonlyMap<string, ProviderEventType> = new Map<string, ProviderEventType>([
  ['Send', 'send'],
  ['Delivery', 'delivery'],
  ['DeliveryDelay', 'delay'],
  ['Bounce', 'bounce'],
  ['Complaint', 'complaint'],
  ['Reject', 'reject'],
  ['Rendering Failure', 'rendering_failure'],
  ['Open', 'open'],
  ['Click', 'click'],
  ['Subscription', 'subscription'],
]);
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the `Message` of a verified notification: SES event publishing (`eventType`), and the older
 * identity notifications (`notificationType`), which carry the send's id only when the identity is
 * set to include headers. What is not about one of our sends is ignored, never an error.
 */
export function parseSesEvent(message: string): ParsedSesEvent {
  let json: unknown;
  try {
    json = JSON.parse(message);
  } catch {
    return { kind: 'ignored', reason: 'not_json' };
  }
  const parsed = sesEventSchema.safeParse(json);
  if (!parsed.success) return { kind: 'ignored', reason: 'not_an_event' };
  const name = parsed.data.eventType ?? parsed.data.notificationType;
  if (name === undefined) return { kind: 'ignored', reason: 'unknown_type' };
  const type = typeByName.get(name) ?? 'other';
  const sendId = sendIdOf(parsed.data);
  if (sendId === null) return { kind: 'ignored', reason: type === 'other' ? 'unknown_type' : 'no_send_id' };
  const facts = factsOf(parsed.data, type);
  const occurredAt = dateOf(facts.timestamp) ?? dateOf(parsed.data.mail.timestamp);
  if (occurredAt === null) return { kind: 'ignored', reason: 'not_an_event' };
  const event: ProviderEvent = {
    // The same event published again has the same feedback id, or else the same words.
    sourceId: `${type}:${facts.feedbackId ?? createHash('sha256').update(message).digest('hex')}`,
    ...aboutOf(parsed.data, type, facts),
    sendId,
    attempt: attemptOf(parsed.data),
    providerMessageId: parsed.data.mail.messageId,
    occurredAt,
  };
  return { kind: 'event', events: [event] };
}

const readableOf = <T>(list: readonly (T | null)[] | undefined): readonly T[] =>
  (list ?? []).filter((element) => element !== null);

/**
 * What an event says of whom. One of recipients none of whom can be read is about a message's only recipient, if it has no other;
 * else nobody knows whom it is about, and it is kept as that of a type that is not known is, of which nothing follows.
 */
function aboutOf(
  event: SesEvent,
  type: ProviderEventType,
  { recipients, reports, detail }: Facts,
): Pick<ProviderEvent, 'type' | 'isPermanentBounce' | 'recipients' | 'sentTo' | 'reports' | 'detail'> {
  const { destination } = event.mail;
  const sentTo = readableOf(destination).map(bareAddress);
  const isUnknown = recipients?.length === 0 && destination?.length !== 1;
  return {
    type: isUnknown ? 'other' : type,
    isPermanentBounce: type === 'bounce' && !isUnknown ? event.bounce?.bounceType === 'Permanent' : null,
    recipients: recipients?.length ? recipients.map(bareAddress) : sentTo,
    sentTo,
    ...(reports === undefined ? {} : { reports }),
    detail: { ...(isUnknown ? eventTypeOf(event) : {}), ...maskedDetail(detail ?? {}) },
  };
}

/** The name of a type of which nothing follows is all that can be told of it. */
const eventTypeOf = ({ eventType, notificationType }: SesEvent) => ({
  eventType: maskPrivate(eventType ?? notificationType ?? '').slice(0, 100),
});

function factsOf(event: SesEvent, type: ProviderEventType): Facts {
  switch (type) {
    case 'bounce':
      return bounceFacts(event);
    case 'complaint':
      return complaintFacts(event);
    case 'delivery':
      return deliveryFacts(event);
    case 'delay':
      return delayFacts(event);
    case 'reject':
      return { timestamp: event.reject?.timestamp, detail: { reason: event.reject?.reason } };
    case 'rendering_failure':
      return {
        detail: { errorMessage: event.failure?.errorMessage, templateName: event.failure?.templateName },
      };
    case 'open':
      return { timestamp: event.open?.timestamp, detail: { userAgent: event.open?.userAgent } };
    case 'click':
      return {
        timestamp: event.click?.timestamp,
        detail: { link: event.click?.link, userAgent: event.click?.userAgent },
      };
    case 'subscription':
      return {
        timestamp: event.subscription?.timestamp,
        detail: { contactList: event.subscription?.contactList },
      };
    case 'send':
      return {};
    // A type that SES has had since.
    case 'other':
      return { detail: eventTypeOf(event) };
  }
}

function bounceFacts({ bounce }: SesEvent): Facts {
  const detail = { bounceType: bounce?.bounceType, bounceSubType: bounce?.bounceSubType };
  return {
    timestamp: bounce?.timestamp,
    feedbackId: bounce?.feedbackId,
    ...reportsOf(bounce?.bouncedRecipients),
    detail,
  };
}

/** No more recipients than SES takes in one message are told of one by one. */
const maxReports = 50;

type Addressed = NonNullable<SesEvent['bounce']>['bouncedRecipients'];

/** Whom a part is about, and what it says of each: nobody where none of them can be read. */
function reportsOf(list: Addressed): Required<Pick<Facts, 'recipients' | 'reports'>> {
  const told = readableOf(list);
  const reports = told.slice(0, maxReports).map(({ emailAddress, status, diagnosticCode }) => ({
    email: bareAddress(emailAddress),
    ...(status === undefined ? {} : { status: maskPrivate(status) }),
    ...(diagnosticCode === undefined ? {} : { diagnostic: maskPrivate(diagnosticCode) }),
  }));
  return { recipients: told.map(({ emailAddress }) => emailAddress), reports };
}

function complaintFacts({ complaint }: SesEvent): Facts {
  return {
    timestamp: complaint?.timestamp,
    feedbackId: complaint?.feedbackId,
    ...reportsOf(complaint?.complainedRecipients),
    detail: {
      complaintFeedbackType: complaint?.complaintFeedbackType,
      complaintSubType: complaint?.complaintSubType,
      userAgent: complaint?.userAgent,
    },
  };
}

function deliveryFacts({ delivery }: SesEvent): Facts {
  const recipients = readableOf(delivery?.recipients);
  return {
    timestamp: delivery?.timestamp,
    recipients,
    reports: recipients.map((email) => ({ email: bareAddress(email) })),
    detail: { smtpResponse: delivery?.smtpResponse, processingTimeMillis: delivery?.processingTimeMillis },
  };
}

function delayFacts({ deliveryDelay }: SesEvent): Facts {
  return {
    timestamp: deliveryDelay?.timestamp,
    ...reportsOf(deliveryDelay?.delayedRecipients),
    detail: { delayType: deliveryDelay?.delayType, expirationTime: deliveryDelay?.expirationTime },
  };
}

function sendIdOf({ mail }: SesEvent): string | null {
  const header = readableOf(mail.headers).find(
    ({ name }) => name.toLowerCase() === sendIdHeader.toLowerCase(),
  );
  const id = mail.tags[sendIdTag]?.[0] ?? header?.value;
  return id !== undefined && uuidPattern.test(id) ? id.toLowerCase() : null;
}

function attemptOf({ mail }: SesEvent): number | null {
  const attempt = mail.tags[attemptTag]?.[0] ?? '';
  return /^[1-9]\d{0,5}$/.test(attempt) ? Number(attempt) : null;
}

function dateOf(timestamp: string | undefined): Date | null {
  const date = new Date(timestamp ?? Number.NaN);
  return isKeptMoment(date) ? date : null;
}

/** SES may give a recipient as it stood in the header, name and all. */
function bareAddress(recipient: string): string {
  return /<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient.trim();
}

function maskedDetail(detail: NonNullable<Facts['detail']>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(detail).flatMap(([name, value]) =>
      // PostgreSQL refuses half a surrogate pair, which is what a cut may leave.
      value === undefined ? [] : [[name, maskAddresses(String(value)).toWellFormed()]],
    ),
  );
}
