#!/usr/bin/env node
/**
 * Runs the tests: `npm test`, or `node scripts/test.mjs <path or jest options>` for some of them. With
 * `--database=<one of CONTRIBUTING.md>` every test database is set up as that one says, in place of a draw for each file.
 */
import { runAfterSetUp } from './run-after-set-up.mjs';

const option = '--database=';
const args = process.argv.slice(2);
const database = args.findLast((arg) => arg.startsWith(option))?.slice(option.length);

await runAfterSetUp(
  ['node_modules/jest/bin/jest.js', ...args.filter((arg) => !arg.startsWith(option))],
  {
    ...process.env,
    ...(database === undefined ? {} : { POSTROOM_TEST_DATABASE: database }),
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim(),
  },
  { isForTests: true },
);
