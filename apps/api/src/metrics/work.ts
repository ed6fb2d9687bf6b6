import type { OperationStore } from '@postroom/db';
import type { RecurringErrors } from '@postroom/process';
import type { WorkNumber } from '@postroom/redis';

/** How often the number is put into Redis, by one process of all, in milliseconds. */
const everyMs = 2_000;

type WorkSources = {
  readonly number: WorkNumber;
  readonly operations: Pick<OperationStore, 'findUntoldWork'>;
};

/**
 * Sends that wait, are due or are in hand. Without a worker nobody queues what was scheduled, nor what the queue missed: a
 * number of 0, at which autoscalers stop the last worker, has to mean that there is nothing.
 */
export async function countWork({ number, operations }: WorkSources): Promise<number> {
  const [jobs, untold] = await Promise.all([number.countJobs(), operations.findUntoldWork()]);
  return Math.max(jobs, untold.isAnyOverdue ? 1 : 0) + untold.due;
}

/** Keeps the number in Redis fresh until it is stopped. */
export function tellWork(sources: WorkSources & { readonly errors: RecurringErrors }): {
  readonly stop: () => void;
} {
  const { number, errors } = sources;
  const tell = async () => {
    if (await number.takeTurn(everyMs - everyMs / 10)) await number.tell(await countWork(sources));
  };
  const timer = setInterval(() => {
    tell().catch((error: unknown) => errors.note({ event: 'work_untold', error }));
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}
