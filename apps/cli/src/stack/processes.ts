import { join } from 'node:path';
import { freePort } from '@postroom/servers';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { entryOf } from './checkout.ts';
import { apiEnvironment, type Foundation, smtpEnvironment, workerEnvironment } from './environment.ts';
import { given } from './given.ts';
import type { Home } from './home.ts';
import type { Layers } from './layers.ts';
import { answers, startProgram } from './node-program.ts';
import { reachable } from './reachable.ts';
import type { Run } from './run-record.ts';
import { onFreePort } from './servers.ts';
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

/** The port of SMTP, when it is free. */
const usualSmtpPort = 2525;

/** Starts the API, the SMTP process and the workers, all at once, and keeps them running; answers where mail comes in. */
export async function startProcesses(
  starting: Starting,
  foundation: Foundation,
): Promise<{ readonly smtpPort: number }> {
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
  let smtpPort = 0;
  const startSmtp = async () => {
    smtpPort = await keepSmtp(starting, foundation);
  };
  const { workers } = options;
  await allOrFirstFailure([
    steps.take('API', startApi, () => 'started'),
    steps.take('SMTP', startSmtp, () => 'started'),
    steps.take(
      workers === 1 ? 'Worker' : `${workers} workers`,
      () => all(startWorkers),
      () => 'started',
    ),
  ]);
  return { smtpPort };
}

/** Keeps mail being taken by SMTP on the usual port or, where that is taken, on one that is free; answers it. */
function keepSmtp(starting: Starting, foundation: Foundation): Promise<number> {
  const { host } = starting;
  const usual = Number(given(process.env, 'SMTP_PORT') ?? usualSmtpPort);
  return onFreePort({ usual, host }, async (port) => {
    let healthPort = 0;
    const start = startNode(starting, {
      layer: 'smtp',
      name: 'smtp',
      env: async () => {
        healthPort = await freePort();
        return smtpEnvironment(process.env, { foundation, port, healthPort });
      },
      readyUrl: () => `http://${reachable(host)}:${healthPort}/healthz`,
    });
    await start();
    return port;
  });
}

const all = (starts: readonly (() => Promise<void>)[]) => allOrFirstFailure(starts.map((start) => start()));

function startNode(
  { home, run, layers }: Starting,
  part: {
    readonly layer: 'api' | 'smtp' | 'worker';
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
