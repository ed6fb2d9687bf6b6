import { expect, test } from '@jest/globals';
import { spawnNode } from '../src/index.ts';

const bystander = 'packages/testkit/test/test-bystander.ts';

test('a process is waited for by its output and stopped by SIGTERM', async () => {
  const child = await spawnNode({ entry: bystander });
  expect(await child.waitForLine(/^her.$/)).toBe('here');
  expect(child.isRunning()).toBe(true);
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('a process that does not end within its deadline is killed', async () => {
  const child = await spawnNode({ entry: bystander });
  await child.waitForLine('here');
  child.kill('SIGSTOP');
  expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('waiting for a process that has ended fails at once, with its last words', async () => {
  const child = await spawnNode({ entry: 'packages/testkit/src/no-such-file.ts' });
  await expect(child.waitForHttp('http://127.0.0.1:9/', 20_000)).rejects.toThrow(/ended[\s\S]*no-such-file/);
  expect(await child.exited).toEqual({ code: 1, signal: null });
});
