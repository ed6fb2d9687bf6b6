import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { bareAddress } from '../addresses.ts';
import type { LedgerEntry, StoredMessage } from '../ledger.ts';
import { recipientsOf } from '../received-message.ts';

/** The event types of SES event publishing, by the names it gives them. */
export const sesEventTypeSchema = z.enum([
  'Send',
  'Delivery',
  'DeliveryDelay',
  'Bounce',
  'Complaint',
  'Reject',
  'Rendering Failure',
  'Open',
  'Click',
  'Subscription',
]);

/** One of SES's event types. */
export type SesEventType = z.infer<typeof sesEventTypeSchema>;

/** What an event is about beside its message; what is left out is made up. */
export type SesEventDetail = {
  /** Bare addresses; all of the message's recipients unless told. */
  readonly recipients?: readonly string[];
  readonly bounceType?: 'Permanent' | 'Transient' | 'Undetermined';
  readonly bounceSubType?: string;
  readonly complaintFeedbackType?: string;
  readonly complaintSubType?: string;
  readonly link?: string;
};

/** The body of one event, shaped as SES publishes it. */
export function sesEventBody(
  type: SesEventType,
  message: LedgerEntry | StoredMessage,
  detail: SesEventDetail = {},
): Readonly<Record<string, unknown>> {
  const recipients = detail.recipients ?? recipientsOf(message).map(bareAddress);
  const [key, about] = aboutOf(type, recipients, detail);
  return { eventType: type, mail: mailOf(message), [key]: about };
}

type Outcome = { readonly type: SesEventType; readonly detail: SesEventDetail };

const delivered: Outcome = { type: 'Delivery', detail: {} };
const bounced = (bounceSubType: string): Outcome => ({ type: 'Bounce', detail: { bounceSubType } });

/** https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html: its mailbox simulator; all others get their mail. */
const outcomesByMailbox: Readonly<Record<string, readonly Outcome[]>> = {
  bounce: [bounced('General')],
  complaint: [delivered, { type: 'Complaint', detail: {} }],
  // The answer that somebody is away comes back as mail does, and SES reports it as a bounce that means nothing.
  ooto: [delivered, { type: 'Bounce', detail: { bounceType: 'Transient', bounceSubType: 'General' } }],
  suppressionlist: [bounced('Suppressed')],
};
const simulatedMailbox = /^(?<name>[a-z]+)(?:\+.*)?@simulator\.amazonses\.com$/i;

/**
 * What becomes of a message at its recipients, with the addresses of SES's mailbox simulator and of the account's suppression
 * list in mind. Recipients of the same fate share an event.
 */
export function outcomesOf(
  message: LedgerEntry,
  isSuppressed: (email: string) => boolean = () => false,
): Outcome[] {
  const recipientsByFate = new Map<string, { outcome: Outcome; recipients: string[] }>();
  for (const address of recipientsOf(message).map(bareAddress)) {
    const mailbox = simulatedMailbox.exec(address)?.groups?.name?.toLowerCase() ?? '';
    const outcomes = isSuppressed(address)
      ? [bounced('OnAccountSuppressionList')]
      : (outcomesByMailbox[mailbox] ?? [delivered]);
    for (const outcome of outcomes) {
      const fate = JSON.stringify(outcome);
      const group = recipientsByFate.get(fate) ?? { outcome, recipients: [] };
      recipientsByFate.set(fate, group);
      group.recipients.push(address);
    }
  }
  return [...recipientsByFate.values()].map(({ outcome: { type, detail }, recipients }) => ({
    type,
    detail: { ...detail, recipients },
  }));
}

function mailOf(message: LedgerEntry | StoredMessage) {
  const headers = [
    { name: 'From', value: message.from },
    { name: 'To', value: message.to.join(', ') },
    { name: 'Subject', value: message.subject },
    ...('headers' in message ? message.headers : []),
  ];
  const tags = Object.entries(message.tags).map(([name, value]) => [name, [value]]);
  return {
    timestamp: new Date(message.at).toISOString(),
    source: message.from,
    sourceArn: `arn:aws:ses:us-east-1:123456789012:identity/${bareAddress(message.from).split('@')[1]}`,
    sendingAccountId: '123456789012',
    messageId: message.messageId,
    destination: recipientsOf(message).map(bareAddress),
    headersTruncated: false,
    headers,
    commonHeaders: {
      from: [message.from],
      to: message.to,
      messageId: message.messageId,
      subject: message.subject,
    },
    tags: {
      'ses:operation': ['SendEmail'],
      'ses:source-ip': ['192.0.2.1'],
      'ses:from-domain': [bareAddress(message.from).split('@')[1]],
      'ses:caller-identity': ['postroom'],
      ...(message.configurationSet === null ? {} : { 'ses:configuration-set': [message.configurationSet] }),
      ...Object.fromEntries(tags),
    },
  };
}

const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36';

/** The name of the part of an event that its type decides, and that part. */
function aboutOf(
  type: SesEventType,
  recipients: readonly string[],
  detail: SesEventDetail,
): [string, Readonly<Record<string, unknown>>] {
  const timestamp = new Date().toISOString();
  const reportingMTA = 'a8-70.smtp-out.amazonses.com';
  switch (type) {
    case 'Send':
      return ['send', {}];
    case 'Delivery':
      return ['delivery', deliveryOf(timestamp, recipients, reportingMTA)];
    case 'DeliveryDelay':
      return ['deliveryDelay', delayOf(timestamp, recipients, reportingMTA)];
    case 'Bounce':
      return ['bounce', bounceOf(timestamp, recipients, detail)];
    case 'Complaint':
      return ['complaint', complaintOf(timestamp, recipients, detail)];
    case 'Reject':
      return ['reject', { reason: 'Bad content' }];
    case 'Rendering Failure':
      return [
        'failure',
        { templateName: 'none', errorMessage: 'Attribute is not present in the rendering data.' },
      ];
    case 'Open':
      return ['open', { ipAddress: '192.0.2.1', timestamp, userAgent }];
    case 'Click':
      return ['click', clickOf(timestamp, detail)];
    case 'Subscription':
      return ['subscription', { contactList: 'list', timestamp, source: 'UnsubscribeHeader' }];
    default: {
      const unknown: never = type;
      throw new Error(`No such event: ${unknown}`);
    }
  }
}

function deliveryOf(timestamp: string, recipients: readonly string[], reportingMTA: string) {
  return {
    timestamp,
    processingTimeMillis: 412,
    recipients,
    smtpResponse: '250 2.6.0 Message received',
    reportingMTA,
  };
}

function clickOf(timestamp: string, { link = 'https://example.com/' }: SesEventDetail) {
  return { ipAddress: '192.0.2.1', timestamp, userAgent, link, linkTags: null };
}

function delayOf(timestamp: string, recipients: readonly string[], reportingMTA: string) {
  return {
    timestamp,
    delayType: 'TransientCommunicationFailure',
    expirationTime: new Date(Date.now() + 14 * 3_600_000).toISOString(),
    delayedRecipients: recipients.map((emailAddress) => ({
      emailAddress,
      status: '4.4.1',
      diagnosticCode: 'smtp; 421 4.4.1 Unable to connect to remote host',
    })),
    reportingMTA,
  };
}

function bounceOf(timestamp: string, recipients: readonly string[], detail: SesEventDetail) {
  return {
    feedbackId: randomUUID(),
    bounceType: detail.bounceType ?? 'Permanent',
    bounceSubType: detail.bounceSubType ?? 'General',
    bouncedRecipients: recipients.map((emailAddress) => ({
      emailAddress,
      action: 'failed',
      status: '5.1.1',
      diagnosticCode: 'smtp; 550 5.1.1 user unknown',
    })),
    timestamp,
    reportingMTA: 'dns; amazonses.com',
  };
}

function complaintOf(timestamp: string, recipients: readonly string[], detail: SesEventDetail) {
  return {
    feedbackId: randomUUID(),
    complaintSubType: detail.complaintSubType ?? null,
    complainedRecipients: recipients.map((emailAddress) => ({ emailAddress })),
    timestamp,
    userAgent: 'Amazon SES Mailbox Simulator',
    complaintFeedbackType: detail.complaintFeedbackType ?? 'abuse',
    arrivalDate: timestamp,
  };
}
