import type { SpawnedNode } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import type { ExitFact } from '../nouns/facts.ts';

/** Tells one process to stop and notes how it ended. */
export async function stopProcess(
  { noteExit, expectStop }: Pick<Context, 'noteExit' | 'expectStop'>,
  kind: ExitFact['kind'],
  process: SpawnedNode,
): Promise<void> {
  const atMs = Date.now();
  expectStop(process);
  const startedAt = performance.now();
  const { code, signal } = await process.stop(40_000);
  noteExit({ kind, pid: process.pid, atMs, tookMs: performance.now() - startedAt, code, signal });
}

/** Tells every process to stop, and notes how each ended. */
export async function stopProcesses(context: Context): Promise<void> {
  const { stack } = context;
  const apis = stack.apiUrls.map((_, at) => stack.api(at)).filter((api) => api.isRunning());
  await Promise.all([
    ...stack.workers.map((worker) => stopProcess(context, 'worker', worker)),
    ...apis.map((api) => stopProcess(context, 'api', api)),
  ]);
}
