#!/usr/bin/env node
/**
 * What `.ci/run` does: the checks, the tests, then every fault in its short form, each also when another failed. The
 * last line is `N passed, N failed`: tests and fault scenarios, with one more failure for the checks as a whole, for
 * each test file that could not even run, and for a run that ended before its time. No test at all is a failure.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * When each part has to be over, in milliseconds after the start: a run that hangs is ended, so that the last line is
 * written within 20 minutes. What the tests do not need is left to the faults.
 */
const untilMs = { check: 2 * 60_000, test: 13.2 * 60_000, faults: 19.3 * 60_000 };
const killAfterMs = 20_000;

/** Runs one of our programs, with its output on ours; answers whether it ended well and in time, and what it said. */
function run(args, endMs) {
  return new Promise((resolve) => {
    const timeoutMs = Math.max(0, endMs - performance.now());
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stdout.write(text);
    });
    const timers = [
      setTimeout(() => {
        const minutes = (timeoutMs / 60_000).toFixed(1);
        process.stdout.write(`\n${args.join(' ')} took longer than ${minutes} minutes: it is stopped.\n`);
        child.kill('SIGTERM');
      }, timeoutMs),
      setTimeout(() => child.kill('SIGKILL'), timeoutMs + killAfterMs),
    ];
    const end = (isFine) => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ isFine, output });
    };
    child.once('error', () => end(false));
    child.once('close', (code) => end(code === 0));
  });
}

const script = (name, ...args) => [join(root, 'scripts', name), ...args];

/** The numbers of jest's own report; null when it wrote none. */
function countTests(file) {
  if (!existsSync(file)) return null;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

/** The fault scenarios that held and that did not, from the last line of their report; a run without one failed. */
function countScenarios({ isFine, output }) {
  const [, held, all] = /^(\d+) of (\d+) scenarios hold/m.exec(output) ?? [];
  if (held === undefined) return { passed: 0, failed: 1 };
  const failed = Number(all) - Number(held);
  return { passed: Number(held), failed: failed === 0 && !isFine ? 1 : failed };
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-ci-'));
  try {
    const reportFile = join(folder, 'jest.json');
    const checks = await run(script('check.mjs'), untilMs.check);
    const jest = script('test.mjs', '--json', `--outputFile=${reportFile}`);
    const { isFine: isGreen } = await run(jest, untilMs.test);
    const scenarios = countScenarios(await run(script('faults.mjs', '--all', '--short'), untilMs.faults));
    const counted = countTests(reportFile) ?? { passed: 0, failed: 0 };
    // Whatever jest disliked without counting it as a test that failed, and a run without any test.
    const isUncounted = counted.failed === 0 && (!isGreen || counted.passed === 0);
    const failed = counted.failed + scenarios.failed + (isUncounted ? 1 : 0) + (checks.isFine ? 0 : 1);
    process.stdout.write(`\n${counted.passed + scenarios.passed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  process.stdout.write(`${error.stack}\n\n0 passed, 1 failed\n`);
  return 1;
});
