import { expect, test } from '@jest/globals';
import { marketingRefusal } from './marketing.ts';

test.each([
  ['http://mail.example.com', true, false],
  ['https://localhost:3001', true, false],
  ['https://app.localhost', true, false],
  ['https://127.0.0.1', true, false],
  ['https://[::1]', true, false],
  ['https://mail.example.com/post', true, true],
  ['https://localhost.example.com', true, true],
  ['http://localhost:3001', false, true],
])('with links to %s and real mail (%s) marketing is taken: %s', (publicUrl, isReal, isTaken) => {
  expect(marketingRefusal({ publicUrl, isReal }) === null).toBe(isTaken);
});
