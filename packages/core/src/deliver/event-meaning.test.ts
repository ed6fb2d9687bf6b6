import { describe, expect, test } from '@jest/globals';
import type { ProviderEventType } from '../send/provider-outcome.ts';
import { meaningOf } from './event-meaning.ts';

const bounce = (bounceType: string, bounceSubType: string) =>
  meaningOf({
    type: 'bounce',
    isPermanentBounce: bounceType === 'Permanent',
    detail: { bounceType, bounceSubType },
  });
const complaint = (detail: Record<string, string>) =>
  meaningOf({ type: 'complaint', isPermanentBounce: null, detail });

describe('a bounce', () => {
  test.each([
    ['General', 'bounced', false, 'for_good', true],
    ['NoEmail', 'bounced', false, 'for_good', true],
    ['Something new', 'bounced', false, 'for_good', true],
    ['Suppressed', 'bounced', true, 'for_good', true],
    ['OnAccountSuppressionList', 'bounced', true, 'for_good', false],
    ['OnTenantSuppressionList', 'bounced', true, 'for_good', false],
    ['UnsubscribedRecipient', 'bounced', true, 'unsubscribe', false],
    ['EmailValidationSuppressed', 'bounced', true, 'for_a_while', false],
  ] as const)(
    'Permanent %s is %s, by the provider: %s',
    (subType, delivery, isByProvider, suppression, isRated) => {
      expect(bounce('Permanent', subType)).toEqual({ delivery, isByProvider, suppression, isRated });
    },
  );

  test.each([
    ['Transient', 'General'],
    ['Transient', 'MailboxFull'],
    ['Transient', 'MessageTooLarge'],
    ['Transient', 'AttachmentRejected'],
    ['Undetermined', 'Undetermined'],
  ])('%s %s is soft', (type, subType) => {
    expect(bounce(type, subType)).toEqual({
      delivery: 'soft_bounced',
      isByProvider: false,
      suppression: 'none',
      isRated: false,
    });
  });

  test.each(['Novel', '', 'permanent'])('of a type that is not known, %j, says nothing', (type) => {
    expect(bounce(type, 'General')).toMatchObject({ delivery: null, suppression: 'none', isRated: false });
  });

  test('without a type is what it was read as', () => {
    const read = (isPermanentBounce: boolean | null) =>
      meaningOf({ type: 'bounce', isPermanentBounce, detail: {} }).delivery;
    expect([read(true), read(false), read(null)]).toEqual(['bounced', 'soft_bounced', 'soft_bounced']);
  });
});

describe('a complaint', () => {
  test.each([[{}], [{ complaintFeedbackType: 'abuse' }], [{ complaintFeedbackType: 'something new' }]])(
    '%j is one',
    (detail) => {
      expect(complaint(detail)).toMatchObject({
        delivery: 'complained',
        suppression: 'for_good',
        isRated: true,
      });
    },
  );

  test('that is taken back says nothing', () => {
    expect(complaint({ complaintFeedbackType: 'not-spam' })).toMatchObject({
      delivery: null,
      suppression: 'none',
    });
  });

  test('of the account’s suppression list is a mail that was not sent', () => {
    expect(complaint({ complaintSubType: 'OnAccountSuppressionList' })).toEqual({
      delivery: 'bounced',
      isByProvider: true,
      suppression: 'for_good',
      isRated: false,
    });
  });
});

test.each<[ProviderEventType, string | null]>([
  ['delivery', 'delivered'],
  ['delay', 'delayed'],
  ['reject', 'bounced'],
  ['send', null],
  ['open', null],
  ['click', null],
  ['subscription', null],
  ['rendering_failure', null],
])('%s says %s', (type, delivery) => {
  expect(meaningOf({ type, isPermanentBounce: null, detail: {} }).delivery).toBe(delivery);
});
