import { expect, test } from '@jest/globals';
import { settingsFor, testSettings } from './test-settings.ts';

test('a file has the same settings in every run, and many files have all that are drawn', () => {
  const files = Array.from({ length: 100 }, (_, index) => `apps/api/test/${index}.test.ts`);
  const drawn = files.map((file) => settingsFor(file, {}));
  expect(files.map((file) => settingsFor(file, {}))).toEqual(drawn);
  const names = [...testSettings].filter(([, settings]) => drawn.includes(settings)).map(([name]) => name);
  expect(names).toEqual([...testSettings.keys()].filter((name) => name !== 'pooler'));
});

test.each([...testSettings])('%p chosen for a run is that of every file', (name, settings) => {
  expect(settingsFor('a.test.ts', { POSTROOM_TEST_DATABASE: name })).toBe(settings);
});

test('one that does not exist is refused with those that do', () => {
  expect(() => settingsFor('a.test.ts', { POSTROOM_TEST_DATABASE: 'moon' })).toThrow(
    /"moon".*kolkata, st-johns/,
  );
});
