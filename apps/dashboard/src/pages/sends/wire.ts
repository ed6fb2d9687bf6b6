import type { SendStatus } from '@postroom/contracts';

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
