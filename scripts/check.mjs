#!/usr/bin/env node
/**
 * `npm run check`: format and lint, promises and switches, types, arrows between packages, dead code. All of
 * them run, beside each other; a summary comes last, and code 1 when any failed.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The scripts of package.json that are run, each with what it looks at. */
const checks = [
  { script: 'check:format', what: 'format, imports and lint (Biome)' },
  { script: 'check:lint', what: 'promises, switches and throws, with types (oxlint)' },
  { script: 'check:types', what: 'types (tsc)' },
  { script: 'check:arrows', what: 'arrows between packages (dependency-cruiser)' },
  { script: 'check:dead', what: 'unused files, exports and dependencies (knip)' },
];

/** Runs one script of package.json and answers whether it succeeded, how long it took and what it wrote. */
function run({ script, what }) {
  const startedAt = performance.now();
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}` };
  const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', script], options, (error, stdout, stderr) => {
      const seconds = (performance.now() - startedAt) / 1000;
      resolve({ script, what, isClean: error === null, output: `${stdout}${stderr}`, seconds });
    });
  });
}

try {
  await setUp();
  const results = await Promise.all(checks.map(run));
  for (const { script, what, isClean, output } of results)
    if (!isClean) process.stdout.write(`\n--- ${script}: ${what}\n${output}\n`);
  for (const { script, what, isClean, seconds } of results) {
    process.stdout.write(
      `${isClean ? 'ok  ' : 'FAIL'}  ${script.padEnd(13)} ${seconds.toFixed(1).padStart(5)} s  ${what}\n`,
    );
  }
  process.exitCode = results.every(({ isClean }) => isClean) ? 0 : 1;
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
