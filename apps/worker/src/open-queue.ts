import type { Foundation, RecurringErrors } from '@postroom/process';
import { findRedisTrouble, openSendQueue, watchRedis } from '@postroom/redis';

type RedisConfig = { readonly REDIS_URL: string; readonly QUEUE_PREFIX: string };

/** Why a worker cannot go on with the Redis that it has: only another setting can help. */
export type BrokenRedis = 'redis_evicts' | 'redis_misconfigured';

/** Where the queue is, and what its keys begin with. */
const redisOf = ({ REDIS_URL, QUEUE_PREFIX }: RedisConfig) => ({
  url: REDIS_URL,
  prefix: QUEUE_PREFIX,
});

/** Throws when only another setting can help. One that is away or full is waited for, and may turn out to be wrong later. */
export async function openQueue(config: RedisConfig, { logger, errors, closeStack }: Foundation) {
  let end: (reason: BrokenRedis) => void = () => undefined;
  const broken = new Promise<BrokenRedis>((resolve) => {
    end = resolve;
  });
  let isStarting = true;
  const watch = await watchRedis({
    ...redisOf(config),
    onTrouble: ({ kind, reason }) => {
      if (kind === 'away' || kind === 'refuses') {
        errors.note({ event: 'redis_unusable', error: reason });
        return;
      }
      if (isStarting) return;
      const event = kind === 'evicts' ? 'redis_evicts' : 'redis_misconfigured';
      logger.error({ event, problem: reason });
      end(event);
    },
    onWell: () => logger.info({ event: 'redis_usable' }),
  });
  isStarting = false;
  closeStack.defer('redis watch', () => watch.stop());
  const { first } = watch;
  if (first?.kind === 'setting' || first?.kind === 'evicts') throw new Error(first.reason);
  const onError = (error: Error) => errors.note({ event: 'redis_error', error });
  const queue = openSendQueue({ ...redisOf(config), onError });
  closeStack.defer('queue', () => queue.close());
  return { queue, brokenRedis: broken };
}

/** Whether Redis could be used. One that is full or refuses keeps jobs from everybody: a new process would fare no better. */
export async function isRedisUsable(config: RedisConfig, errors: RecurringErrors): Promise<boolean> {
  const trouble = await findRedisTrouble(redisOf(config));
  if (trouble !== null) {
    const level = trouble.kind === 'away' || trouble.kind === 'refuses' ? 'warn' : 'error';
    errors.note({ event: 'redis_unusable', error: trouble.reason, level });
  }
  return trouble === null;
}
