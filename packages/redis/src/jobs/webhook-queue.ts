import { Queue } from 'bullmq';
import * as z from 'zod';
import { createAsking, silenceMs } from '../connection/asking.ts';
import { closeRedis, openImpatientRedis } from '../connection/redis.ts';

/**
 * The queues of webhooks: a job per endpoint that has something due. Those where nothing arrives have one of their own, so that
 * however many there are, no other waits behind them.
 */
export const webhookQueueNames = { sound: 'webhooks', doubtful: 'webhooks-doubtful' } as const;
export type WebhookQueueKind = keyof typeof webhookQueueNames;
export const webhookQueueKinds = ['sound', 'doubtful'] as const satisfies readonly WebhookQueueKind[];

/** What a job carries: the endpoint that has something due. */
export const webhookJobSchema = z.strictObject({ endpointId: z.guid() });

/** The producer's side of the queues of webhooks. Everything here rejects quickly while Redis is away or does not answer. */
export type WebhookQueue = {
  /** Adds a job per endpoint; an endpoint that has one keeps it. */
  add(endpointIds: Readonly<Record<WebhookQueueKind, readonly string[]>>): Promise<void>;
  close(): Promise<void>;
};

/** Opens the producer's side. Jobs that ended are not kept: their ids have to be free for what is due next. */
export function openWebhookQueue(options: {
  readonly url: string;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}): WebhookQueue {
  const redis = openImpatientRedis(options);
  const open = (kind: WebhookQueueKind) => {
    const queue = new Queue(webhookQueueNames[kind], {
      connection: redis,
      prefix: options.prefix,
      skipVersionCheck: true,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    return queue.on('error', options.onError);
  };
  const queues = { sound: open('sound'), doubtful: open('doubtful') };
  const ask = createAsking();
  const add = (kind: WebhookQueueKind, endpointIds: readonly string[]) =>
    queues[kind].addBulk(
      endpointIds.map((endpointId) => ({
        name: 'deliver',
        data: { endpointId },
        opts: { jobId: endpointId },
      })),
    );
  return {
    add: async (endpointIds) => {
      for (const kind of webhookQueueKinds) {
        const ids = endpointIds[kind];
        if (ids.length > 0) await ask(() => add(kind, ids), silenceMs.manyJobs);
      }
    },
    close: async () => {
      await Promise.all(webhookQueueKinds.map((kind) => queues[kind].close()));
      await closeRedis(redis);
    },
  };
}
