import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';

const guardSchema = z.strictObject({
  name: z.string(),
  file: z.string(),
  text: z.string(),
  instead: z.string(),
  tests: z.array(z.string()).min(1),
});

const urlOf = (path: string) => new URL(`../${path}`, import.meta.url);
const guards = z.array(guardSchema).parse(JSON.parse(readFileSync(urlOf('scripts/guards.json'), 'utf8')));

test.each(guards.map((guard) => [guard.name, guard] as const))(
  'the guard "%s" stands once where the list says, and its tests exist',
  (_name, { file, text, tests }) => {
    expect(readFileSync(urlOf(file), 'utf8').split(text)).toHaveLength(2);
    expect(tests.filter((path) => !existsSync(urlOf(path)))).toEqual([]);
  },
);
