#!/usr/bin/env node
/**
 * What `.ci/run` does: the checks, then the tests, each also when the other failed. The last line is
 * `N passed, N failed`: tests, with one more failure for the checks as a whole, for each test file that could
 * not even run, and for a run that ended before its time. No test at all is a failure.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A run that hangs is ended, so that its last line is written within 20 minutes. */
const limitMs = { check: 4 * 60_000, test: 15 * 60_000 };
const killAfterMs = 20_000;

/** Runs one of our scripts, with its output on ours; answers whether it ended well and in time. */
function runScript(script, args, timeoutMs) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const timers = [
      setTimeout(() => {
        process.stdout.write(`\n${script} took longer than ${timeoutMs / 60_000} minutes: it is stopped.\n`);
        child.kill('SIGTERM');
      }, timeoutMs),
      setTimeout(() => child.kill('SIGKILL'), timeoutMs + killAfterMs),
    ];
    const end = (isFine) => {
      for (const timer of timers) clearTimeout(timer);
      resolve(isFine);
    };
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0));
  });
}

/** The numbers of jest's own report; null when it wrote none. */
function countTests(file) {
  if (!existsSync(file)) return null;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-ci-'));
  try {
    const reportFile = join(folder, 'jest.json');
    const isClean = await runScript('check.mjs', [], limitMs.check);
    const isGreen = await runScript('test.mjs', ['--json', `--outputFile=${reportFile}`], limitMs.test);
    const counted = countTests(reportFile) ?? { passed: 0, failed: 0 };
    // Whatever jest disliked without counting it as a test that failed, and a run without any test.
    const isUncounted = counted.failed === 0 && (!isGreen || counted.passed === 0);
    const failed = counted.failed + (isUncounted ? 1 : 0) + (isClean ? 0 : 1);
    process.stdout.write(`\n${counted.passed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  process.stdout.write(`${error.stack}\n\n0 passed, 1 failed\n`);
  return 1;
});
