import { describe, expect, test } from '@jest/globals';
import { createGrouper } from './grouper.ts';

const options = { maxSize: 3, maxWaitMs: 5, maxGroups: 2 };

describe('createGrouper', () => {
  test('does the work of several calls at once and gives each its own result', async () => {
    const groups: number[][] = [];
    const double = createGrouper<number, number>({
      ...options,
      run: async (items) => {
        groups.push([...items]);
        return items.map((item) => item * 2);
      },
    });
    expect(await Promise.all([1, 2, 3, 4].map(double))).toEqual([2, 4, 6, 8]);
    expect(groups).toEqual([[1, 2, 3], [4]]);
  });

  test('rejects all of a group when its work fails, and none of the others', async () => {
    const run = createGrouper<number, string>({
      ...options,
      run: async (items) => {
        if (items.includes(1)) throw new Error('failed');
        return items.map(String);
      },
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map(run));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  test('never has more groups under way than it may', async () => {
    let running = 0;
    let most = 0;
    const run = createGrouper<number, number>({
      ...options,
      run: async (items) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return [...items];
      },
    });
    await Promise.all(Array.from({ length: 30 }, (_, at) => run(at)));
    expect(most).toBe(2);
  });
});
