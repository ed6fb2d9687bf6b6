import type { ClaimedNotice, ToldSend } from '../src/index.ts';

/** A send as a payload tells it. */
export const aToldSend = (overrides: Partial<ToldSend> = {}): ToldSend => ({
  id: '0199aaaa-0000-7000-8000-000000000001',
  from: { email: 'hello@acme.test', name: 'Acme, Inc.' },
  to: { email: 'ada@example.com', name: 'Ada' },
  toOthers: [],
  cc: [],
  subject: 'Hello',
  tags: [],
  templateId: null,
  batchId: null,
  idempotencyKey: 'order-1',
  messageId: '0199aaaa-0000-7000-8000-000000000002',
  scheduledAt: null,
  simulated: false,
  createdAt: new Date('2026-11-29T00:00:00Z'),
  ...overrides,
});

/** A notice in hand, of a send that was sent. */
export const aNotice = (overrides: Partial<ClaimedNotice> = {}): ClaimedNotice => ({
  id: '0199aaaa-0000-7000-8000-00000000000a',
  workspaceId: '0199aaaa-0000-7000-8000-00000000000b',
  endpointId: '0199aaaa-0000-7000-8000-00000000000c',
  leaseToken: '0199aaaa-0000-7000-8000-00000000000d',
  type: 'email.sent',
  facts: {},
  occurredAt: new Date('2026-11-29T00:00:01Z'),
  attempt: 1,
  tries: 1,
  send: aToldSend(),
  profileEmail: null,
  url: 'https://receiver.example/hook',
  secrets: ['whsec_AAAA'],
  ...overrides,
});
