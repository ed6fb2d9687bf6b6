import { Queue } from 'bullmq';
import type { RedisConnection } from '../connection/redis.ts';
import { queueName } from './names.ts';
import { webhookQueueNames } from './webhook-queue.ts';

/**
 * The queues for whoever looks at them with tools of BullMQ's, over a connection that stands. They write nothing by
 * themselves; what goes wrong with the connection is told to whoever opened it.
 */
export const openQueueViews = ({
  redis,
  prefix,
}: {
  readonly redis: RedisConnection;
  readonly prefix: string;
}): readonly Queue[] =>
  [queueName, ...Object.values(webhookQueueNames)].map((name) => {
    const queue = new Queue(name, {
      connection: redis,
      prefix,
      skipVersionCheck: true,
      skipMetasUpdate: true,
    });
    queue.on('error', () => undefined);
    return queue;
  });
