import { describe, expect, test } from '@jest/globals';
import type { ProviderEvent, ProviderEventType } from '@postroom/core';
import fc from 'fast-check';
import { parseSesEvent } from './parse-ses-event.ts';

const aSendId = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const aMail = {
  timestamp: '2025-05-02T00:54:06.000Z',
  messageId: '0100-abc',
  source: 'news@sender.example',
  destination: ['Jane Doe <jane@r.example>', 'joe@r.example'],
  tags: { 'postroom-send-id': [aSendId], 'postroom-attempt': ['2'], 'ses:configuration-set': ['main'] },
};
const eventAt = '2025-05-02T00:55:00.000Z';

function eventOf(raw: unknown): ProviderEvent {
  const parsed = parseSesEvent(JSON.stringify(raw));
  const [event] = parsed.kind === 'event' ? parsed.events : [];
  if (event === undefined) throw new Error(JSON.stringify(parsed));
  return event;
}

describe('every type that SES publishes', () => {
  const jane = { emailAddress: 'jane@r.example' };
  const both = ['jane@r.example', 'joe@r.example'];
  test.each<[string, ProviderEventType, object, readonly string[], object]>([
    ['Send', 'send', { send: {} }, both, {}],
    [
      'Delivery',
      'delivery',
      {
        delivery: {
          timestamp: eventAt,
          recipients: ['joe@r.example'],
          smtpResponse: '250 ok',
          processingTimeMillis: 5,
        },
      },
      ['joe@r.example'],
      { smtpResponse: '250 ok', processingTimeMillis: '5' },
    ],
    [
      'DeliveryDelay',
      'delay',
      { deliveryDelay: { timestamp: eventAt, delayType: 'MailboxFull', delayedRecipients: [jane] } },
      ['jane@r.example'],
      { delayType: 'MailboxFull' },
    ],
    [
      'Bounce',
      'bounce',
      {
        bounce: {
          timestamp: eventAt,
          bounceType: 'Permanent',
          bounceSubType: 'General',
          feedbackId: 'f-1',
          bouncedRecipients: [{ ...jane, diagnosticCode: 'smtp; 550 5.1.1 <jane@r.example>' }],
        },
      },
      ['jane@r.example'],
      { bounceType: 'Permanent', bounceSubType: 'General' },
    ],
    [
      'Complaint',
      'complaint',
      {
        complaint: {
          timestamp: eventAt,
          feedbackId: 'f-2',
          complaintFeedbackType: 'abuse',
          complaintSubType: null,
          complainedRecipients: [jane],
        },
      },
      ['jane@r.example'],
      { complaintFeedbackType: 'abuse' },
    ],
    ['Reject', 'reject', { reject: { reason: 'Bad content' } }, both, { reason: 'Bad content' }],
    [
      'Rendering Failure',
      'rendering_failure',
      { failure: { errorMessage: 'No name for jane@r.example', templateName: 't' } },
      both,
      { errorMessage: 'No name for <address>', templateName: 't' },
    ],
    [
      'Open',
      'open',
      { open: { timestamp: eventAt, ipAddress: '192.0.2.1', userAgent: 'UA' } },
      both,
      { userAgent: 'UA' },
    ],
    [
      'Click',
      'click',
      {
        click: {
          timestamp: eventAt,
          ipAddress: '192.0.2.1',
          userAgent: 'UA',
          link: `https://x.example/${'a/'.repeat(30)}`,
        },
      },
      both,
      { userAgent: 'UA', link: `https://x.example/${'a/'.repeat(30)}` },
    ],
    [
      'Subscription',
      'subscription',
      { subscription: { timestamp: eventAt, contactList: 'L' } },
      both,
      { contactList: 'L' },
    ],
  ])('%s', (eventType, type, part, recipients, detail) => {
    const event = eventOf({ eventType, mail: aMail, ...part });
    expect(event).toMatchObject({ type, sendId: aSendId, attempt: 2, providerMessageId: '0100-abc' });
    expect(event.recipients).toEqual(recipients);
    expect(event.detail).toEqual(detail);
    expect(event.isPermanentBounce).toBe(type === 'bounce' ? true : null);
    expect(JSON.stringify(event.detail)).not.toContain('jane');
  });
});

test.each(['Transient', 'Undetermined', undefined])('a bounce of type %s is not permanent', (bounceType) => {
  const bounce = { bounceType, timestamp: eventAt, bouncedRecipients: [{ emailAddress: 'joe@r.example' }] };
  expect(eventOf({ eventType: 'Bounce', mail: aMail, bounce }).isPermanentBounce).toBe(false);
});

test('the event happened when its own part says, or else when the mail was taken', () => {
  const open = eventOf({ eventType: 'Open', mail: aMail, open: { timestamp: eventAt } });
  expect(open.occurredAt).toEqual(new Date(eventAt));
  expect(eventOf({ eventType: 'Send', mail: aMail }).occurredAt).toEqual(new Date(aMail.timestamp));
});

test('an older notification is matched by the header that the message carried', () => {
  const { tags: _, ...mail } = aMail;
  const event = eventOf({
    notificationType: 'Delivery',
    mail: { ...mail, headers: [{ name: 'X-Postroom-Send-ID', value: aSendId }] },
    delivery: { timestamp: eventAt, recipients: ['joe@r.example'] },
  });
  expect(event).toMatchObject({ type: 'delivery', sendId: aSendId, attempt: null });
});

test('the same event twice has one source id, two events have two', () => {
  const open = { eventType: 'Open', mail: aMail, open: { timestamp: eventAt } };
  const later = { eventType: 'Open', mail: aMail, open: { timestamp: '2025-05-03T00:00:00.000Z' } };
  expect(eventOf(open).sourceId).toBe(eventOf(open).sourceId);
  expect(eventOf(open).sourceId).not.toBe(eventOf(later).sourceId);
  const bounce = { eventType: 'Bounce', mail: aMail, bounce: { feedbackId: 'f-1', timestamp: eventAt } };
  expect(eventOf(bounce).sourceId).toBe('bounce:f-1');
  const strange = { ...bounce, bounce: { ...bounce.bounce, feedbackId: 'f\u0000' } };
  expect(eventOf(strange).sourceId).toMatch(/^bounce:[0-9a-f]{64}$/);
});

describe('what is not as it should be', () => {
  const [jane, joe] = ['jane@r.example', 'joe@r.example'];
  const mail = { ...aMail, headers: [{ name: 'X-A', value: 'b' }] };
  const said = { emailAddress: joe, status: '5.1.1', diagnosticCode: 'smtp; 550' };
  const parts = [
    ['Bounce', 'bounce', { bounceType: 'Permanent', feedbackId: 'f-1', bouncedRecipients: [said] }],
    ['Complaint', 'complaint', { complaintSubType: null, complainedRecipients: [said] }],
    ['Delivery', 'delivery', { recipients: [joe], smtpResponse: '250' }],
    ['DeliveryDelay', 'deliveryDelay', { delayType: 'General', delayedRecipients: [said] }],
  ] as const;
  const named = parts.map(([eventType, name, part]) => ({
    eventType,
    mail,
    [name]: { ...part, timestamp: eventAt },
  }));

  /** The same with each of its values in turn, however deep, in another form. */
  function* harmed(value: unknown, other: unknown): Generator<unknown> {
    yield other;
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      for (const one of harmed(inner, other)) {
        yield Array.isArray(value) ? value.with(Number(key), one) : { ...value, [key]: one };
      }
    }
  }

  test.each([[null], [5], [{}], [[]], [[null]], ['x'.repeat(11_000)]])(
    'makes an event be about nobody whom it does not name: %.20j',
    (other) => {
      for (const event of named.flatMap((whole) => [...harmed(whole, other)])) {
        const parsed = parseSesEvent(JSON.stringify(event));
        const [read] = parsed.kind === 'event' ? parsed.events : [];
        if (read === undefined || read.type === 'other' || read.type === 'send') continue;
        expect(read.recipients).toHaveLength(1);
        expect(read.recipients).not.toContain(jane);
      }
    },
  );

  const bounceOf = (bouncedRecipients: unknown, given: object = {}) =>
    eventOf({
      eventType: 'Bounce',
      mail: { ...aMail, ...given },
      bounce: { timestamp: eventAt, bounceType: 'Permanent', bouncedRecipients },
    });

  test.each([[[{ status: '5.1.1' }]], [[null]], [[]], [null], [{}], [undefined]])(
    'a bounce of %j is about the only recipient of its mail, and of several about none of them',
    (list) => {
      expect(bounceOf(list, { destination: [joe] })).toMatchObject({ type: 'bounce', recipients: [joe] });
      expect(bounceOf(list)).toMatchObject({
        type: 'other',
        isPermanentBounce: null,
        detail: { eventType: 'Bounce', bounceType: 'Permanent' },
      });
      expect(bounceOf(list, { destination: [null, joe] }).type).toBe('other');
      expect(bounceOf(list, { destination: null }).type).toBe('other');
    },
  );

  test('spoils nothing beside it', () => {
    const list = [{ status: '5.1.1' }, null, { ...said, diagnosticCode: `a${' b'.repeat(6_000)}` }];
    const tags = { ...aMail.tags, campaign: [5], other: null };
    const event = bounceOf(list, { tags, headers: [null, { name: 5 }] });
    expect(event).toMatchObject({ type: 'bounce', recipients: [joe], attempt: 2 });
    expect(event.reports).toEqual([
      { email: joe, status: '5.1.1', diagnostic: expect.stringMatching(/^a b/) },
    ]);
  });

  const yearTenThousand = '9999-12-31T23:30:00-01:00';
  test.each([
    yearTenThousand,
    'Order 12',
    '2025-05-02T00:55:00',
    '2025-05-02',
    '2025-02-30T00:00:00Z',
    '1',
    5,
    null,
  ])('a time that is %j is none', (timestamp) => {
    const event = eventOf({ eventType: 'Open', mail: aMail, open: { timestamp } });
    expect(event.occurredAt).toEqual(new Date(aMail.timestamp));
  });
});

describe('ignored', () => {
  test.each([
    ['not_json', 'Successfully validated SNS topic for Amazon SES event publishing.'],
    ['not_an_event', '{}'],
    ['not_an_event', 'null'],
    ['not_an_event', JSON.stringify({ eventType: 'Send', mail: { ...aMail, messageId: 7 } })],
    ['not_an_event', JSON.stringify({ eventType: 'Send', mail: { ...aMail, timestamp: 'soon' } })],
    [
      'not_an_event',
      JSON.stringify({ eventType: 'Send', mail: { ...aMail, timestamp: '+012026-01-01T00:00:00Z' } }),
    ],
    ['unknown_type', JSON.stringify({ eventType: 'Something', mail: { ...aMail, tags: {} } })],
    ['unknown_type', JSON.stringify({ mail: aMail })],
    ['no_send_id', JSON.stringify({ eventType: 'Send', mail: { ...aMail, tags: {} } })],
    [
      'no_send_id',
      JSON.stringify({ eventType: 'Send', mail: { ...aMail, tags: { 'postroom-send-id': ['1; DROP'] } } }),
    ],
  ])('%s: %s', (reason, message) => {
    expect(parseSesEvent(message)).toEqual({ kind: 'ignored', reason });
  });
});

test('an event of a type that is not known is one of its send, by its name', () => {
  const event = eventOf({
    eventType: 'Something <jane@r.example>',
    mail: aMail,
    something: { timestamp: eventAt },
  });
  expect(event).toMatchObject({
    type: 'other',
    sendId: aSendId,
    isPermanentBounce: null,
    detail: { eventType: 'Something <<address>>' },
    occurredAt: new Date(aMail.timestamp),
  });
});

test('no JSON at all makes it throw', () => {
  const parts = fc.constantFrom('bounce', 'complaint', 'delivery', 'deliveryDelay', 'open', 'click', 'mail');
  const types = fc.constantFrom('Bounce', 'Complaint', 'Delivery', 'DeliveryDelay', 'Open', 'Click', 'Send');
  fc.assert(
    fc.property(types, fc.dictionary(parts, fc.jsonValue()), (eventType, rest) => {
      const message = JSON.stringify({ eventType, mail: aMail, ...rest });
      expect(['event', 'ignored']).toContain(parseSesEvent(message).kind);
    }),
  );
});
