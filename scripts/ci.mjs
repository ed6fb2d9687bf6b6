#!/usr/bin/env node
/**
 * What `.ci/run` does: the checks, the tests, those on another version of Node that may differ with it, some faults alone on
 * the machine and some guards taken out, each also when another failed. The last line is `N passed, N failed`: tests, fault
 * scenarios and guards, with one more failure for the checks as a whole, for each test file that could not even run, for a
 * Node that cannot be had, and for a part that ended without a report. No test at all is a failure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasOtherNodes, nodeOf, otherNodes } from './other-nodes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const minute = 60_000;
/** What hangs is ended so long after its start, so that the last line is written in any case. */
const limitMs = {
  setUp: 4 * minute,
  check: 4 * minute,
  build: 4 * minute,
  test: 30 * minute,
  nodes: 10 * minute,
  faults: 15 * minute,
  guards: 15 * minute,
};
const killAfterMs = 20_000;

/** The draws of this run: another for each commit, the same for each run of one, or what is given by hand. */
const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout?.slice(0, 8);
const seed = process.env.CI_SEED ?? String(Number.parseInt(commit || '1', 16));
/** One scenario of each kind, which one by the seed; no other is begun after the time. */
const faults = { count: 6, withinSeconds: 200 };
const guardCount = 5;

/** Runs a program with its output on ours; answers whether it ended well and in time. */
function run(args, endMs, { env = {}, node = process.execPath, stdio = 'inherit' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(node, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', stdio, stdio],
    });
    const timers = [
      setTimeout(() => {
        process.stdout.write(
          `\n${args.join(' ')} took longer than ${endMs / minute} minutes: it is stopped.\n`,
        );
        child.kill('SIGTERM');
      }, endMs),
      setTimeout(() => child.kill('SIGKILL'), endMs + killAfterMs),
    ];
    const end = (isFine) => {
      for (const timer of timers) clearTimeout(timer);
      resolve(isFine);
    };
    child.once('error', () => end(false));
    child.once('close', (code) => end(code === 0));
  });
}

/** Compiles everything once: the tests, and the faults after them, run what it leaves. */
const turbo = [join(root, 'node_modules/turbo/bin/turbo'), 'run', 'build', '--output-logs=errors-only'];
const quietly = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };

const script = (name, ...args) => [join(root, 'scripts', name), ...args];

/** A report as its program wrote it; null when there is none. */
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);

/** What a part that ended without a report, or badly with a report that says nothing of it, counts as. */
function counted(isFine, counts) {
  if (counts === null || counts.passed + counts.failed === 0) return { passed: 0, failed: 1 };
  return counts.failed === 0 && !isFine ? { ...counts, failed: 1 } : counts;
}

const ofTests = (report) =>
  report && {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
  };

/** Where it may matter which Node it is, and no server is needed: heaps and processes, HTTP, and what others run. */
const variedByNode = 'packages/(rendering|provider-ses|client)/';
/** Bounds on CPU time, which are of one Node. */
const measured = 'check-cost';

/** Runs these tests on one version of Node; answers how many passed and failed. */
async function testOn(version, file) {
  try {
    const node = await nodeOf(version);
    const env = {
      PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
      NODE_OPTIONS: '--no-warnings',
    };
    const jest = [
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      'pure',
      '-w',
      '2',
      variedByNode,
      '--testPathIgnorePatterns',
      measured,
    ];
    const args = [...jest, '--json', `--outputFile=${file}`];
    const isFine = await run(args, limitMs.nodes, { env, node, stdio: 'ignore' });
    const report = read(file);
    const counts = counted(isFine, ofTests(report));
    process.stdout.write(`Node ${version}: ${counts.passed} passed, ${counts.failed} failed\n`);
    for (const { status, message } of report?.testResults ?? [])
      if (status === 'failed') process.stdout.write(`${message}\n`);
    return counts;
  } catch (error) {
    process.stdout.write(`Node ${version} cannot be had: ${error.message}\n`);
    return { passed: 0, failed: 1 };
  }
}

/** Tests on one of the other versions, drawn by the seed. */
async function testOnAnother(fileOf) {
  const version = otherNodes[Number(seed) % otherNodes.length];
  if (hasOtherNodes) return [await testOn(version, fileOf(`node-${version}`))];
  process.stdout.write(`Node ${version}: skipped, there are binaries for linux-x64 alone\n`);
  return [];
}

const ofScenarios = (report) => {
  if (report === null) return null;
  const passed = report.scenarios.filter(({ holds }) => holds).length;
  return { passed, failed: report.scenarios.length - passed };
};

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-ci-'));
  const fileOf = (name) => join(folder, `${name}.json`);
  const took = [];
  const timed = async (name, work) => {
    const startedAt = performance.now();
    const outcome = await work();
    took.push(`${name} ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    return outcome;
  };
  const part = (name, args, env) => timed(name, () => run(args, limitMs[name], { env }));
  try {
    process.stdout.write(`seed ${seed} (CI_SEED)\n`);
    await timed('set up', () => run(script('setup.mjs'), limitMs.setUp));
    // What does not compile is tested as it is, and the checks have said so.
    const [isClean, isBuilt] = await Promise.all([
      part('check', script('check.mjs')),
      part('build', turbo, quietly),
    ]);
    const env = isBuilt ? { POSTROOM_TEST_CODE: 'dist' } : { POSTROOM_TEST_CODE: 'source' };
    const report = ['--json', `--outputFile=${fileOf('test')}`];
    const areGreen = await part('test', script('test.mjs', ...report), { ...env, POSTROOM_TEST_SEED: seed });
    const draw = ['--draw', String(faults.count), '--within', String(faults.withinSeconds), '--seed', seed];
    const how = ['--short', '--no-clock', '--report', fileOf('faults')];
    const doHold = await part('faults', script('faults.mjs', ...draw, ...how), env);
    const pick = ['--draw', String(guardCount), '--seed', seed, '--report', fileOf('guards')];
    // Guards wait as much as they work: the tests on another Node have the rest of the cores.
    const [areMissed, onAnother] = await Promise.all([
      part('guards', script('guards.mjs', ...pick, ...(areGreen ? ['--tests-pass'] : []))),
      timed('nodes', () => testOnAnother(fileOf)),
    ]);
    const parts = [
      counted(areGreen, ofTests(read(fileOf('test')))),
      ...onAnother,
      counted(doHold, ofScenarios(read(fileOf('faults')))),
      counted(areMissed, read(fileOf('guards'))),
      { passed: 0, failed: isClean ? 0 : 1 },
      { passed: 0, failed: isBuilt ? 0 : 1 },
    ];
    const sum = (which) => parts.reduce((total, counts) => total + counts[which], 0);
    process.stdout.write(`\n${took.join(', ')}\n${sum('passed')} passed, ${sum('failed')} failed\n`);
    return sum('failed') === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  process.stdout.write(`${error.stack}\n\n0 passed, 1 failed\n`);
  return 1;
});
