import type { Delivery, SendStatus } from '@postroom/contracts';

export type { EmailDetail, EmailList } from '@postroom/contracts';

/** The statuses of a send, in the order of its life; the types hold that none is missing. */
export const sendStatuses = Object.keys({
  Scheduled: 1,
  Queued: 1,
  Processing: 1,
  Sent: 1,
  Failed: 1,
  Skipped: 1,
  Canceled: 1,
} satisfies Record<SendStatus, 1>);

/** What may become of mail that SES took; the types hold that nothing is missing. */
export const deliveries = Object.keys({
  delivered: 1,
  delayed: 1,
  bounced: 1,
  complained: 1,
} satisfies Record<Delivery, 1>);
