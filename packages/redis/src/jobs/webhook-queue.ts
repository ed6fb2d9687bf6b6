import { Queue } from 'bullmq';
import * as z from 'zod';
import { createAsking, silenceMs } from '../connection/asking.ts';
import { closeRedis, openImpatientRedis } from '../connection/redis.ts';

/** The queue of webhooks: a job per endpoint that has something due. */
export const webhookQueueName = 'webhooks';

/** What a job carries: the endpoint that has something due. */
export const webhookJobSchema = z.strictObject({ endpointId: z.guid() });

/** The producer's side of the queue of webhooks. Everything here rejects quickly while Redis is away or does not answer. */
export type WebhookQueue = {
  /** Adds a job per endpoint; an endpoint that has one keeps it. */
  add(endpointIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

/** Opens the producer's side. Jobs that ended are not kept: their ids have to be free for what is due next. */
export function openWebhookQueue(options: {
  readonly url: string;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}): WebhookQueue {
  const redis = openImpatientRedis(options);
  const queue = new Queue(webhookQueueName, {
    connection: redis,
    prefix: options.prefix,
    skipVersionCheck: true,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', options.onError);
  const ask = createAsking();
  const add = (endpointIds: readonly string[]) =>
    queue.addBulk(
      endpointIds.map((endpointId) => ({
        name: 'deliver',
        data: { endpointId },
        opts: { jobId: endpointId },
      })),
    );
  return {
    add: async (endpointIds) => {
      if (endpointIds.length > 0) await ask(() => add(endpointIds), silenceMs.manyJobs);
    },
    close: async () => {
      await queue.close();
      await closeRedis(redis);
    },
  };
}
