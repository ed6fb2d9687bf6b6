import type { RedisTrouble } from '../connection/redis-trouble.ts';
import { watchRedis } from '../connection/watch-redis.ts';
import { openSendQueue, type SendQueue } from './send-queue.ts';

type RedisConfig = { readonly REDIS_URL: string; readonly QUEUE_PREFIX: string };

/** How Redis is reached, and what begins its keys. */
export const redisOf = ({ REDIS_URL, QUEUE_PREFIX }: RedisConfig) => ({
  url: REDIS_URL,
  prefix: QUEUE_PREFIX,
});

/** What is wrong with a Redis that only another setting can help: it would lose jobs, or cannot be used at all. */
type Broken = Extract<RedisTrouble['kind'], 'evicts' | 'setting'>;

/** The line of the log that says so. */
export type BrokenRedis = 'redis_evicts' | 'redis_misconfigured';

/** Which of it a process cannot do without: one that takes mail keeps it where no job is made, and the sweeper makes it later. */
export const neededBy = {
  producers: ['evicts'],
  workers: ['evicts', 'setting'],
} as const satisfies Record<string, readonly Broken[]>;

/** What a process has to tell by, and to close in order. */
type Foundation = {
  readonly logger: { info(line: object): void; error(line: object): void };
  readonly errors: { note(trouble: { readonly event: string; readonly error: unknown }): void };
  readonly closeStack: { defer(name: string, close: () => Promise<void> | void): void };
};

const isBroken = (kind: RedisTrouble['kind']): kind is Broken => kind === 'evicts' || kind === 'setting';

/** What tells of each trouble once: what may pass is counted, and what only a setting can help is an error. */
function createTeller({ logger, errors }: Foundation) {
  let told: string | null = null;
  return ({ kind, reason }: RedisTrouble): BrokenRedis | null => {
    if (!isBroken(kind)) {
      errors.note({ event: 'redis_unusable', error: reason });
      return null;
    }
    const isNew = told !== reason;
    told = reason;
    if (kind === 'evicts') {
      if (isNew) logger.error({ event: 'redis_evicts', problem: reason });
      return 'redis_evicts';
    }
    if (isNew) logger.error({ event: 'redis_misconfigured', problem: reason });
    return 'redis_misconfigured';
  };
}

/**
 * Opens the queue of a process, and looks at its Redis until it can be used: whatever is wrong is told, with the variable that
 * has to change. Throws when it is found at the start that the process cannot do without; `broken` resolves when that turns
 * out later, as with a Redis that was away.
 */
export async function openWatchedQueue(
  config: RedisConfig,
  foundation: Foundation,
  needed: readonly Broken[],
): Promise<{ readonly queue: SendQueue; readonly broken: Promise<BrokenRedis> }> {
  const { logger, errors, closeStack } = foundation;
  const isNeeded = ({ kind }: RedisTrouble) => needed.some((one) => one === kind);
  const tell = createTeller(foundation);
  let isStarting = true;
  let end: (broken: BrokenRedis) => void = () => undefined;
  const broken = new Promise<BrokenRedis>((resolve) => {
    end = resolve;
  });
  const onTrouble = (trouble: RedisTrouble) => {
    // What ends the start is thrown, and told by whoever catches it.
    if (isStarting && isNeeded(trouble)) return;
    const event = tell(trouble);
    if (event !== null && isNeeded(trouble)) end(event);
  };
  const onWell = () => logger.info({ event: 'redis_usable' });
  const watch = await watchRedis({ ...redisOf(config), onTrouble, onWell });
  isStarting = false;
  closeStack.defer('redis watch', () => watch.stop());
  if (watch.first !== null && isNeeded(watch.first)) throw new Error(watch.first.reason);
  const queue = openSendQueue({
    ...redisOf(config),
    onError: (error) => errors.note({ event: 'redis_error', error }),
  });
  closeStack.defer('queue', () => queue.close());
  return { queue, broken };
}
