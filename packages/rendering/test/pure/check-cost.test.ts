import { expect, test } from '@jest/globals';
import { eventually, spawnNode } from '@postroom/testkit';
import { largestTemplates } from './largest-templates.ts';

/** What one check of each takes at most in one turn of the loop, in CPU time of a process of its own. */
async function costs(names: readonly string[]): Promise<readonly number[]> {
  const child = await spawnNode({ entry: 'packages/rendering/test/pure/check-cost.ts', args: names });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  // A process may have ended before its last lines are read.
  const lines = await eventually(async () => child.lines.length >= names.length && child.lines, {
    what: 'every line to be read',
  });
  return lines.map((line): number => Number(JSON.parse(line).most));
}

test('no check holds the loop for 200 ms, in a process that has run for a while', async () => {
  const all = await costs(Object.keys(largestTemplates));
  expect(all).toHaveLength(Object.keys(largestTemplates).length);
  expect(Math.max(...all)).toBeLessThan(200);
}, 60_000);

test.each(['names', 'blocks', 'nesting', 'everything'])(
  'nor does the first check of a process: %s',
  async (name) => {
    expect(Math.max(...(await costs([name])))).toBeLessThan(200);
  },
  60_000,
);
