import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import * as z from 'zod';
import { bullmqOptionsOf } from './bullmq-connection.ts';
import type { Floor } from './floor.ts';

const settingsSchema = z.object({ concurrency: z.int().positive() });

/** A BullMQ worker whose jobs do nothing. */
export async function openEmptyWorker(settings: unknown): Promise<Floor> {
  const options = bullmqOptionsOf(settings);
  const { concurrency } = settingsSchema.parse(settings);
  const queue = new Queue('empty', {
    ...options,
    defaultJobOptions: { removeOnComplete: { count: 1_000 } },
  });
  let worker: Worker | undefined;
  let expected = 0;
  const run = async (ready: Worker) => {
    const startedAt = performance.now();
    let left = expected;
    const drained = new Promise<void>((resolve, reject) => {
      ready.on('error', reject);
      ready.on('completed', () => {
        left -= 1;
        if (left === 0) resolve();
      });
    });
    ready.run().catch(() => undefined);
    await drained;
    return { seconds: (performance.now() - startedAt) / 1000, latenciesMs: [] };
  };
  return {
    prepare: async ({ calls, emailsPerCall }) => {
      await worker?.close();
      expected = calls * emailsPerCall;
      for (let call = 0; call < calls; call += 1) {
        const data = () => ({ sendId: randomUUID(), epoch: 0 });
        await queue.addBulk(Array.from({ length: emailsPerCall }, () => ({ name: 'send', data: data() })));
      }
      worker = new Worker('empty', async () => undefined, { ...options, concurrency, autorun: false });
      await worker.waitUntilReady();
    },
    run: () => {
      if (worker === undefined) throw new Error('prepare comes before run');
      return run(worker);
    },
  };
}
