import { openSendQueue, type SendQueue } from '@postroom/redis';

/** Opens the queue of the pipeline to look into it, once it is connected. */
export async function openQueue(redisUrl: string): Promise<SendQueue> {
  const queue = openSendQueue({ url: redisUrl, prefix: 'postroom', onError: () => undefined });
  if (queue.redis.status !== 'ready') {
    await new Promise((resolve) => {
      queue.redis.once('ready', resolve);
    });
  }
  return queue;
}
