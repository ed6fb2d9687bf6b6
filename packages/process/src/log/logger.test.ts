import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorFields } from './logger.ts';

test('what is masked of an error is all that is an address by one pattern, from wherever it may begin', () => {
  const unit = fc.constantFrom(...'ab@', ' ', '<', '>', '"', "'", '.', 'é');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      const plainly = text.replace(/[^\s<>"']+@[^\s<>"']+/g, '<address>');
      expect(errorFields(new Error(text)).errorMessage).toBe(plainly);
    }),
    { numRuns: 10_000 },
  );
});

test('a long word of an error costs no more than as many short ones', () => {
  const error = new Error('a'.repeat(3_000));
  const begun = process.cpuUsage();
  for (let at = 0; at < 200; at += 1) errorFields(error);
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1_000).toBeLessThan(200);
});
