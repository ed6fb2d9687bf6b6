import type { ClaimedSend } from '../src/index.ts';

const address = (email: string) => ({ email, name: null });

/** A send in the hands of a worker, plain unless told. */
export const aClaimedSend = (overrides: Partial<ClaimedSend> = {}): ClaimedSend => ({
  id: '01a20167-d4ed-777d-a382-ef901be53203',
  workspaceId: '01a20167-d4ed-777d-a382-ef901be53204',
  leaseToken: 'lease',
  attempt: 1,
  attemptsSpent: 0,
  lane: 'transactional',
  simulated: false,
  snapshotId: 'snapshot',
  senderProfileId: null,
  configurationSet: null,
  messageId: 'message',
  from: address('hello@acme.test'),
  replyTo: null,
  to: address('ada@example.com'),
  toOthers: [],
  cc: [],
  bcc: [],
  subject: null,
  data: {},
  headers: [],
  attachments: [],
  profile: null,
  subscriptionGroupId: null,
  linkSecret: null,
  trackClicks: false,
  trackOpens: false,
  trackText: false,
  trackingHost: null,
  consent: { isSuppressed: false, isUnsubscribed: false, refusedCopies: [] },
  acceptedEarlierAs: null,
  createdAt: new Date(0),
  ...overrides,
});
