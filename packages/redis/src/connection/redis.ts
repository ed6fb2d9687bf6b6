import { Redis } from 'ioredis';
import { createAsking, silenceMs } from './asking.ts';

/** The longest pause between two attempts to reconnect, in milliseconds. */
const maxReconnectDelayMs = 1_000;

export type RedisConnectionOptions = {
  readonly url: string;
  readonly onError: (error: Error) => void;
};

type Patience = { readonly enableOfflineQueue?: false; readonly maxRetriesPerRequest: number | null };

function open({ url, onError }: RedisConnectionOptions, patience: Patience): Redis {
  const redis = new Redis(url, {
    connectTimeout: silenceMs.connecting,
    retryStrategy: (attempts) => Math.min(maxReconnectDelayMs, 50 * 2 ** Math.min(attempts, 10)),
    socketTimeout: silenceMs.connection,
    ...patience,
  });
  redis.on('error', onError);
  return redis;
}

/**
 * A connection for producers and for quick questions: commands fail at once while Redis is away, instead of
 * piling up. The caller closes it; BullMQ does not close a connection that it was given.
 */
export const openImpatientRedis = (options: RedisConnectionOptions): Redis =>
  open(options, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });

/**
 * A connection for a worker: it waits for Redis to come back, as BullMQ's blocking commands need. Those have to end
 * before their connection is given up.
 */
export const openPatientRedis = (options: RedisConnectionOptions): Redis =>
  open(options, { maxRetriesPerRequest: null });

/**
 * Asks over a connection that is made for it and ended with the answer: those that stand may be dead without anybody
 * knowing. Rejects with what went wrong first.
 */
export async function askAfresh<T>(
  url: string,
  question: (redis: Redis) => Promise<T>,
  budgetMs: number,
): Promise<T> {
  const told: { failure: Error | null } = { failure: null };
  const ask = createAsking();
  const redis = new Redis(url, {
    connectTimeout: silenceMs.connecting,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', (error: Error) => {
    told.failure ??= error;
  });
  try {
    await ask(() => redis.connect(), silenceMs.connecting + silenceMs.answer);
    // A database that is not there is only told: the connection would go on with the first one.
    if (told.failure !== null) throw told.failure;
    return await ask(() => question(redis), budgetMs);
  } catch (error) {
    throw told.failure ?? error;
  } finally {
    redis.disconnect();
  }
}

/** Ends a connection, politely while it is up. Never rejects. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
}
