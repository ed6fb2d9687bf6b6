import { hostname } from 'node:os';
import { type RecurringErrors, version } from '@postroom/process';
import type { WorkerEntry, WorkerRoll } from '@postroom/redis';

/** How often a worker says that it is alive, in milliseconds. */
const everyMs = 1_000;

/** What attempts and the list of workers name this worker by. */
export const workerName = `${hostname()}-${process.pid}`;

/** Says every second that this worker is alive, and how it is getting on, until it is stopped. */
export function keepOnRoll(
  roll: Pick<WorkerRoll, 'enter' | 'leave'>,
  errors: RecurringErrors,
  read: () => Pick<WorkerEntry, 'concurrency' | 'sent' | 'account'>,
): { stop(): Promise<void> } {
  const startedAt = new Date().toISOString();
  const enter = () => {
    roll
      .enter({ name: workerName, version, startedAt, ...read() })
      .catch((error: unknown) => errors.note({ event: 'roll_untold', error }));
  };
  enter();
  const timer = setInterval(enter, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await roll.leave(workerName).catch(() => undefined);
    },
  };
}
