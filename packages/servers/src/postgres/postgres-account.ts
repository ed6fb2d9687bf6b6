import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/**
 * How PostgreSQL, which refuses to run as root, is run: under which account, through which command,
 * from which files. Not root: as ourselves. Root: as `nobody`; where `nobody` may not go (a checkout
 * under /root), with the one capability that lets it in, or else from a copy under /var/tmp.
 */
export type PostgresAccount = {
  readonly user: { readonly uid?: number; readonly gid?: number };
  /** Put before the program and its arguments; empty when the program is run directly. */
  readonly prefix: readonly string[];
  readonly binaries: PostgresBinaries;
  readonly dataDir: string;
};

/** Decides how to run PostgreSQL on these files, creates the data folder and gives it to that account. */
export async function preparePostgresAccount(
  binaries: PostgresBinaries,
  dataDir: string,
  log: (line: string) => void = () => {},
): Promise<PostgresAccount> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return { user: {}, prefix: [], binaries, dataDir };
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  if ((await isOpenToOthers(binaries.root)) && (await isOpenToOthers(dirname(dataDir)))) {
    await giveTo(dataDir, uid, gid);
    return { user: { uid, gid }, prefix: [], binaries, dataDir };
  }
  const prefix = setprivPrefix(uid, gid);
  if (await canRunThrough(prefix, binaries)) {
    await giveTo(dataDir, uid, gid);
    return { user: {}, prefix, binaries, dataDir };
  }
  const copied = await copyOutOfReach(binaries, dataDir);
  log(`The user nobody cannot reach ${dataDir}: PostgreSQL runs on ${copied.dataDir} instead.`);
  await giveTo(copied.dataDir, uid, gid);
  return { user: { uid, gid }, prefix: [], ...copied };
}

async function idOf(option: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [option, 'nobody']).catch((error: unknown) => {
    throw new Error('PostgreSQL does not run as root and there is no user "nobody"; run as another user.', {
      cause: error,
    });
  });
  return Number(stdout.trim());
}

/** Whether every folder down to `path` may be entered by any user. */
async function isOpenToOthers(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  if ((mode & 0o001) === 0) return false;
  return dirname(path) === path || isOpenToOthers(dirname(path));
}

async function giveTo(dataDir: string, uid: number, gid: number): Promise<void> {
  await chown(dataDir, uid, gid);
  await chmod(dataDir, 0o700);
}

/**
 * `nobody` with CAP_DAC_OVERRIDE. `no_setuid_fixup` matters: without it the kernel drops the
 * capability inside access(2), with which initdb and postgres look for their own files.
 */
function setprivPrefix(uid: number, gid: number): string[] {
  return [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ];
}

async function canRunThrough(prefix: readonly string[], { initdb }: PostgresBinaries): Promise<boolean> {
  const [command = '', ...args] = prefix;
  // Unlike `postgres --version`, `initdb --show` must find its sibling program and the share folder.
  return run(command, [...args, initdb, '--show', '--pgdata=/nonexistent'], { cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/** Copies the programs under /var/tmp once, and names a data folder there that belongs to `dataDir`. */
async function copyOutOfReach(
  binaries: PostgresBinaries,
  dataDir: string,
): Promise<{ binaries: PostgresBinaries; dataDir: string }> {
  const { mtimeMs } = await stat(binaries.postgres);
  const root = await ownFolder(`postroom-postgres-${shortHash(`${binaries.root}@${mtimeMs}`)}`, 0o755);
  const copy = join(root, 'native');
  if (!existsSync(copy)) {
    // Under another name first, so that a copy cut short is never taken for a whole one.
    const partial = join(root, `partial-${process.pid}`);
    await cp(binaries.root, partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }));
  }
  const data = await ownFolder(`postroom-data-${shortHash(dataDir)}`, 0o755);
  const copiedDataDir = join(data, basename(dataDir));
  await mkdir(copiedDataDir, { recursive: true });
  return {
    binaries: { root: copy, initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') },
    dataDir: copiedDataDir,
  };
}

/** A folder of /var/tmp that is surely ours: anyone may have put something there under that name. */
async function ownFolder(name: string, mode: number): Promise<string> {
  const path = join('/var/tmp', name);
  await mkdir(path, { mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${path} belongs to someone else; remove it or run as another user than root.`);
  }
  return path;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
