import { Redis } from 'ioredis';

/** The longest pause between two attempts to reconnect, in milliseconds. */
const maxReconnectDelayMs = 2_000;

const reconnectDelay = (attempts: number) => Math.min(maxReconnectDelayMs, 50 * 2 ** Math.min(attempts, 10));

export type RedisConnectionOptions = {
  readonly url: string;
  readonly onError: (error: Error) => void;
};

/**
 * A connection for producers and for quick questions: commands fail at once while Redis is away, instead of
 * piling up. The caller quits it; BullMQ does not close a connection that it was given.
 */
export function openImpatientRedis({ url, onError }: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 3_000,
    retryStrategy: reconnectDelay,
  });
  redis.on('error', onError);
  return redis;
}

/** A connection for a worker: it waits for Redis to come back, as BullMQ's blocking commands need. */
export function openPatientRedis({ url, onError }: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: 5_000,
    retryStrategy: reconnectDelay,
  });
  redis.on('error', onError);
  return redis;
}

/** Ends a connection, politely while it is up. Never rejects. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
}

/** How long a start waits for Redis before it goes on without it, in milliseconds. */
const readyWithinMs = 5_000;

/** Resolves once a connection stands, or after a while: an impatient one refuses commands until then. */
function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      redis.off('ready', done);
      resolve();
    };
    const timer = setTimeout(done, readyWithinMs);
    redis.once('ready', done);
  });
}

/**
 * Says why a Redis server must not hold the queue, or null when it may, or cannot be asked: with any eviction
 * policy but `noeviction` it drops keys of BullMQ when its memory is full. Waits for the connection to stand.
 */
export async function evictionProblem(redis: Redis): Promise<string | null> {
  await untilReady(redis);
  const answer = await redis.config('GET', 'maxmemory-policy').catch(() => null);
  const policy = Array.isArray(answer) ? String(answer[1]) : null;
  if (policy === null || policy === 'noeviction') return null;
  return `Redis has maxmemory-policy ${policy}, which loses jobs when memory is full: set it to noeviction.`;
}
