import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { processIdentity } from './process-identity.ts';

const recordSchema = z.strictObject({
  pid: z.int().positive(),
  identity: z.string(),
  ownerPid: z.int().positive(),
  ownerIdentity: z.string().nullable(),
});

/** A process, told from all others that ever had its pid: see `processIdentity`. */
export type KnownProcess = { readonly pid: number; readonly identity: string };

/** How long a server that was left behind may take to end by itself. */
const leftoverEndsWithinMs = 10_000;

const pidFileName = 'postroom.pid';

/** Notes in `<dir>/postroom.pid` which server runs there and which process (this one) answers for it. */
export async function writePidFile(dir: string, pid: number): Promise<void> {
  const identity = await processIdentity(pid);
  if (identity === null) return;
  const record = { pid, identity, ownerPid: process.pid, ownerIdentity: await processIdentity(process.pid) };
  await writeFile(join(dir, pidFileName), JSON.stringify(record));
}

/** Forgets the server of `dir`; no error when none was noted. */
export async function removePidFile(dir: string): Promise<void> {
  await rm(join(dir, pidFileName), { force: true });
}

/**
 * Stops the server that an earlier, killed owner left running in `dir`, with `signal` and after
 * 10 s with SIGKILL. Rejects when that owner still runs: the folder is then in use. Does nothing
 * to a process that merely got the same pid.
 */
export async function stopLeftover(dir: string, signal: NodeJS.Signals): Promise<void> {
  const record = await readRecord(dir);
  if (record === null) return;
  if (await isRunning(record)) {
    const { ownerPid, ownerIdentity } = record;
    if (ownerIdentity !== null && (await isRunning({ pid: ownerPid, identity: ownerIdentity }))) {
      throw new Error(`${dir} is in use by process ${ownerPid}; stop that one or use another folder.`);
    }
    await stopProcess(record, { signal, withinMs: leftoverEndsWithinMs });
  }
  await removePidFile(dir);
}

async function readRecord(dir: string) {
  const text = await readFile(join(dir, pidFileName), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // A torn file tells nothing; the server itself refuses to start twice in one folder.
    return null;
  }
}

/** Whether that very process runs. */
export async function isRunning({ pid, identity }: KnownProcess): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

/** Ends a process that is none of this one's children, with SIGKILL after so long; resolves when it is gone. */
export async function stopProcess(
  stopped: KnownProcess,
  { signal, withinMs }: { readonly signal: NodeJS.Signals; readonly withinMs: number },
): Promise<void> {
  sendSignal(stopped.pid, signal);
  // A frozen process sees no other signal than SIGKILL until it goes on.
  sendSignal(stopped.pid, 'SIGCONT');
  const killAt = performance.now() + withinMs;
  while (await isRunning(stopped)) {
    if (performance.now() > killAt) sendSignal(stopped.pid, 'SIGKILL');
    await sleep(20);
  }
}

/** Sends a signal; a process that has just ended is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
