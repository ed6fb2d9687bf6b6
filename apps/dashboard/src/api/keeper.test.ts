import { expect, test } from '@jest/globals';
import { idempotencyHeaderSchema } from '@postroom/contracts';
import { keepKey, newKey } from './keeper.ts';

test('a key is one that the API takes, and no other has it', () => {
  const keys = Array.from({ length: 100 }, newKey);
  for (const key of keys) expect(idempotencyHeaderSchema.parse(key)).toBe(key);
  expect(new Set(keys).size).toBe(100);
});

test('the same content keeps its key until it is done; other content has another', () => {
  const { keyFor, done } = keepKey();
  const first = keyFor({ to: 'ada' });
  expect(keyFor({ to: 'ada' })).toBe(first);
  const second = keyFor({ to: 'grace' });
  expect(second).not.toBe(first);
  expect(keyFor({ to: 'grace' })).toBe(second);
  done();
  expect(keyFor({ to: 'grace' })).not.toBe(second);
});
