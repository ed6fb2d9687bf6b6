#!/usr/bin/env node
/**
 * `npm run guards`: takes each guard out of a copy of the source in turn, runs the tests that watch over it, and says
 * which of them failed. A guard that no test misses is told at the end, with exit code 1. `-- NAME ...` runs those whose
 * names hold one of the words; where none does, their names are listed. `--draw N` runs so many that the seed picks
 * (`--seed N`, else a new one, which is printed), `--report FILE` writes the numbers as JSON, and `--tests-pass` says that
 * the tests were just seen to pass with every guard in place, a draw of their cases where they draw: these are run first all the
 * same, since all of their cases run while a guard is out. The checkout itself is never changed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/**
 * Each guard's `text` stands once in its `file`; with `instead` in its place one of its `tests` has to fail, in a file of a minute
 * one of those `among` whose names it is.
 */
const guards = JSON.parse(readFileSync(new URL('guards.json', import.meta.url), 'utf8'));

const left = new Set(['node_modules', '.git', '.turbo', '.postroom', 'dist']);

/** So many guards are out at once, each of a copy of its own: their tests wait as much as they work. */
const copies = 2;

/** A hang is a failure too: what was taken out may have been what ended a wait. So long a test may take, and a file. */
const testLimitMs = 30_000;
const limitMs = 240_000;

/** One failure says all: the other tests of its file are left out, and what a test still waits for is not waited for. */
const brief = [
  '--testEnvironment=./scripts/until-first-failure.mjs',
  `--testTimeout=${testLimitMs}`,
  '--forceExit',
];

/** Copies the source; packages from npm are linked, our own lead into the copy. */
function copyTree(to) {
  cpSync(root, to, {
    recursive: true,
    filter: (path) => !left.has(relative(root, path).split('/').at(-1) ?? ''),
  });
  const modules = join(root, 'node_modules');
  mkdirSync(join(to, 'node_modules'));
  for (const name of readdirSync(modules)) {
    if (name !== '@postroom') symlinkSync(join(modules, name), join(to, 'node_modules', name));
  }
  const own = join(modules, '@postroom');
  mkdirSync(join(to, 'node_modules/@postroom'));
  for (const name of readdirSync(own)) {
    const place = relative(realpathSync(root), realpathSync(join(own, name)));
    symlinkSync(join(to, place), join(to, 'node_modules/@postroom', name));
  }
}

/** Runs some tests in the copy; answers the names of those that failed, and how many ran. */
function runTests(folder, tests, { timeoutMs, options }) {
  const reportFile = join(folder, 'guard-report.json');
  rmSync(reportFile, { force: true });
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${reportFile}`, ...options, ...tests],
      {
        cwd: folder,
        stdio: 'ignore',
        env: {
          ...process.env,
          NODE_OPTIONS: '--no-warnings',
          POSTROOM_TEST_CODE: 'source',
        },
      },
    );
    const timer = setTimeout(() => child.kill('SIGTERM'), timeoutMs);
    child.once('exit', () => {
      clearTimeout(timer);
      if (!existsSync(reportFile)) return resolve({ failed: ['(the run was ended: it hung)'], ran: 0 });
      const report = JSON.parse(readFileSync(reportFile, 'utf8'));
      const results = report.testResults.flatMap((file) => file.assertionResults);
      const failed = results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
      resolve({ failed, ran: results.length });
    });
  });
}

/** Whether the tests of these guards pass while every guard is in place. */
async function passWhole(folder, chosen) {
  const tests = [...new Set(chosen.flatMap((guard) => guard.tests))];
  const whole = await runTests(folder, tests, { timeoutMs: 5 * limitMs, options: [] });
  const isFine = whole.ran > 0 && whole.failed.length === 0;
  process.stdout.write(
    isFine
      ? `${whole.ran} tests pass with every guard in place\n`
      : `With every guard in place the tests fail: ${whole.failed.join('; ') || 'none ran'}\n`,
  );
  return isFine;
}

const known = {
  draw: { type: 'string' },
  seed: { type: 'string' },
  report: { type: 'string' },
  'tests-pass': { type: 'boolean', default: false },
};

/** The guards in an order that the seed gives: each has its place by a hash of both. */
function shuffled(seed) {
  const placeOf = (name) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return [...guards].sort((a, b) => placeOf(a.name).localeCompare(placeOf(b.name)));
}

function choose({ positionals: words, values }) {
  if (values.draw === undefined)
    return guards.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const seed = values.seed ?? String(Date.now());
  process.stdout.write(`seed ${seed}\n`);
  return shuffled(seed).slice(0, Number(values.draw));
}

const filesBelow = (path) =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [path];

/** Whether a test of this guard draws its cases (`createDraw`): then those that passed may not be all. */
const drawsCases = ({ tests }) =>
  tests
    .flatMap((path) => filesBelow(join(root, path)))
    .some((file) => readFileSync(file, 'utf8').includes('createDraw'));

/** Takes one guard out of this copy, runs its tests there, and answers the names of those that failed. */
async function takeOut({ name, file, text, instead, tests, among }, folder) {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`${file} does not hold the guard "${name}" once`);
  writeFileSync(
    path,
    source.replace(text, () => instead),
  );
  const options = among === undefined ? brief : [...brief, `--testNamePattern=${among}`];
  const { failed } = await runTests(folder, tests, { timeoutMs: limitMs, options });
  writeFileSync(path, source);
  const others = failed.length > 1 ? ` (+${failed.length - 1})` : '';
  const outcome = failed.length === 0 ? `NOT MISSED  ${name}` : `missed by  ${name}: ${failed[0]}${others}`;
  process.stdout.write(`${outcome}\n`);
  return failed;
}

/** Takes out one guard after the other, as many at once as there are copies; answers the names of those no test missed. */
async function takeOutAll(chosen, folders) {
  const left = chosen.values();
  const missed = [];
  const inOne = async (folder) => {
    for (const guard of left) if ((await takeOut(guard, folder)).length === 0) missed.push(guard.name);
  };
  await Promise.all(folders.map(inOne));
  return missed;
}

async function main() {
  const given = parseArgs({ options: known, allowPositionals: true });
  const { positionals: words, values } = given;
  const chosen = choose(given);
  if (chosen.length === 0) {
    const names = guards.map(({ name }) => `  ${name}\n`).join('');
    process.stderr.write(`No guard has "${words.join('" or "')}" in its name. There are:\n${names}`);
    return 2;
  }
  await setUp();
  const folders = Array.from({ length: copies }, () => mkdtempSync(join(tmpdir(), 'postroom-guards-')));
  try {
    for (const folder of folders) copyTree(folder);
    const unseen = values['tests-pass'] ? chosen.filter(drawsCases) : chosen;
    if (unseen.length > 0 && !(await passWhole(folders[0], unseen))) return 1;
    const missed = await takeOutAll(chosen, folders);
    const counts = { passed: chosen.length - missed.length, failed: missed.length };
    process.stdout.write(
      `${counts.passed} of ${chosen.length} guards are missed by a test when they are taken out\n`,
    );
    if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(counts));
    return missed.length === 0 ? 0 : 1;
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
