import type { SendJob } from '@postroom/core';
import type { SendQueue } from './send-queue.ts';

/**
 * Tells the queue about rows that are on disk, within a time budget, and never rejects: what it misses, the
 * sweeper finds. While Redis is away it gives up at once instead of adding to a pile.
 */
export function createEnqueuer(options: {
  readonly queue: SendQueue;
  readonly budgetMs: number;
  readonly onMissed: (jobs: number, reason: string) => void;
}): { enqueue(jobs: readonly SendJob[]): Promise<void> } {
  const { queue, budgetMs, onMissed } = options;
  let unanswered = 0;
  const maxUnanswered = 20;
  return {
    enqueue: async (jobs) => {
      if (jobs.length === 0) return;
      if (queue.redis.status !== 'ready') return onMissed(jobs.length, 'redis is not connected');
      if (unanswered >= maxUnanswered) return onMissed(jobs.length, 'redis does not answer');
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), budgetMs);
      });
      unanswered += 1;
      const added = queue.add(jobs).finally(() => {
        unanswered -= 1;
      });
      try {
        if ((await Promise.race([added, late])) === 'late') {
          added.catch(() => undefined);
          onMissed(jobs.length, 'redis did not answer in time');
        }
      } catch (error) {
        onMissed(jobs.length, error instanceof Error ? error.name : 'unknown');
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
