import { Redis, ReplyError } from 'ioredis';
import { answerMs, answerWithin } from './answer-within.ts';

/** The longest pause between two attempts to reconnect, in milliseconds. */
const maxReconnectDelayMs = 1_000;

/**
 * How long an answer may be overdue until its connection is given up for a new one, in milliseconds. One that carries
 * nothing, without a reset, would otherwise be waited for as long as TCP does, which is a quarter of an hour.
 */
const silentMs = 2_500;

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
    socketTimeout: silentMs,
    retryStrategy: reconnectDelay,
  });
  redis.on('error', onError);
  return redis;
}

/**
 * A connection for a worker: it waits for Redis to come back, as BullMQ's blocking commands need. Those have to end
 * before their answer counts as overdue.
 */
export function openPatientRedis({ url, onError }: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: 3_000,
    socketTimeout: silentMs,
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

/** What a server tells, or null when it refuses to. Rejects when it does not answer. */
async function toldBy<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answerWithin(answer, answerMs);
  } catch (error) {
    if (error instanceof ReplyError) return null;
    throw error;
  }
}

/**
 * Why a server must not hold the queue, or null when it may, or tells its policy to nobody. Managed servers refuse
 * `CONFIG`, and tell it in `INFO`. Rejects when it does not answer.
 */
export async function evictionProblem(redis: Redis): Promise<string | null> {
  const answer = await toldBy(redis.config('GET', 'maxmemory-policy'));
  const told = Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
  const info = told === null ? await toldBy(redis.info('memory')) : null;
  const policy = told ?? /^maxmemory_policy:(\S+)/m.exec(info ?? '')?.[1] ?? null;
  if (policy === null || policy === 'noeviction') return null;
  return `Redis has maxmemory-policy ${policy}, which loses jobs when memory is full: set it to noeviction.`;
}
