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
    ['"A, \\"B: c" <a@x.test>, <b@x.test>', ['a@x.test', 'b@x.test']],
  ])('%s', (value, emails) => {
    expect(emailsIn(value)).toEqual(emails);
  });
});

/** Names as they are written, and as they are read. */
const names: readonly (readonly [string, string | null])[] = [
  ['a@x.test', null],
  ['<a@x.test>', null],
  ['a@x.test (Cron Daemon)', 'Cron Daemon'],
  ['a@x.test (=?utf-8?q?J=C3=B6rg?=)', 'Jörg'],
  ['a@x.test (Doe, \\(J.) (the (real) "Doe")', 'the (real) "Doe"'],
  ['<a@x.test> (Cron Daemon)', 'Cron Daemon'],
  ['"" <a@x.test> (Cron Daemon)', 'Cron Daemon'],
  ['G (of many): a@x.test', null],
  ['Jane (at work) <a@x.test>', 'Jane'],
  ['"Doe, J." Sales <a@x.test>', 'Doe, J. Sales'],
  ['"The \\"Best\\"" of "A: B" <a@x.test>', 'The "Best" of A: B'],
  ['"(no comment)" <a@x.test>', '(no comment)'],
  ['"Open \\" <a@x.test>', 'Open "'],
  ['"Open <a@x.test>', 'Open'],
];

test.each(names)('the name in %s is %j', (value, name) => {
  expect(readAddresses(value)).toEqual({ kind: 'ok', value: [{ email: 'a@x.test', name }] });
});
