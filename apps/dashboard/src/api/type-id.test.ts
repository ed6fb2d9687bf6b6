import { expect, test } from '@jest/globals';
import { toTypeId } from '@postroom/contracts';
import { typeIdOf, uuidOf } from './type-id.ts';

test.each([
  '01a227d1-5874-7532-942e-c4f910fa549b',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
])('%s has the id that the API gives it, and comes out of it again', (uuid) => {
  expect(typeIdOf(uuid)).toBe(toTypeId(uuid));
  expect(uuidOf(typeIdOf(uuid))).toBe(uuid);
});

test('what is no id stays as it is', () => {
  for (const text of ['', 'em_', 'em_8zzzzzzzzzzzzzzzzzzzzzzzzz', 'new', 'em_01M8KW4Q0REFMS096AQVQPHBMC']) {
    expect(uuidOf(text)).toBe(text);
    expect(typeIdOf(text)).toBe(text);
  }
});
