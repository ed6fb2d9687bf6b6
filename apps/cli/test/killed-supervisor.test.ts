import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import * as z from 'zod';
import { allGone, isRunning, stackOf, startCli, temporaryHome } from './cli.ts';

const { home, env, remove } = temporaryHome();
afterAll(remove);

const childSchema = z.object({ name: z.string(), pid: z.int() });
const recordedChildren = () =>
  z.object({ children: z.array(childSchema) }).parse(JSON.parse(readFileSync(home.runFile, 'utf8'))).children;

test('what a killed one left is ended: API and workers at once, servers by the next up', async () => {
  const args = ['up', '--port', String(await freePort())];
  const first = await startCli(args, env);
  const stack = await stackOf(home.dir);
  const children = recordedChildren();
  first.kill('SIGKILL');
  await first.exited;
  await allGone([...stack.api, ...stack.workers]);

  const second = await startCli(args, env);
  await second.waitForLine(/^Stopping what an earlier run left behind: PostgreSQL/);
  await stackOf(home.dir, ({ api }) => api.length === 1 && !api.includes(stack.api[0] ?? 0));
  for (const { pid } of children) expect(await isRunning(pid)).toBe(false);

  const own = recordedChildren().map(({ pid }) => pid);
  second.kill('SIGHUP');
  expect((await second.exited).code).toBe(0);
  await allGone(own);
});

test('a stop during the start leaves nothing behind', async () => {
  const cli = await startCli(['up', '--port', String(await freePort())], env);
  await cli.waitForLine(/Redis +embedded/);
  const pids = recordedChildren().map(({ pid }) => pid);
  cli.kill('SIGINT');
  expect((await cli.exited).code).toBe(1);
  await allGone(pids);
  expect(cli.lines.at(-1)).toBe('Stopped before it was up.');
});
