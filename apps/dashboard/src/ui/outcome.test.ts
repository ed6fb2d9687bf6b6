import { expect, test } from '@jest/globals';
import { outcomeOf } from './outcome.ts';

test.each([
  ['queued', undefined, 'Queued.', false],
  ['Queued', null, 'Queued.', false],
  ['Processing', null, 'Queued.', false],
  ['sent', undefined, 'It is sent.', false],
  ['failed', 'hello@acme.test is not verified', 'It is not sent: hello@acme.test is not verified', true],
  ['Skipped', 'ada@example.com is suppressed', 'It is not sent: ada@example.com is suppressed', true],
  ['Failed', null, 'It is not sent: Failed', true],
])('mail that comes back as %s (%s) is told as "%s"', (status, why, text, isBad) => {
  expect(outcomeOf(status, why, 'Queued.')).toEqual([text, isBad]);
});
