#!/usr/bin/env node
/**
 * Builds the dashboard's page, unless what is built is of the sources as they are: `scripts/setup.mjs` sees to it before
 * anything runs from source, and `npm run build` with everything else.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const app = join(root, 'apps/dashboard');
const stamp = join(app, 'dist/.built-from');

/** What the page is made of. */
const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'];

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return path.endsWith('.test.ts') ? [] : [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((name) => filesOf(join(app, name))))
    hash.update(`${file.slice(app.length)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** Whether the page is built, from the sources as they are. */
export function isDashboardCurrent() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceHash();
}

/** Builds it; throws what Vite said where it cannot. */
export function buildDashboard() {
  const hash = sourceHash();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    { cwd: app, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(`The dashboard could not be built.\n${stdout}${stderr}`);
  writeFileSync(stamp, hash);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  buildDashboard();
