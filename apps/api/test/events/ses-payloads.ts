import { shuffled } from '@postroom/servers';

/** Who the mails of these events went to. */
export const primary = 'jane.doe@example.com';
export const copy = 'joe@example.net';

type About = Readonly<Record<string, unknown>>;

/** One event as SES publishes it (developer guide, "Examples of event data that Amazon SES publishes"). */
export type SesPayload = { readonly eventType: string; readonly about: About };

const at = '2026-05-14T15:03:24.000Z';
const mta = 'dns; a8-70.smtp-out.amazonses.com';

const bounced = (emailAddress: string, status: string, words: string) => ({
  emailAddress,
  action: 'failed',
  status,
  diagnosticCode: `smtp; ${words}`,
});

const bounce = (
  bounceType: string,
  bounceSubType: string,
  bouncedRecipients: readonly object[],
): SesPayload => ({
  eventType: 'Bounce',
  about: {
    bounce: {
      bounceType,
      bounceSubType,
      bouncedRecipients,
      timestamp: at,
      feedbackId: `0100017f-${bounceType}-${bounceSubType}-${JSON.stringify(bouncedRecipients).length}`,
      reportingMTA: mta,
    },
  },
});

const complaint = (fields: About): SesPayload => ({
  eventType: 'Complaint',
  about: {
    complaint: {
      complainedRecipients: [{ emailAddress: primary }],
      timestamp: at,
      feedbackId: `0100017f-complaint-${JSON.stringify(fields).length}`,
      complaintSubType: null,
      userAgent: 'Amazon SES Mailbox Simulator',
      arrivalDate: at,
      ...fields,
    },
  },
});

const delivery = (recipient: string): SesPayload => ({
  eventType: 'Delivery',
  about: {
    delivery: {
      timestamp: at,
      processingTimeMillis: 833,
      recipients: [recipient],
      smtpResponse: `250 2.0.0 OK ${recipient.length}`,
      reportingMTA: mta,
    },
  },
});

const expired = (address: string) =>
  bounce('Transient', 'General', [
    bounced(address, '4.4.7', `550 4.4.7 Message expired: ${address} unable to deliver`),
  ]);

/** Every kind of event that says something of a delivery, and some that do not. */
export const payloads = {
  send: { eventType: 'Send', about: { send: {} } },
  delivery: delivery(primary),
  deliveryOfCopy: delivery(copy),
  delay: {
    eventType: 'DeliveryDelay',
    about: {
      deliveryDelay: {
        timestamp: at,
        delayType: 'MailboxFull',
        expirationTime: '2026-05-15T05:03:24.000Z',
        delayedRecipients: [
          { emailAddress: primary, status: '4.2.2', diagnosticCode: 'smtp; 452 4.2.2 over quota' },
        ],
      },
    },
  },
  expired: expired(primary),
  undetermined: bounce('Undetermined', 'Undetermined', [{ emailAddress: primary }]),
  hardBounce: bounce('Permanent', 'General', [
    bounced(`Jane Doe <${primary.toUpperCase()}>`, '5.1.1', `550 5.1.1 <${primary}>... User unknown`),
  ]),
  hardBounceOfCopy: bounce('Permanent', 'NoEmail', [bounced(copy, '5.1.1', '550 5.1.1 no such user')]),
  suppressed: bounce('Permanent', 'OnAccountSuppressionList', [
    bounced(
      primary,
      '5.1.1',
      'Amazon SES did not send the message to this address because it is on the suppression list',
    ),
  ]),
  noEmail: bounce('Permanent', 'NoEmail', [bounced(primary, '5.1.1', '550 5.1.1 no such user')]),
  ofNewSubType: bounce('Permanent', 'SomethingNew', [bounced(primary, '5.9.9', '550 5.9.9 something new')]),
  globallySuppressed: bounce('Permanent', 'Suppressed', [
    bounced(primary, '5.1.1', 'on the suppression list'),
  ]),
  suppressedByTenant: bounce('Permanent', 'OnTenantSuppressionList', [
    bounced(primary, '5.1.1', 'on the suppression list of the tenant'),
  ]),
  unsubscribed: bounce('Permanent', 'UnsubscribedRecipient', [
    bounced(primary, '5.1.1', 'the recipient has unsubscribed'),
  ]),
  notValid: bounce('Permanent', 'EmailValidationSuppressed', [
    bounced(primary, '5.1.1', 'the address is not likely to be valid'),
  ]),
  mailboxFull: bounce('Transient', 'MailboxFull', [bounced(primary, '5.2.2', '552 5.2.2 mailbox full')]),
  tooLarge: bounce('Transient', 'MessageTooLarge', [bounced(primary, '5.3.4', '552 5.3.4 too big')]),
  contentRejected: bounce('Transient', 'ContentRejected', [bounced(primary, '5.6.0', '554 5.6.0 content')]),
  fileRejected: bounce('Transient', 'AttachmentRejected', [bounced(primary, '5.6.1', '554 5.6.1 media')]),
  ofNewType: bounce('Novel', 'General', [{ emailAddress: primary }]),
  complaint: complaint({ complaintFeedbackType: 'abuse' }),
  notSpam: complaint({ complaintFeedbackType: 'not-spam' }),
  complaintSuppressed: complaint({ complaintSubType: 'OnAccountSuppressionList' }),
  reject: { eventType: 'Reject', about: { reject: { reason: 'Bad content' } } },
  complaintOfCopy: complaint({
    complaintFeedbackType: 'abuse',
    complainedRecipients: [{ emailAddress: copy }],
  }),
  renderingFailure: {
    eventType: 'Rendering Failure',
    about: { failure: { templateName: 't', errorMessage: 'Attribute is not present in the data.' } },
  },
  click: {
    eventType: 'Click',
    about: { click: { timestamp: at, ipAddress: '192.0.2.1', userAgent: 'M', link: 'https://x.example/' } },
  },
  subscription: {
    eventType: 'Subscription',
    about: { subscription: { contactList: 'list', timestamp: at, source: 'UnsubscribeHeader' } },
  },
  newEvent: { eventType: 'Something New', about: { somethingNew: { timestamp: at, why: 'who knows' } } },
  open: {
    eventType: 'Open',
    about: { open: { timestamp: at, ipAddress: '192.0.2.1', userAgent: 'Mozilla/5.0' } },
  },
} as const satisfies Readonly<Record<string, SesPayload>>;

export type PayloadName = keyof typeof payloads;

/** The body of a notification about a send to `primary` with `copy` in cc. */
export function bodyOf(name: PayloadName, sendId: string): string {
  const { eventType, about } = payloads[name];
  return JSON.stringify({
    eventType,
    mail: {
      timestamp: '2026-05-14T15:02:00.000Z',
      source: 'Shop <shop@acme.test>',
      sourceArn: 'arn:aws:ses:eu-central-1:123456789012:identity/acme.test',
      sendingAccountId: '123456789012',
      messageId: '0107018f78d1a2b3-4c5d6e7f-0000',
      destination: [primary, copy],
      headersTruncated: false,
      headers: [{ name: 'X-Postroom-Send-ID', value: sendId }],
      commonHeaders: { from: ['Shop <shop@acme.test>'], to: [primary], cc: [copy], subject: 'Hello' },
      tags: {
        'ses:operation': ['SendEmail'],
        'ses:configuration-set': ['main'],
        'postroom-send-id': [sendId],
        'postroom-attempt': ['1'],
      },
    },
    ...about,
  });
}

/** These names in another order, about half of them twice, as the picks say. */
export function inAnyOrder(names: readonly PayloadName[], next: () => number): PayloadName[] {
  return shuffled([...names, ...names.filter(() => next() % 2 === 0)], next);
}
