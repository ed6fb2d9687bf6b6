import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nodeOptionsOf, repositoryRoot } from '@postroom/testkit';
import type { ScenarioReport } from '../report/report.ts';
import type { Lane, LaneOptions } from './lane.ts';

/** What a lane in a process of its own is told. */
export type LaneTask = { readonly scenario: string; readonly options: LaneOptions };

/** What it tells. */
export type LaneAnswer =
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'report'; readonly report: ScenarioReport };

const file = 'apps/faults/src/run/lane-process.ts';
const closeWithinMs = 90_000;

/** Ends it however long it takes to stop what it had started. */
async function close(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), closeWithinMs);
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exited;
  clearTimeout(timer);
}

/** Starts a lane in a process of its own. */
export function openLaneProcess(
  options: LaneOptions,
  { say }: { readonly say: (text: string) => void },
): Lane {
  const child = fork(join(repositoryRoot, file), {
    cwd: repositoryRoot,
    execArgv: [...nodeOptionsOf('source')],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    run: ({ name }) =>
      new Promise((resolve, reject) => {
        const onExit = () => reject(new Error(`the process of ${name} ended`));
        const onMessage = (answer: LaneAnswer) => {
          if (answer.kind === 'said') return say(answer.text);
          child.off('exit', onExit).off('message', onMessage);
          resolve(answer.report);
        };
        child.once('exit', onExit).on('message', onMessage);
        child.send({ scenario: name, options } satisfies LaneTask);
      }),
    close: () => close(child),
  };
}
