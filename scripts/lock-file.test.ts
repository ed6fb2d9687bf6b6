import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { textOf } from './pages.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().default(false),
    }),
  ),
});

const entries = Object.entries(lockSchema.parse(JSON.parse(textOf('package-lock.json'))).packages);
const fromRegistry = entries.filter(([path, { link }]) => path.includes('node_modules/') && !link);

test('every package from the registry is named with its hash, for every platform', () => {
  expect(fromRegistry.length).toBeGreaterThan(500);
  // npm installs whatever it is given where the hash is missing.
  const unchecked = fromRegistry.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity));
  expect(unchecked.map(([path]) => path)).toEqual([]);
});

test('no package is tied to the host that it came from', () => {
  expect(fromRegistry.flatMap(([, { resolved }]) => resolved ?? [])).toEqual([]);
});
