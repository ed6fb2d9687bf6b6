#!/usr/bin/env node
/**
 * Runs the tests: `npm test`, or `node scripts/test.mjs <path or jest options>` for some of them. With
 * `--database=<one of CONTRIBUTING.md>` every test database is set up as that one says, in place of a draw for each file;
 * with `--postgres=<folder of initdb and postgres>` another PostgreSQL runs than the one of npm.
 */
import { runAfterSetUp } from './run-after-set-up.mjs';

const variables = { '--database=': 'POSTROOM_TEST_DATABASE', '--postgres=': 'POSTROOM_TEST_POSTGRES' };
const args = [];
const chosen = {};
for (const arg of process.argv.slice(2)) {
  const option = Object.keys(variables).find((name) => arg.startsWith(name));
  if (option === undefined) args.push(arg);
  else chosen[variables[option]] = arg.slice(option.length);
}

/**
 * What a test makes is dead soon: with room for it V8 looks for what lives once, and not at every mebibyte. WebAssembly, which is
 * Prisma's compiler of queries, is left as it was first compiled: to optimise it pays off in minutes. Workers of jest inherit both.
 */
const brief = ['--min-semi-space-size=16', '--liftoff-only'];

await runAfterSetUp(
  [...brief, 'node_modules/jest/bin/jest.js', ...args],
  {
    ...process.env,
    ...chosen,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --no-warnings`.trim(),
  },
  { isForTests: true },
);
