import { Redis } from 'ioredis';
import { answerWithin } from '../connection/answer-within.ts';
import { queueKey } from './names.ts';

/** How long connecting and asking may take together, in milliseconds. */
const freshAnswerMs = 3_000;

/**
 * Whether jobs wait and no operator has paused the queue, as dashboards of BullMQ can. Asked over a connection that is opened for it and closed
 * again: those that stand may be dead without anybody knowing. Rejects when Redis cannot be reached or does not answer.
 */
export async function hasDueJobs(options: {
  readonly url: string;
  readonly prefix: string;
}): Promise<boolean> {
  const redis = new Redis(options.url, {
    lazyConnect: true,
    connectTimeout: freshAnswerMs,
    retryStrategy: () => null,
  });
  // What went wrong is told by what rejects.
  redis.on('error', () => undefined);
  try {
    return await answerWithin(ask(redis, options.prefix), freshAnswerMs);
  } finally {
    redis.disconnect();
  }
}

async function ask(redis: Redis, prefix: string): Promise<boolean> {
  await redis.connect();
  const [waiting, prioritized, isPaused] = await Promise.all([
    redis.llen(queueKey(prefix, 'wait')),
    redis.zcard(queueKey(prefix, 'prioritized')),
    redis.hexists(queueKey(prefix, 'meta'), 'paused'),
  ]);
  return waiting + prioritized > 0 && isPaused === 0;
}
