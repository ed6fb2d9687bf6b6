import type { SendQueue } from '@postroom/redis';
import { createMailbag } from '../load/mailbag.ts';
import type { BenchChild } from '../process/child.ts';
import type { RunOptions } from '../run-options.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { openQueue } from '../stack/open-queue.ts';
import type { Bench } from '../stack/start-bench.ts';
import type { Filling } from './drain.ts';

/** How many sends a worker has in hand. */
export const concurrency = 50;

/** Starts a worker that nothing keeps from sending as fast as it can. */
export const startFastWorker = (bench: Bench): Promise<BenchChild> =>
  bench.startWorker({ WORKER_CONCURRENCY: String(concurrency), SES_MAX_SEND_RATE: '1000000' });

/** What queues are filled with, to a thousand recipients, and what they are looked at through. */
export async function openFilling(
  bench: Bench,
  { seed, closeStack }: Pick<RunOptions, 'seed' | 'closeStack'>,
): Promise<{
  readonly queue: SendQueue;
  readonly fillingOf: (mail?: { readonly isTracked: boolean }) => Filling;
  /** How many emails the API has accepted of all fillings. */
  readonly accepted: () => number;
}> {
  const templateId = await makeTemplate(bench.client);
  const queue = await openQueue(bench.redis.url);
  closeStack.defer('queue', () => queue.close());
  let accepted = 0;
  return {
    queue,
    accepted: () => accepted,
    fillingOf: (mail) => ({
      bench,
      mailbag: createMailbag({ templateId, seed, knownRecipients: 1_000, ...mail }),
      onAccepted: (count) => {
        accepted += count;
      },
    }),
  };
}
