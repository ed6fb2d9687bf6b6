import { expect, test } from '@jest/globals';
import type { ProviderEvent } from '../send/provider-outcome.ts';
import { noticeOfEvent } from './event-notice.ts';

const occurredAt = new Date('2026-11-29T00:00:00Z');
const timestamp = occurredAt.toISOString();

const told = (
  type: ProviderEvent['type'],
  detail: Readonly<Record<string, string>> = {},
  message?: string,
): unknown => {
  const isPermanentBounce = type === 'bounce' ? detail.bounceType === 'Permanent' : null;
  return noticeOfEvent({ type, detail, occurredAt, isPermanentBounce }, message);
};

const bounce = (bounceType: string, bounceSubType: string) =>
  told('bounce', { bounceType, bounceSubType }, '550');

test.each([
  ['Permanent', 'General'],
  ['Permanent', 'NoEmail'],
  ['Transient', 'MailboxFull'],
  ['Undetermined', 'Undetermined'],
])('a bounce %s %s', (type, subType) => {
  expect(bounce(type, subType)).toEqual({
    type: 'email.bounced',
    facts: { bounce: { type, subType, message: '550' } },
  });
});

test.each(['Suppressed', 'OnAccountSuppressionList', 'OnTenantSuppressionList', 'UnsubscribedRecipient'])(
  'what a list of SES kept back is suppressed: %s',
  (subType) => {
    expect(bounce('Permanent', subType)).toEqual({
      type: 'email.suppressed',
      facts: { suppressed: { type: subType, message: '550' } },
    });
  },
);

test('complaints', () => {
  expect(told('complaint', { complaintFeedbackType: 'abuse' })).toEqual({
    type: 'email.complained',
    facts: { complaint: { type: 'abuse' } },
  });
  expect(told('complaint', { complaintFeedbackType: 'not-spam' })).toBeNull();
  expect(told('complaint', { complaintSubType: 'OnAccountSuppressionList' })).toMatchObject({
    type: 'email.suppressed',
  });
});

test('deliveries, delays and refusals', () => {
  expect(told('delivery')).toEqual({ type: 'email.delivered', facts: {} });
  expect(told('delay')).toEqual({ type: 'email.delivery_delayed', facts: {} });
  expect(told('reject', { reason: 'Bad content' })).toEqual({
    type: 'email.failed',
    facts: { failed: { reason: 'Bad content' } },
  });
});

test('opens and clicks, by people or machines', () => {
  expect(told('open', { userAgent: 'UA' })).toEqual({
    type: 'email.opened',
    facts: { open: { timestamp, userAgent: 'UA', machine: false } },
  });
  expect(told('click', { link: 'https://a.example/', userAgent: 'UA', machine: 'prefetch' })).toEqual({
    type: 'email.clicked',
    facts: {
      click: { link: 'https://a.example/', timestamp, userAgent: 'UA', machine: true, reason: 'prefetch' },
    },
  });
});

test('a link is told as a whole, as long as one may be that is tracked', () => {
  const url = 'https://a.example/'.padEnd(2_048, 'x');
  expect(told('click', { url })).toMatchObject({ facts: { click: { link: url } } });
});

test.each(['send', 'subscription', 'rendering_failure'] as const)('nothing of %s', (type) => {
  expect(told(type)).toBeNull();
});

test('no words of others are longer than a thousand characters', () => {
  expect(JSON.stringify(told('bounce', { bounceType: 'Permanent' }, 'x'.repeat(5_000))).length).toBeLessThan(
    1_200,
  );
});
