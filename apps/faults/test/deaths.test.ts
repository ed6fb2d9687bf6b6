import { expect, test } from '@jest/globals';
import { spawnNode } from '@postroom/testkit';
import { endWithin } from '../src/run/deadline.ts';
import { createExitWatch } from '../src/system/exit-watch.ts';
import { aRun, aSend, brokenIn } from './pure/a-run.ts';

async function startAndEnd(how: 'SIGKILL' | 'SIGTERM' | 'by itself', expected: 'SIGKILL' | 'SIGTERM' | null) {
  const watch = createExitWatch();
  const code = how === 'by itself' ? 'console.log("oh no"); process.exit(3)' : 'setInterval(() => {}, 1_000)';
  const process = await spawnNode({ entry: '--eval', args: [code] });
  if (expected !== null) watch.expect(process, expected);
  if (how !== 'by itself') process.kill(how);
  watch.note({ kind: 'worker', process, exit: await process.exited });
  return watch.deaths();
}

test('a process that ends by itself is a death, with its last lines; one that is ended is none', async () => {
  expect(await startAndEnd('SIGKILL', 'SIGKILL')).toEqual([]);
  expect(await startAndEnd('SIGTERM', 'SIGTERM')).toEqual([]);
  const ended = { kind: 'worker', code: 3, signal: null };
  expect(await startAndEnd('by itself', null)).toMatchObject([ended]);
  expect(await startAndEnd('by itself', 'SIGKILL')).toMatchObject([ended]);
  expect(await startAndEnd('SIGKILL', null)).toMatchObject([{ code: null, signal: 'SIGKILL' }]);
});

test('a death is a violation, whatever became of the sends', () => {
  const death = { kind: 'api', pid: 7, atMs: 1, code: 1, signal: null, lastLines: ['oh no'] } as const;
  expect(brokenIn(aRun([aSend()], { deaths: [death] }))).toEqual(['deaths']);
});

test('what does not end within its deadline is given up with its name', async () => {
  const never = new Promise<void>(() => undefined);
  await expect(endWithin(never, { what: 'the load', withinMs: 10 })).rejects.toThrow('the load did not end');
  await expect(endWithin(Promise.resolve(1), { what: 'the load', withinMs: 10_000 })).resolves.toBe(1);
});
