import { expect, test } from '@jest/globals';
import { attacks } from '../../src/hostile/attacks.ts';
import type { Witnessed } from '../../src/hostile/bystander.ts';
import { attackReportOf, problemsOf } from '../../src/hostile/hostile-report.ts';

const seen: Witnessed = { status: 200, requestMs: 20, mailMs: 100 };
const memory = { apiMb: 200, workerMb: 200 };

const problemsBeside = (last: Partial<Witnessed>, more: Partial<typeof memory> = {}) => {
  const of = { name: 'it', about: 'an attack', rounds: 1, ...memory, ...more };
  return problemsOf([attackReportOf(of, [seen, seen, { ...seen, ...last }])]);
};

test('a bystander who notices nothing is no problem', () => {
  expect(problemsBeside({})).toEqual([]);
});

test.each([
  ['a request that is not answered', { status: null }, {}, '1 requests of another workspace'],
  ['a request that is refused', { status: 503 }, {}, '1 requests of another workspace'],
  ['one slow answer', { requestMs: 501 }, {}, 'a request took 501 ms, more than 500'],
  ['one late mail', { mailMs: 3_001 }, {}, 'a mail took 3001 ms, more than 3000'],
  ['a mail that never came', { mailMs: null }, {}, 'a mail took Infinity ms'],
  ['an API that grows', {}, { apiMb: 601 }, 'the API had 601 MB, more than 600'],
  ['a worker that grows', {}, { workerMb: 401 }, 'the worker had 401 MB, more than 400'],
])('%s is', (_, last, more, words) => {
  expect(problemsBeside(last, more)).toEqual([expect.stringContaining(words)]);
});

test('attacks have names of their own', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
});
