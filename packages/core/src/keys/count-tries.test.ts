import { expect, test } from '@jest/globals';
import { countTries, placeOf } from './count-tries.ts';

test('tries are counted by place', () => {
  const tries = countTries(60_000);
  expect([tries.add('a'), tries.add('a'), tries.add('b')]).toEqual([1, 2, 1]);
  expect(['a', 'b', 'c'].map(tries.of)).toEqual([2, 1, 0]);
});

test('an address is a place, and of IPv6 all that a house has is one', () => {
  expect(placeOf('192.0.2.7')).toBe('192.0.2.7');
  expect(placeOf('::ffff:192.0.2.7')).toBe('::ffff:192.0.2.7');
  expect(placeOf('2001:db8:1:2:3::4')).toBe(placeOf('2001:db8:1:2:ffff::1'));
  expect(placeOf('2001:db8::1')).toBe(placeOf('2001:db8::a:b:c:d'));
  expect(placeOf('::1')).toBe('0:0:0:0');
  expect(placeOf('2001:db8:1:3::4')).not.toBe(placeOf('2001:db8:1:2::4'));
});
