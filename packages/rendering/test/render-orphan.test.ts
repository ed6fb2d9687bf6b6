import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { startRenderProcess } from '../src/render/start-process.ts';

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
      timeoutMs: 20_000,
      intervalMs: 50,
      what: 'The end of the orphan',
    });
  } finally {
    parent.kill('SIGKILL');
    // One that did not end by itself would spin for good; the number of one that did may be another's by now.
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
});

test('one that ends itself because a render takes too long says so', async () => {
  const list = Array.from({ length: 400 }, (_, at) => ({ at }));
  const nested = '{{#each @root.list}}'.repeat(4) + '{{/each}}'.repeat(4);
  const reason = await new Promise<string>((resolve) => {
    const settings = { cacheSize: 1, maxOutputBytes: 1_000, endAfterMs: 50 };
    const child = startRenderProcess(settings, {
      onMessage: ({ kind }) => {
        if (kind === 'ready') child.send(request);
        else resolve('it rendered');
      },
      onEnd: resolve,
    });
    const snapshot = { id: 'a', kind: 'template', subject: 's', html: nested, text: null } as const;
    const request = { snapshot, context: { list } };
  });
  expect(reason).toBe('rendering took too long');
});
