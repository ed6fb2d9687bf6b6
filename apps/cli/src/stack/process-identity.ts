import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A text that no other process of this machine has or will have, because a pid is given again sooner or
 * later; null when no such process runs (a zombie counts as gone).
 */
export async function processIdentity(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

async function fromProc(pid: number): Promise<string | null> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  // The command's name stands in brackets and may hold any character: count from the last bracket.
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const startTicks = fields[18];
  if (startTicks === undefined || state === 'Z' || state === 'X') return null;
  return `${pid}@${startTicks}@${boot.trim()}`;
}

async function fromPs(pid: number): Promise<string | null> {
  const listing = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => null);
  const line = listing?.stdout.trim() ?? '';
  return line === '' || line.startsWith('Z') ? null : `${pid}@${line.replace(/^\S+\s+/, '')}`;
}
