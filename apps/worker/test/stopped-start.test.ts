import { expect, test } from '@jest/globals';
import { eventually, type SpawnedNode, spawnNode } from '@postroom/testkit';

const startHeld = async (): Promise<SpawnedNode> => {
  const held = await spawnNode({ entry: 'apps/worker/test/test-held-start.ts', hasChannel: true });
  await held.waitForLine(/^held$/);
  return held;
};

/** What it said itself, once its last words have been read, which may be after its end. */
async function said({ lines }: SpawnedNode): Promise<readonly string[]> {
  await eventually(() => lines.includes('closed first'));
  return lines.filter((line) => !line.startsWith('{'));
}

test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
  'a start that %s meets opens nothing more, closes what is open newest first, and ends with 0',
  async (signal) => {
    const held = await startHeld();
    held.kill(signal);
    await held.waitForLine('closing second');
    held.send({ goOn: true });
    expect(await held.exited).toEqual({ code: 0, signal: null });
    expect(await said(held)).toEqual([
      'held',
      'closing second',
      'closed second',
      'closed late',
      'closed first',
    ]);
    expect(held.lines.filter((line) => line.includes('"held_stopping"'))).toHaveLength(1);
    expect(held.lines.join('\n')).not.toContain('held_failed');
  },
);

test('a second signal while the start is held ends it at once', async () => {
  const held = await startHeld();
  held.kill('SIGTERM');
  await held.waitForLine('closing second');
  held.kill('SIGTERM');
  expect(await held.exited).toEqual({ code: 1, signal: null });
});

test('a start that nobody stopped goes on to the end, and is stopped by a signal then', async () => {
  const held = await startHeld();
  held.send({ goOn: true });
  await held.waitForLine('takes mail');
  expect(await held.stop()).toEqual({ code: 0, signal: null });
  expect(await said(held)).toEqual([
    'held',
    'takes mail',
    'closed late',
    'closing second',
    'closed second',
    'closed first',
  ]);
});
