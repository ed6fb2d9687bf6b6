import { expect, test } from '@jest/globals';
import { withReason } from '../../src/connection/database-error.ts';
import { isDatabaseUnavailable, isOfAllRequests } from '../../src/index.ts';

const refusals = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:5432`));

test('a host of which no address answers is an outage, whose reason is told', () => {
  // As Node rejects for a name with several addresses: with no message of its own.
  const silent = new AggregateError(refusals);
  expect(isDatabaseUnavailable(silent)).toBe(true);
  expect(isDatabaseUnavailable({ cause: silent })).toBe(true);
  expect(withReason(silent)).toBe(refusals[1]);
});

test('what has a reason of its own keeps it', () => {
  const several = new AggregateError([new Error('one'), new Error('two')], 'both');
  expect(isDatabaseUnavailable(several)).toBe(false);
  expect(withReason(several)).toBe(several);
  expect(withReason('text')).toBe('text');
});

test.each([
  'Client has encountered a connection error and is not queryable',
  'Connection terminated unexpectedly',
])(
  'a connection that broke is an outage, whether the statement was in hand or comes after: %s',
  (message) => {
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  },
);

test.each([
  ['57014', true],
  ['55P03', false],
  ['40P01', false],
  ['22P02', false],
  ['57P01', true],
  ['08006', true],
  ['53300', true],
])('%s of a statement that requests share is of all of them: %s', (code, isOfAll) => {
  expect(isOfAllRequests(Object.assign(new Error('failed'), { code }))).toBe(isOfAll);
});

test.each([
  ['connect ECONNREFUSED 10.0.0.1:5432'],
  ['connect EHOSTUNREACH 10.0.0.1:5432'],
  ['connect ENETUNREACH 10.0.0.1:5432'],
  ['connect EHOSTDOWN 10.0.0.1:5432'],
  ['connect ENETDOWN 10.0.0.1:5432'],
  ['connect ETIMEDOUT 10.0.0.1:5432'],
  ['connect EADDRNOTAVAIL 10.0.0.1:5432'],
  ['connect ENOENT /var/run/postgresql/.s.PGSQL.5432'],
  ['read ECONNRESET'],
  ['read ENETRESET'],
  ['write EPIPE'],
  ['write ECONNABORTED'],
  ['getaddrinfo ENOTFOUND postgres'],
  ['getaddrinfo EAI_AGAIN postgres'],
  ['getaddrinfo EAI_FAIL postgres'],
])('%s is an outage, told in words or by the code alone', (message) => {
  const code = /E[A-Z_]{4,}/.exec(message)?.[0];
  expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  if (code !== 'ENOENT') expect(isDatabaseUnavailable(Object.assign(new Error('cut'), { code }))).toBe(true);
});

test('a file that is not there is no outage', () => {
  const message = "ENOENT: no such file or directory, open '/nope/ca.pem'";
  expect(isDatabaseUnavailable(Object.assign(new Error(message), { code: 'ENOENT' }))).toBe(false);
});
