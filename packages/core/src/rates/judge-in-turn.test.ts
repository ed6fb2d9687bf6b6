import { expect, test } from '@jest/globals';
import { judgeInTurn } from './judge-in-turn.ts';

const limits = {
  leastDeliveries: 200,
  warning: { bounceRate: 0.02, complaintRate: 0.001 },
  pause: { bounceRate: 0.05, complaintRate: 0.003 },
};

test('whoever asks during a look shares the next one, also when the look fails', async () => {
  const looks: (readonly string[])[] = [];
  const pending: { end: () => void; fail: (error: Error) => void }[] = [];
  const begun: (() => void)[] = [];
  const judge = judgeInTurn({
    rates: {
      badStandings: (ids) => {
        looks.push(ids);
        begun.shift()?.();
        return new Promise((resolve, reject) => pending.push({ end: () => resolve([]), fail: reject }));
      },
      pause: async () => [],
    },
    limits,
    onPaused: () => undefined,
  });
  const nextLook = () => new Promise<void>((resolve) => begun.push(resolve));
  const first = nextLook();
  const asked = [judge(['a'])];
  await first;
  const second = nextLook();
  asked.push(judge(['b']), judge(['a', 'c']), judge(['b']), judge([]));
  pending[0]?.fail(new Error('away'));
  await expect(asked[0]).rejects.toThrow('away');
  await second;
  pending[1]?.end();
  await Promise.all(asked.slice(1));
  expect(looks).toEqual([['a'], ['b', 'a', 'c']]);
  const third = nextLook();
  const later = judge(['d']);
  await third;
  pending[2]?.end();
  await later;
  expect(looks).toHaveLength(3);
});
