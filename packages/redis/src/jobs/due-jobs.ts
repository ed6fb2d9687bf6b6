import { silenceMs } from '../connection/asking.ts';
import { askAfresh } from '../connection/redis.ts';
import { queueKey } from './names.ts';

/**
 * Whether jobs wait and no operator has paused the queue, as dashboards of BullMQ can. Asked over a connection of its own.
 * Rejects when Redis cannot be reached or does not answer.
 */
export async function hasDueJobs({
  url,
  prefix,
}: {
  readonly url: string;
  readonly prefix: string;
}): Promise<boolean> {
  const [waiting, prioritized, isPaused] = await askAfresh(
    url,
    (redis) =>
      Promise.all([
        redis.llen(queueKey(prefix, 'wait')),
        redis.zcard(queueKey(prefix, 'prioritized')),
        redis.hexists(queueKey(prefix, 'meta'), 'paused'),
      ]),
    silenceMs.answer,
  );
  return waiting + prioritized > 0 && isPaused === 0;
}
