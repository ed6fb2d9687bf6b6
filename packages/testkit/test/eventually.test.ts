import { expect, test } from '@jest/globals';
import { eventually } from '../src/index.ts';

test('it resolves with the first value that is neither false nor an error', async () => {
  let tries = 0;
  const value = await eventually(
    () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return tries === 3 ? 'ready' : false;
    },
    { intervalMs: 1 },
  );
  expect(value).toBe('ready');
});

test('a failure names what was waited for, how often, and the last reason', async () => {
  const waiting = eventually(
    () => {
      throw new Error('queue holds 3 jobs');
    },
    { timeoutMs: 20, intervalMs: 1, what: 'An empty queue' },
  );
  await expect(waiting).rejects.toThrow(
    /^An empty queue did not hold within \d+ ms \(\d+ tries\); last: queue holds 3 jobs$/,
  );
});
