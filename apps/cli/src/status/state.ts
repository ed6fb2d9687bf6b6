import {
  type Backlog,
  type Database,
  type FailureCause,
  OperationStore,
  SendRateStore,
  SesAccountStore,
} from '@postroom/db';
import { createHoldsOfAll, createWorkerRoll, openSendQueue, type WorkerEntry } from '@postroom/redis';
import { type HeldPart, nameAccounts } from './held.ts';

/** What an operator wants to know at a glance. Of Redis, null: it is away or does not answer. */
export type State = {
  readonly at: string;
  readonly backlog: readonly Backlog[];
  readonly setRate: number | null;
  /** Why sends failed within the last hour. */
  readonly failures: readonly FailureCause[];
  readonly queue: {
    readonly workers: readonly WorkerEntry[];
    readonly holds: readonly HeldPart[];
    readonly jobs: number;
  } | null;
};

const failuresWithinSeconds = 3_600;

/** How long Redis may take to be reached, in milliseconds. */
const connectingMs = 2_000;

/** Reads the state of a running installation, again and again until it is closed. */
export function openState(
  database: Database,
  { url, prefix }: { readonly url: string; readonly prefix: string },
) {
  const operations = new OperationStore(database.prisma);
  const accounts = new SesAccountStore(database.prisma);
  const rates = new SendRateStore(database.prisma);
  const queue = openSendQueue({ url, prefix, onError: () => undefined });
  const connected = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, connectingMs);
    queue.redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  const roll = createWorkerRoll({ redis: queue.redis, prefix });
  const holds = createHoldsOfAll({ redis: queue.redis, prefix });
  const readQueue = async (): Promise<State['queue']> => {
    const [workers, held, known, { waiting, prioritized, active: inHand }] = await Promise.all([
      roll.list(),
      holds.refresh(),
      accounts.list().catch(() => []),
      queue.counts(),
    ]);
    return { workers, holds: nameAccounts(held, known), jobs: waiting + prioritized + inHand };
  };
  return {
    read: async (): Promise<State> => {
      await connected;
      const backlog = await operations.countBacklog();
      const failures = await operations.findRecentFailures(failuresWithinSeconds);
      const set = await rates.find();
      return {
        at: new Date().toISOString(),
        backlog,
        setRate: set?.recipientsPerSecond ?? null,
        failures,
        queue: await readQueue().catch(() => null),
      };
    },
    close: () => queue.close(),
  };
}
