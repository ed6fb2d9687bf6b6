import * as z from 'zod';

/** The queue, of which each account has one: a job per send. */
export const queueName = 'sends';

/** The name of every job in it. */
export const jobName = 'send';

/** What a job carries: a hint, and nothing personal. */
export const jobPayloadSchema = z.strictObject({ sendId: z.guid(), epoch: z.int().min(0) });
export type JobPayload = z.infer<typeof jobPayloadSchema>;

/** The deterministic id of a job: adding a living one again changes nothing. */
export const jobIdOf = ({ sendId, epoch }: JobPayload): string => `${sendId}-${epoch}`;

/** What is kept as the progress of a job that was put off for a hold: whose it is. */
export const putOffSchema = z.object({ heldOf: z.guid() });

/** The hash of the turns that the order of serving is made of. */
export const ranksKey = (prefix: string): string => `${prefix}:ranks`;

/** What the keys of an account begin with: each has a queue, a pace and holds of its own. Null: the environment's. */
export const prefixOfAccount = (prefix: string, accountId: string | null): string =>
  accountId === null ? prefix : `${prefix}:account:${accountId}`;

/** The set of the accounts that there may be jobs of, beside the environment's. */
export const accountsKey = (prefix: string): string => `${prefix}:accounts`;

/** The hash of the holds of an account, by what its keys begin with. */
export const holdsKey = (own: string): string => `${own}:holds`;

/** The turn to ask for what a key keeps. */
export const turnKey = (key: string): string => `${key}:turn`;

/** A key that BullMQ keeps something of the queue under. */
export const queueKey = (
  prefix: string,
  name: 'wait' | 'prioritized' | 'active' | 'delayed' | 'meta',
): string => `${prefix}:${queueName}:${name}`;

/** Where the order of serving is made up, and whether anything waits for it. */
export type LineKeys = { readonly ranks: string; readonly waiting: string; readonly prioritized: string };

export const lineKeys = (prefix: string): LineKeys => ({
  ranks: ranksKey(prefix),
  waiting: queueKey(prefix, 'wait'),
  prioritized: queueKey(prefix, 'prioritized'),
});
