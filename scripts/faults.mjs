#!/usr/bin/env node
/** Runs `npm run faults` after the set-up, with the arguments that it was given. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await setUp();
const faults = spawn(
  process.execPath,
  ['--import', 'tsx', '--conditions=@postroom/source', 'apps/faults/src/main.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => faults.kill(signal));
faults.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
