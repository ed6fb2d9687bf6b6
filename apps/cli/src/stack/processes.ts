import { join } from 'node:path';
import { freePort } from '@postroom/servers';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { entryOf } from './checkout.ts';
import { apiEnvironment, type Foundation, workerEnvironment } from './environment.ts';
import type { Home } from './home.ts';
import type { Layers } from './layers.ts';
import { answers, startProgram } from './node-program.ts';
import type { Run } from './run-record.ts';
import type { Steps } from './steps.ts';

/** How a stack is started; `sendRate` is the local SES's, in recipients per second. */
export type StackOptions = {
  readonly port: number;
  readonly workers: number;
  readonly isFresh: boolean;
  readonly sendRate: number;
};

/** What the parts of a start have in common. */
export type Starting = {
  readonly options: StackOptions;
  readonly home: Home;
  readonly run: Run;
  readonly layers: Layers;
  readonly steps: Steps;
  readonly host: string;
};

/** Starts the API and the workers, all at once, and keeps them running. */
export async function startProcesses(starting: Starting, foundation: Foundation): Promise<void> {
  const { options, home, steps } = starting;
  const { apiUrl } = foundation;
  const startApi = startNode(starting, {
    layer: 'api',
    name: 'api',
    env: async () => apiEnvironment(process.env, { foundation, home }),
    readyUrl: () => `${apiUrl}/readyz`,
  });
  const startWorkers = Array.from({ length: options.workers }, (_, at) => {
    let port = 0;
    return startNode(starting, {
      layer: 'worker',
      name: `worker-${at + 1}`,
      env: async () => {
        port = await freePort();
        const own = { WORKER_PORT: String(port), WORKER_HOST: '127.0.0.1' };
        return { ...workerEnvironment(process.env, foundation), ...own };
      },
      readyUrl: () => `http://127.0.0.1:${port}/healthz`,
    });
  });
  const { workers } = options;
  await allOrFirstFailure([
    steps.take('API', startApi, () => 'started'),
    steps.take(
      workers === 1 ? 'Worker' : `${workers} workers`,
      () => all(startWorkers),
      () => 'started',
    ),
  ]);
}

const all = (starts: readonly (() => Promise<void>)[]) => allOrFirstFailure(starts.map((start) => start()));

function startNode(
  { home, run, layers }: Starting,
  part: {
    readonly layer: 'api' | 'worker';
    readonly name: string;
    /** Asked before each start. */
    readonly env: () => Promise<NodeJS.ProcessEnv>;
    readonly readyUrl: () => string;
  },
): () => Promise<void> {
  const { layer, name, env, readyUrl } = part;
  const logFile = join(home.logsDir, `${name}.log`);
  return () =>
    layers.keep(layer, name, async (signal) => {
      const program = { name, entry: entryOf(layer), env: await env(), logFile };
      return startProgram({ ...program, isReady: () => answers(readyUrl()) }, { run, signal });
    });
}
