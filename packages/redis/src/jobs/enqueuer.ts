import type { SendJob } from '@postroom/core';
import { ReplyError } from 'ioredis';
import { createAsking, SilenceError } from '../connection/asking.ts';
import type { SendQueue } from './send-queue.ts';

/** How many jobs may be on their way beyond their budget: what Redis is only slow to take arrives all the same. */
const maxOverdue = 20;

/** Why Redis did not take jobs, in words without keys or values: its own code, such as `OOM` or `NOPERM`. */
function reasonOf(error: unknown): string {
  if (error instanceof SilenceError) return 'redis did not answer in time';
  if (!(error instanceof Error)) return 'unknown';
  const code = error instanceof ReplyError ? /^[A-Z]{3,}\b/.exec(error.message)?.[0] : undefined;
  return code === undefined ? error.name : `redis refused it: ${code}`;
}

/**
 * Tells the queue about rows that are on disk, within a time budget. Never rejects: false means that the
 * sweeper has to find what was missed. While Redis is away it gives up at once instead of adding to a pile.
 */
export function createEnqueuer(options: {
  readonly queue: SendQueue;
  readonly budgetMs: number;
  readonly onMissed: (jobs: number, reason: string) => void;
}): { enqueue(jobs: readonly SendJob[]): Promise<boolean> } {
  const { queue, budgetMs, onMissed } = options;
  const ask = createAsking(maxOverdue);
  const missed = (jobs: readonly SendJob[], reason: string) => {
    onMissed(jobs.length, reason);
    return false;
  };
  return {
    enqueue: async (jobs) => {
      if (jobs.length === 0) return true;
      if (queue.redis.status !== 'ready') return missed(jobs, 'redis is not connected');
      try {
        await ask(() => queue.add(jobs), budgetMs);
        return true;
      } catch (error) {
        return missed(jobs, reasonOf(error));
      }
    },
  };
}
