import { expect, test } from '@jest/globals';
import { type InLine, RenderLines } from './render-lines.ts';

const aTask = (workspaceId: string, turnsMissed = 0): InLine => ({
  workspaceId,
  snapshotId: 's',
  turnsMissed,
});

test('who gives way is answered, and the newcomer has its place, also where too many are in line', () => {
  const lines = new RenderLines({ perWorkspace: 1, perSuspect: 1, inAll: 1 });
  const [first, stopped, newcomer] = [aTask('a'), aTask('b'), aTask('a', 1)];
  expect(lines.join(first)).toBeNull();
  lines.rejoin(stopped);
  expect(lines.join(newcomer)).toEqual({ task: first, refusal: 'own_line_full' });
  expect(lines.join(aTask('c'))).toMatchObject({ refusal: 'all_lines_full' });
  expect(lines.clear()).toEqual([newcomer, stopped]);
});
