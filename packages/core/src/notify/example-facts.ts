import type { WebhookEvent } from '@postroom/contracts';

/** What a test tells: something like the real thing, about nobody. `example.com` is nobody's (RFC 2606). */
const email = {
  test: true,
  email_id: '00000000-0000-7000-8000-000000000000',
  from: 'Acme <hello@example.com>',
  to: ['reader@example.com'],
  subject: 'A test of this webhook',
  created_at: '2026-01-01T00:00:00.000Z',
};

const timestamp = email.created_at;

const beside: Partial<Readonly<Record<WebhookEvent, object>>> = {
  'email.bounced': { bounce: { type: 'Permanent', subType: 'General', message: '550 5.1.1 user unknown' } },
  'email.complained': { complaint: { type: 'abuse' } },
  'email.opened': { open: { timestamp, userAgent: 'Example/1.0', machine: false } },
  'email.clicked': {
    click: { link: 'https://example.com/', timestamp, userAgent: 'Example/1.0', machine: false },
  },
  'email.failed': { failed: { reason: 'Example' } },
  'email.skipped': { skipped: { reason: 'Example' } },
  'email.suppressed': { suppressed: { type: 'OnAccountSuppressionList' } },
  'suppression.added': { email: 'reader@example.com', reason: 'Bounce' },
  'suppression.removed': { email: 'reader@example.com', reason: 'Bounce' },
  'subscription.changed': {
    email: 'reader@example.com',
    subscribed: false,
    status: 'unsubscribed',
    by: 'client',
  },
  'workspace.marketing_paused': { scope: 'workspace', delivered: 1000, bounced: 60, complained: 0 },
  'domain.updated': { domain: 'example.com', status: 'verified' },
};

/** The facts of a test: those of an email hold what else its row would say. */
export const exampleFacts = (type: WebhookEvent): object =>
  type.startsWith('email.') ? { ...email, ...beside[type] } : { test: true, ...beside[type] };
