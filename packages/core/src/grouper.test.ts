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

  test('that waits for no clock runs what came together, and meanwhile nothing but a full group', async () => {
    const groups: number[][] = [];
    const finish: (() => void)[] = [];
    const run = createGrouper<number, number>({
      maxSize: 4,
      maxWaitMs: 0,
      maxGroups: 2,
      run: async (items) => {
        groups.push([...items]);
        await new Promise<void>((resolve) => finish.push(resolve));
        return [...items];
      },
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const first = [1, 2].map(run);
    expect(groups).toEqual([]);
    await turn();
    const second = [3, 4, 5].map(run);
    await turn();
    expect(groups).toEqual([[1, 2]]);
    finish[0]?.();
    expect(await Promise.all(first)).toEqual([1, 2]);
    await turn();
    expect(groups).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    const full = [6, 7, 8, 9].map(run);
    const last = run(10);
    await turn();
    expect(groups.slice(2)).toEqual([[6, 7, 8, 9]]);
    for (const end of finish) end();
    expect(await Promise.all([...second, ...full])).toEqual([3, 4, 5, 6, 7, 8, 9]);
    await turn();
    finish.at(-1)?.();
    expect(await last).toBe(10);
  });

  test('lets others go while a group takes longer than their patience', async () => {
    const groups: number[][] = [];
    const finish: (() => void)[] = [];
    const run = createGrouper<number, number>({
      maxSize: 10,
      maxWaitMs: 0,
      maxGroups: 1,
      patienceMs: 1,
      run: async (items) => {
        groups.push([...items]);
        await new Promise<void>((resolve) => finish.push(resolve));
        return [...items];
      },
    });
    const slow = run(1);
    await new Promise((resolve) => setImmediate(resolve));
    const others = [run(2), run(3)];
    while (groups.length < 2) await new Promise((resolve) => setImmediate(resolve));
    finish[1]?.();
    expect(await Promise.all(others)).toEqual([2, 3]);
    expect(groups).toEqual([[1], [2, 3]]);
    finish[0]?.();
    expect(await slow).toBe(1);
  });

  test('keeps groups below their weight, and one that is heavier alone', async () => {
    const groups: number[][] = [];
    const run = createGrouper<number, number>({
      maxSize: 10,
      maxWaitMs: 0,
      maxGroups: 1,
      weight: { of: (item) => item, max: 10 },
      run: async (items) => {
        groups.push([...items]);
        return [...items];
      },
    });
    expect(await Promise.all([5, 5, 1, 30, 2, 8].map(run))).toEqual([5, 5, 1, 30, 2, 8]);
    expect(groups).toEqual([[5, 5], [1], [30], [2, 8]]);
  });

  describe('that knows what a failure is of', () => {
    const failing = (isOfAll: boolean, isDoneSingly = false) => {
      const tries: number[] = [];
      const run = createGrouper<number, number>({
        maxSize: 100,
        maxWaitMs: 0,
        maxGroups: 1,
        isOfAll: () => isOfAll,
        isDoneSingly,
        run: async (items) => {
          tries.push(items.length);
          if (items.includes(13)) throw new Error('failed');
          return [...items];
        },
      });
      return { run, tries };
    };
    const items = Array.from({ length: 64 }, (_, at) => at);

    test('fails the one item that cannot succeed, in few tries', async () => {
      const { run, tries } = failing(false);
      const results = await Promise.allSettled(items.map(run));
      expect(results.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([13]);
      expect(tries).toHaveLength(13);
    });

    test('or tries each once more, all at once', async () => {
      const { run, tries } = failing(false, true);
      const results = await Promise.allSettled(items.map(run));
      expect(results.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([13]);
      expect(tries).toEqual([64, ...items.map(() => 1)]);
    });

    test('tries nothing again that is of all', async () => {
      const { run, tries } = failing(true);
      const results = await Promise.allSettled(items.map(run));
      expect(results.every(({ status }) => status === 'rejected')).toBe(true);
      expect(tries).toEqual([64]);
    });
  });
});
