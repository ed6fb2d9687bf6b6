import type { SendStatus } from '@postroom/contracts';

/**
 * The status machine of a send.
 *
 * `Scheduled` waits for its time, then becomes `Queued`. A claim makes it `Processing`; the claim's outcome
 * makes it `Sent`, `Failed` or `Skipped`, or `Queued` again for an automatic retry. While SES may or may not
 * have accepted it, it stays `Processing`, in doubt. `Canceled` is reached before a claim only. `Failed`
 * leaves its end only by the retry route.
 */
const edges: Readonly<Record<SendStatus, readonly SendStatus[]>> = {
  Scheduled: ['Queued', 'Canceled'],
  Queued: ['Processing', 'Canceled'],
  Processing: ['Sent', 'Failed', 'Skipped', 'Queued'],
  Sent: [],
  Failed: ['Queued'],
  Skipped: [],
  Canceled: [],
};

/** Whether a send may go from one status to another. */
export const mayMove = (from: SendStatus, to: SendStatus): boolean => edges[from].includes(to);

/** Statuses in which nothing more happens by itself. */
export const terminalStatuses: readonly SendStatus[] = ['Sent', 'Failed', 'Skipped', 'Canceled'];
