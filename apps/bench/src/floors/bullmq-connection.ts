import * as z from 'zod';

const settingsSchema = z.object({ redisUrl: z.url(), prefix: z.string() });

/** Where a floor keeps a queue of its own, in BullMQ's words. */
export function bullmqOptionsOf(settings: unknown) {
  const { redisUrl, prefix } = settingsSchema.parse(settings);
  const { hostname, port } = new URL(redisUrl);
  return { connection: { host: hostname, port: Number(port), maxRetriesPerRequest: null }, prefix };
}
