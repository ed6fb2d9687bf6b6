import { hostname } from 'node:os';
import type { RecurringErrors } from '../log/recurring-errors.ts';
import { version } from '../version.ts';

/** How often a process says that it is alive, in milliseconds. */
const everyMs = 1_000;

/** What every process says of itself on a roll; `name` is its host and process. */
type Named = { readonly name: string; readonly version: string; readonly startedAt: string };

/** What attempts and rolls name this process by. */
export const processName = `${hostname()}-${process.pid}`;

/** Says every second on a roll that this process is alive, and how it is getting on, until it is stopped. */
export function keepOnRoll<Own extends object>(
  roll: { enter(entry: Named & Own): Promise<void>; leave(name: string): Promise<void> },
  errors: Pick<RecurringErrors, 'note'>,
  read: () => Own,
): { stop(): Promise<void> } {
  const startedAt = new Date().toISOString();
  const enter = () => {
    roll
      .enter({ name: processName, version, startedAt, ...read() })
      .catch((error: unknown) => errors.note({ event: 'roll_untold', error }));
  };
  enter();
  const timer = setInterval(enter, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await roll.leave(processName).catch(() => undefined);
    },
  };
}
