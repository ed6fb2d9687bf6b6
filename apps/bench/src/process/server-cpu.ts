import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the kernel counts CPU time in, as it shows it to programs (USER_HZ): the same on every Linux. */
const ticksPerSecond = 100;

/** One process as the operating system lists it; `seconds` is the CPU time of it and of its ended children. */
export type ListedProcess = { readonly pid: number; readonly parentPid: number; readonly seconds: number };

/** CPU time in seconds of a server and its children, also those that have ended; to 10 ms a process. */
export async function serverCpuSeconds(pid: number): Promise<number> {
  const processes = process.platform === 'linux' ? await listFromProc() : await listFromPs();
  return processes
    .filter((listed) => listed.pid === pid || listed.parentPid === pid)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}

async function listFromProc(): Promise<ListedProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.flatMap((stat) => readStat(stat) ?? []);
}

/** Reads a line of `/proc/<pid>/stat` (proc(5)); the name in brackets may hold spaces and brackets. */
export function readStat(line: string): ListedProcess | null {
  const end = line.lastIndexOf(')');
  if (end === -1) return null;
  const fields = line
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + field, 0);
  return { pid: Number.parseInt(line, 10), parentPid: fields[1] ?? 0, seconds: ticks / ticksPerSecond };
}

async function listFromPs(): Promise<ListedProcess[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,time=']);
  return stdout.split('\n').flatMap((line) => readPsLine(line) ?? []);
}

/** Reads a line of `ps -o pid=,ppid=,time=`, where the time is `[[days-]hours:]minutes:seconds[.hundredths]`. */
export function readPsLine(line: string): ListedProcess | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(?:(\d+)-)?([\d:.]+)\s*$/.exec(line);
  if (match === null) return null;
  const [, pid, parentPid, days = '0', time = '0'] = match;
  const clock = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return { pid: Number(pid), parentPid: Number(parentPid), seconds: Number(days) * 86_400 + clock };
}
