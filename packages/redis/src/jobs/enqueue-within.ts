import type { SendJob } from '@postroom/core';
import { ReplyError } from 'ioredis';
import type { SendQueue } from './send-queue.ts';

/** Why Redis did not take jobs, in words without keys or values: its own code, such as `OOM` or `NOPERM`. */
function refusalOf(error: unknown): string {
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
        return missed(jobs, refusalOf(error));
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
