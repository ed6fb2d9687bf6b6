import { eventually, type SpawnedNode } from '@postroom/testkit';
import type { Context } from '../run/context.ts';
import { stopProcess } from '../run/stop-processes.ts';
import type { Disturbance } from './disturbance.ts';

/** One of the workers that run, whichever the seed picks; waits until there is one. */
async function anyWorker({ stack, random }: Context): Promise<SpawnedNode> {
  return eventually(() => stack.workers[Math.floor(random() * stack.workers.length)] ?? false, {
    timeoutMs: 30_000,
    what: 'A worker that runs',
  });
}

/** SIGKILL for a random worker, and another in its place. */
export const killWorker: Disturbance = (context) =>
  context.during('a worker is killed', async () => {
    const worker = await anyWorker(context);
    worker.kill('SIGKILL');
    await worker.exited;
    await context.startWorker();
  });

/** SIGSTOP for a random worker, and SIGCONT after a while. */
export const freezeWorker: Disturbance = (context, forMs) =>
  context.during(
    'a worker is frozen',
    async () => {
      const worker = await anyWorker(context);
      worker.kill('SIGSTOP');
      try {
        await context.pause(forMs);
      } finally {
        worker.kill('SIGCONT');
      }
    },
    { holds: 'workers' },
  );

/** SIGKILL for an API, and a new one on its port. */
export const killApi: Disturbance = (context) =>
  context.during('an API is killed', async () => {
    const { stack, random } = context;
    const at = Math.floor(random() * stack.apiUrls.length);
    stack.api(at).kill('SIGKILL');
    await stack.api(at).exited;
    await stack.startApi(at);
  });

/** SIGTERM for an API, and a new one on its port once it has ended. */
export async function replaceApi(context: Context, at: number): Promise<void> {
  await context.during('an API is told to stop', async () => {
    await stopProcess(context, 'api', context.stack.api(at));
    await context.stack.startApi(at);
  });
}

/** SIGTERM for a worker while its successor starts. */
export async function replaceWorker(context: Context, worker: SpawnedNode): Promise<void> {
  await context.during('a worker is told to stop', async () => {
    await Promise.all([stopProcess(context, 'worker', worker), context.startWorker()]);
  });
}
