import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processIdentity } from './process-identity.ts';

const recordSchema = z.strictObject({
  pid: z.int().positive(),
  identity: z.string(),
  ownerPid: z.int().positive(),
  ownerIdentity: z.string().nullable(),
});

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
  if (await isRunning(record.pid, record.identity)) {
    const isOwned = record.ownerIdentity !== null && (await isRunning(record.ownerPid, record.ownerIdentity));
    if (isOwned) {
      throw new Error(`${dir} is in use by process ${record.ownerPid}; stop that one or use another folder.`);
    }
    await stopProcess(record.pid, record.identity, signal);
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

async function isRunning(pid: number, identity: string): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

async function stopProcess(pid: number, identity: string, signal: NodeJS.Signals): Promise<void> {
  sendSignal(pid, signal);
  const killAt = performance.now() + 10_000;
  let isKilled = false;
  while (await isRunning(pid, identity)) {
    if (!isKilled && performance.now() > killAt) {
      sendSignal(pid, 'SIGKILL');
      isKilled = true;
    }
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
