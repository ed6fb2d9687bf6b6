import { describe, expect, test } from '@jest/globals';
import { readAddresses } from './read-addresses.ts';

const emailsIn = (value: string) => {
  const read = readAddresses(value);
  return read.kind === 'ok' ? read.value.map(({ email }) => email) : read.reason;
};

describe('groups of addresses', () => {
  test.each([
    ['undisclosed-recipients:;', []],
    ['A: a@x.test, b@x.test; c@x.test', ['a@x.test', 'b@x.test', 'c@x.test']],
    ['z@x.test, "B, and C": b@x.test;, "D: e" <d@x.test>', ['z@x.test', 'b@x.test', 'd@x.test']],
    ['A (a: b, c): a@x.test;', ['a@x.test']],
  ])('%s', (value, emails) => {
    expect(emailsIn(value)).toEqual(emails);
  });
});
