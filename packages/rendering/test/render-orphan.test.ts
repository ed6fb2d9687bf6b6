import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';

const owner = fileURLToPath(new URL('./render-owner.ts', import.meta.url));

/** Whether a process runs; one that has ended and is not waited for by anybody does not. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

test.each(['idle', 'busy'])('a render process that is %s ends when its parent is killed', async (state) => {
  const args = ['--import', 'tsx', '--conditions=@postroom/source', owner, state];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.setEncoding('utf8').once('data', (line: string) => resolve(Number(line)));
  });
  try {
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => !isRunning(pid), {
      timeoutMs: 50_000,
      intervalMs: 50,
      what: 'The end of the orphan',
    });
  } finally {
    parent.kill('SIGKILL');
    // One that did not end by itself would spin for good; the number of one that did may be another's by now.
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
});
