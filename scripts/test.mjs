#!/usr/bin/env node
/** Runs the tests: `npm test`, or `node scripts/test.mjs <path or jest options>` for some of them. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await setUp();
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
}

const jest = spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim(),
  },
});
// Ctrl-C reaches jest by itself; a signal to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
jest.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
