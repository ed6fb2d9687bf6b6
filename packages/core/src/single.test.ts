import { expect, test } from '@jest/globals';
import { single } from './single.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('what throws at once leaves no timer behind, and is asked again', async () => {
  let asked = 0;
  const ask = single(
    (): Promise<string> => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return Promise.resolve('here');
    },
    { patienceMs: 60_000 },
  );
  const before = timers();
  expect(() => ask()).toThrow('away');
  expect(timers()).toBe(before);
  expect(await ask()).toBe('here');
  expect(timers()).toBe(before);
});
