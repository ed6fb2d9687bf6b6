import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { root, textOf } from './pages.ts';

const guardSchema = z.strictObject({
  name: z.string(),
  file: z.string(),
  text: z.string(),
  instead: z.string(),
  tests: z.array(z.string()).min(1),
  among: z.string().optional(),
});

const guards = z.array(guardSchema).parse(JSON.parse(textOf('scripts/guards.json')));

test.each(guards.map((guard) => [guard.name, guard] as const))(
  'the guard "%s" stands once where the list says, and its tests exist',
  (_name, { file, text, tests }) => {
    expect(textOf(file).split(text)).toHaveLength(2);
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  },
);
