#!/usr/bin/env node
/** Runs the tests: `npm test`, or `node scripts/test.mjs <path or jest options>` for some of them. */
import { runAfterSetUp } from './run-after-set-up.mjs';

await runAfterSetUp(['node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  ...process.env,
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim(),
});
