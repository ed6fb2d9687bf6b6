import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';
import { accountsKey, prefixOfAccount, queueKey, turnKey } from './names.ts';

/** How long a number is told for that nobody refreshes any more, in milliseconds. */
const keptMs = 60_000;

/** BullMQ orders delayed jobs by their moment in milliseconds times this, and by their order within one. */
const delayedScale = 0x1000;

/** The work there is, as one number that autoscalers can read. */
export type WorkNumber = {
  /** Jobs that wait, are due or are in hand. */
  countJobs(): Promise<number>;
  /** Whether it is this process's turn to tell the number: one of all does, once in so many milliseconds. */
  takeTurn(everyMs: number): Promise<boolean>;
  /** Puts it in Redis, as text, at `<prefix>:work`. */
  tell(count: number): Promise<void>;
};

/** Opens the number of the queues of all accounts. Everything rejects quickly while Redis is away or does not answer. */
export function createWorkNumber({ redis, prefix }: { redis: RedisConnection; prefix: string }): WorkNumber {
  const ask = createAsking();
  const key = `${prefix}:work`;
  return {
    countJobs: () =>
      ask(async () => {
        const dueUntil = (Date.now() + 1) * delayedScale;
        const accounts = await redis.smembers(accountsKey(prefix));
        const counts = [null, ...accounts].flatMap((accountId) => {
          const own = prefixOfAccount(prefix, accountId);
          return [
            redis.llen(queueKey(own, 'wait')),
            redis.zcard(queueKey(own, 'prioritized')),
            redis.llen(queueKey(own, 'active')),
            redis.zcount(queueKey(own, 'delayed'), '-inf', `(${dueUntil}`),
          ];
        });
        return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      }),
    takeTurn: (everyMs) =>
      ask(async () => (await redis.set(turnKey(key), '1', 'PX', everyMs, 'NX')) === 'OK'),
    tell: async (count) => {
      await ask(() => redis.set(key, String(count), 'PX', keptMs));
    },
  };
}
