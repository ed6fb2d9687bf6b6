import { expect, test } from '@jest/globals';
import { maskAddress } from './mask-address.ts';

test.each([
  ['jane@example.com', 'j•••@example.com'],
  ['abc@example.com', 'a•••@example.com'],
  ['ab@example.com', '•••@example.com'],
  ['a@example.com', '•••@example.com'],
])('%s is shown as %s', (email, shown) => {
  expect(maskAddress(email)).toBe(shown);
});
