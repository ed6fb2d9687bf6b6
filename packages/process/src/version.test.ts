import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { version } from './version.ts';

test('the version that processes tell is that of the package at the top', () => {
  const top = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(top).toMatchObject({ version });
});
