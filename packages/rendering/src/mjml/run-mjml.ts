import { spawn } from 'node:child_process';
import { cpuMsOf, programArgs, renderEnv } from '../render/start-process.ts';
import type { MjmlAnswer } from './mjml-messages.ts';

/** How much of the CPU MJML may take, in milliseconds; a newsletter takes some 50 of them, and the start of its process a second. */
const maxCpuMs = 10_000;

/** How long that may take on a busy machine. */
const withinMs = 60_000;

/** How often it is looked at. */
const lookMs = 250;

/** Old-generation heap of its process, in megabytes. */
const maxHeapMegabytes = 256;

/**
 * Has MJML compile a source in a process of its own, which takes seconds at the worst and nobody else's time; null when it
 * ended without an answer, because it took too long or too much memory.
 */
export function runMjml(source: string, signal: AbortSignal): Promise<MjmlAnswer | null> {
  const args = programArgs(import.meta.url, 'mjml-process', maxHeapMegabytes);
  const child = spawn(process.execPath, args, {
    // No configuration of MJML's lies there.
    cwd: '/',
    env: renderEnv(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    killSignal: 'SIGKILL',
  });
  const looking = setInterval(() => {
    if ((cpuMsOf(child.pid) ?? 0) > maxCpuMs) child.kill('SIGKILL');
  }, lookMs);
  return new Promise<MjmlAnswer | null>((resolve) => {
    child.once('message', (answer: MjmlAnswer) => resolve(answer));
    child.once('error', () => resolve(null));
    child.once('exit', () => resolve(null));
    child.send(source, () => undefined);
  }).finally(() => clearInterval(looking));
}
