import { expect, test } from '@jest/globals';
import { restartDelayMs } from '../../src/stack/supervisor.ts';

test('the pause before a restart doubles from 0.5 s up to 10 s', () => {
  expect([0, 1, 2, 3, 4, 5, 1_000].map(restartDelayMs)).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ]);
});
