import type { SendJob } from '@postroom/core';
import type { SendQueue } from './send-queue.ts';

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
  let unanswered = 0;
  const maxUnanswered = 20;
  const missed = (jobs: readonly SendJob[], reason: string) => {
    onMissed(jobs.length, reason);
    return false;
  };
  return {
    enqueue: async (jobs) => {
      if (jobs.length === 0) return true;
      if (queue.redis.status !== 'ready') return missed(jobs, 'redis is not connected');
      if (unanswered >= maxUnanswered) return missed(jobs, 'redis does not answer');
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
          return missed(jobs, 'redis did not answer in time');
        }
        return true;
      } catch (error) {
        return missed(jobs, error instanceof Error ? error.name : 'unknown');
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
