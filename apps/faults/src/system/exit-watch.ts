import type { SpawnedNode, StackExit } from '@postroom/testkit';
import type { DeathFact } from '../nouns/facts.ts';

/** Signals that end a process on purpose: with SIGKILL at once, with SIGTERM in order. */
type EndingSignal = 'SIGKILL' | 'SIGTERM';

/** Tells the processes that were ended from those that ended by themselves. */
export type ExitWatch = {
  /** Says, before it happens, that a process is going to be ended, and how. */
  expect(process: SpawnedNode, by: EndingSignal): void;
  note(exit: StackExit): void;
  /** Those that ended although nobody ended them, or otherwise than they were ended. */
  deaths(): readonly DeathFact[];
};

const lastLinesKept = 20;

/** Starts a watch that knows of no process yet. */
export function createExitWatch(): ExitWatch {
  const expected = new Map<SpawnedNode, EndingSignal>();
  const noted: (StackExit & { readonly atMs: number })[] = [];
  // How a process ends that was told to stop is judged apart, with the time that it took.
  const isMeant = ({ process, exit }: StackExit) => {
    const by = expected.get(process);
    return by === 'SIGTERM' || (by === 'SIGKILL' && exit.signal === 'SIGKILL');
  };
  return {
    expect: (process, by) => void expected.set(process, by),
    note: (exit) => void noted.push({ ...exit, atMs: Date.now() }),
    deaths: () =>
      noted
        .filter((exit) => !isMeant(exit))
        // Read now: its last lines may have come after its end.
        .map(({ kind, process, exit, atMs }) => ({
          ...exit,
          kind,
          atMs,
          pid: process.pid,
          lastLines: process.lines.slice(-lastLinesKept),
        })),
  };
}
